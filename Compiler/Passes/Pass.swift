import BNNMIR

/// One rewriting step of the compiler. It takes a graph of one stage, gives one of the same or the next, keeps the
/// graph's meaning (or says in `context` what it changed), and may be run again without effect unless it says otherwise.
public protocol Pass: Sendable {
    /// A verb phrase, as `--dump-after` names it.
    var name: String { get }
    var takes: Stage { get }
    var gives: Stage { get }
    func run(_ graph: inout Graph, _ context: inout CompilationContext) throws
}

extension Pass {
    public var name: String { "\(type(of: self))" }
    public var gives: Stage { takes }
}

/// What the user asked for, and what the passes found out on the way: the source of the report.
public struct CompilationContext: Sendable {
    /// What to do where `sign(0)` can happen by structure (`--sign-zero`).
    public enum SignZero: String, Sendable, CaseIterable {
        /// Keep PyTorch's ternary sign: a layer that can see an exact zero stays in float.
        case exact
        /// Let zero decide +1 (Larq, bitorch).
        case plus
        /// Let zero decide −1.
        case minus
    }

    public var signZero: SignZero
    /// Why each float layer is none of the binary ones, by the layer's node name.
    public internal(set) var floatLayers: [String: FloatReason] = [:]
    /// How each recognized weight tensor differed from exactly ±α, by the layer's node name.
    public var snaps: [String: WeightSnap] = [:]
    /// The layers that one layer of the model became, where those are several, by their node names.
    public internal(set) var parts: [String: LayerPart] = [:]
    /// What layers compute whose numbers come from two accumulators, by their result.
    var lattices: [Graph.ValueID: AccumulatorLattice] = [:]
    /// How each binarizer was folded, in order.
    public var binarizers: [BinarizerRecord] = []
    /// The signs that can see an exact zero by structure, by the binarizer's name.
    public internal(set) var structuralZeros: [String: StructuralZero] = [:]
    /// The binarizers of the model by name, in the order of its graph.
    public internal(set) var binarizerOrder: [String] = []
    /// Knowing changes of the function that the user asked for, and ties that were given a meaning.
    public var remarks: [String] = []

    public init(signZero: SignZero = .exact) { self.signZero = signZero }

    /// Why a layer that looks binary stayed float, by the layer's node name.
    public var floatReasons: [String: String] {
        floatLayers.filter { $0.value.kind.looksBinary }.mapValues(\.text)
    }

    /// Names of the layers that only sum a binary layer's input, for weights that are not symmetric.
    public var windowSums: Set<String> { Set(parts.filter { $0.value.role == .windowSum }.keys) }
}

/// What one of several layers is to the layer of the model that they stand for together.
public struct LayerPart: Hashable, Sendable {
    public enum Role: String, Codable, Sendable {
        /// The layer itself.
        case main
        /// One of a transposed convolution's output phases.
        case phase
        /// The sums of the input that weights need which are not symmetric.
        case windowSum = "window sum"
    }

    /// Which may be a part itself.
    public let layer: String
    public let role: Role
}

/// A sign that can see an exact zero by the network's structure.
public struct StructuralZero: Hashable, Sendable {
    public enum Outcome: Hashable, Sendable {
        /// Binary layers leave the zeros out.
        case masked
        /// The sign stays −1, 0, +1 in float.
        case ternary
        /// The user decided it: +1 or −1.
        case decided(Int)
    }

    /// "its input passes the ReLU 'relu'".
    public let reason: String
    public let outcome: Outcome
}

/// What snapping did to one layer's weights.
public struct WeightSnap: Sendable {
    /// Largest |w − ŵ| over half the distance of the channel's two values, of all channels.
    public var relativeDeviation: Float
    /// Of each output channel, the most that what stands behind the accumulator can differ from the unsnapped weights':
    /// Σ|w − ŵ| for inputs ±1.
    public var noise: [Float]
}

/// How one binarizer became comparisons.
public struct BinarizerRecord: Sendable {
    public enum Domain: String, Sendable {
        case accumulator = "integer accumulator"
        case float = "float32"
        /// Accumulators against integers that are computed from float32 thresholds for each sample.
        case dynamicAccumulator = "accumulator, dynamic"
    }

    public var name: String
    public var domain: Domain
    public var counts: SwitchTable.Counts
    /// Accumulators, counted by column, whose number is exactly zero.
    public var ties: Int
    /// Accumulators, counted by column, that the export's noise in the weights could have decided otherwise.
    public var withinNoise: Int
    /// What else a person should know, such as where a max-pool went.
    public var note: String
    /// Whether the threshold is computed for each sample.
    public var isDynamic = false
    /// Whether the decision only asks where a ternary sign is 0, or +1, beside the sign's own.
    public var isMask = false
}
