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
    /// Why a layer that looks binary stayed float, by the layer's node name.
    public var floatReasons: [String: String] = [:]
    /// How each recognized weight tensor differed from exactly ±α, by the layer's node name.
    public var snaps: [String: WeightSnap] = [:]
    /// Names of the layers that only sum a binary layer's input, for weights that are not symmetric.
    public var windowSums: Set<String> = []
    /// What layers compute whose numbers come from two accumulators, by their result.
    var lattices: [Graph.ValueID: AccumulatorLattice] = [:]
    /// How each binarizer was folded, in order.
    public var binarizers: [BinarizerRecord] = []
    /// Knowing changes of the function that the user asked for, and ties that were given a meaning.
    public var remarks: [String] = []

    public init(signZero: SignZero = .exact) { self.signZero = signZero }
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
}
