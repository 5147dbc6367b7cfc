/// Why a layer stays in float: recorded by `FormBinaryLayers`, printed by the report, refused by `--strict` where the
/// layer could have been binary.
public struct FloatReason: Hashable, Sendable {
    /// The reasons there are; the raw value is the report's code.
    public enum Kind: String, CaseIterable, Sendable {
        case realOperands = "real-operands"
        case realInput = "real-input"
        case realOperand = "real-operand"
        case realWeights = "real-weights"
        case infiniteWeights = "infinite-weights"
        case computedWeights = "computed-weights"
        case computedBias = "computed-bias"
        case otherPadding = "other-padding"
        case tooManyProducts = "too-many-products"
        case mixedGroup = "mixed-group"
        case factorsBeyondFloat = "factors-beyond-float32"
        case vectorOperand = "vector-operand"
        case otherNumbers = "other-numbers"
        case severalMatrices = "several-matrices"
        case ternarySign = "ternary-sign"
        case unrecognizedDecision = "unrecognized-decision"
        case movedDecisions = "moved-decisions"
        case unevenDecisions = "uneven-decisions"
        case combinedDecisions = "combined-decisions"
    }

    public let kind: Kind
    /// For a person: "its input is binary, but …", with the names and numbers of the case.
    public let text: String
    /// Whether input and weights take two values each, so that the layer could have been binary.
    public let isFallback: Bool

    init(_ kind: Kind, _ text: String, isFallback: Bool) {
        self.kind = kind
        self.text = text
        self.isFallback = isFallback
    }
}

extension FloatReason.Kind {
    /// What the reason means wherever it is given; a row of `docs/report.md`.
    public var meaning: String {
        switch self {
        case .realOperands: "Neither operand is made of decisions: a float layer by design"
        case .realInput: "The weights take two values, but the input is real-valued, as a first layer's is"
        case .realOperand: "One operand of a product of two activations is made of decisions, the other is real-valued"
        case .realWeights: "The input is binary, but the weights of some output channel take more than two values"
        case .infiniteWeights: "The input is binary, but some weight is infinite or NaN"
        case .computedWeights: "The input is binary, but the weights depend on the model's input"
        case .computedBias: "Input and weights are binary, but the bias depends on the model's input"
        case .otherPadding: "The input is binary, but it is padded with a number that is neither of its two"
        case .tooManyProducts: "More products an output than accumulators hold exactly (16,777,216)"
        case .mixedGroup: "The input's decisions stand for other numbers in other channels of a group"
        case .factorsBeyondFloat: "The factors of the binary form are beyond float32"
        case .vectorOperand: "One operand of a product of decisions has a single axis"
        case .otherNumbers: "A product of decisions of which one stands for numbers that are neither ±s nor 0 and s"
        case .severalMatrices: "The weights are several matrices, or stand to the left of too many axes: no convolution"
        case .ternarySign:
            "The input is a sign that can be 0 and that more than binary layers read; `--sign-zero` decides it"
        case .unrecognizedDecision: "The input is 0 and 1, or ±1, by a condition in no spelling of a binarizer"
        case .movedDecisions:
            "The input's decisions pass an operator behind which they are not followed: ±1 are behind MaxPool, Reshape,"
                + " Transpose, DepthToSpace, Slice, Pad and Concat, other numbers behind all but the last"
        case .unevenDecisions:
            "The input's decisions stand for other numbers at other places of a channel, or for one number twice"
        case .combinedDecisions: "The input combines several decisions by arithmetic"
        }
    }

    /// Whether a layer with this reason can have an input and weights of two values each, so that `--strict` refuses it.
    public var canBeFallback: Bool {
        switch self {
        case .realOperands, .realInput, .realOperand, .realWeights, .infiniteWeights: false
        default: true
        }
    }

    /// Whether a person could have taken the layer for a binary one.
    var looksBinary: Bool { self != .realOperands && self != .realInput }
}
