import BNNMIR
import BNNMPasses

/// What compiling made of a model, layer by layer: what became binary and how, what stayed float and why, and what it
/// saves. Encoded as JSON for tools; `CompilationReport+Text` prints it for people.
public struct CompilationReport: Codable, Sendable {
    /// A layer that multiplies by weights, or two activations by each other.
    public struct Layer: Codable, Sendable {
        public enum Kind: String, Codable, Sendable {
            case binary
            case float
            /// What a binary layer with weights that are not symmetric needs beside it: the sums of its input.
            case windowSum = "window sum"
        }

        public var name: String
        public var `operator`: String
        public var kind: Kind
        /// [N,C,H,W] of images.
        public var inputShape: [Int]
        public var outputShape: [Int]
        /// Multiply-accumulates of one execution.
        public var macs: Int
        /// Of the weights and bias in float32, and as packed.
        public var weightBytesBefore: Int
        public var weightBytesAfter: Int
        /// How a binary layer's result was folded; why a float layer is not binary, where it could have been thought so.
        public var note: String
        /// What the same pass does with the layer's result, and what it stores; empty where nothing is fused behind it.
        public var epilogue: String
    }

    /// A decision.
    public struct Binarizer: Codable, Sendable {
        public var name: String
        public var domain: String
        public var rising: Int
        public var falling: Int
        public var constant: Int
        public var several: Int
        public var mostSwitchPoints: Int
        /// Accumulators on a tie, and within the export noise of one; counted by column.
        public var ties: Int
        public var withinNoise: Int
        public var note: String
    }

    public var model: String
    public var target: String
    public var layers: [Layer]
    public var binarizers: [Binarizer]
    public var remarks: [String]
    /// Largest relative deviation of recognized weights from ±α.
    public var largestWeightDeviation: Float
    public var binaryMACs: Int
    public var floatMACs: Int
    public var weightBytesBefore: Int
    public var weightBytesAfter: Int
    /// Bytes of the files, where known.
    public var sourceFileBytes: Int?
    public var modelFileBytes: Int?
    /// The seed of weights that were made up, since their data was absent; nil where none were.
    public var randomSeed: UInt64?

    public init(model: String, target: String, laidOut graph: Graph, _ context: CompilationContext) {
        self.model = model
        self.target = target
        layers = graph.schedule().compactMap { LayerReader(graph: graph, context: context).layer(graph[$0]) }
        binarizers = context.binarizers.map {
            Binarizer(
                name: $0.name, domain: $0.domain.rawValue, rising: $0.counts.rising, falling: $0.counts.falling,
                constant: $0.counts.constant, several: $0.counts.several, mostSwitchPoints: $0.counts.most,
                ties: $0.ties,
                withinNoise: $0.withinNoise,
                note: $0.note)
        }
        remarks = context.remarks
        largestWeightDeviation = context.snaps.values.map(\.relativeDeviation).max() ?? 0
        binaryMACs = layers.filter { $0.kind == .binary }.map(\.macs).reduce(0, +)
        floatMACs = layers.filter { $0.kind == .float }.map(\.macs).reduce(0, +)
        weightBytesBefore = layers.map(\.weightBytesBefore).reduce(0, +)
        weightBytesAfter = layers.map(\.weightBytesAfter).reduce(0, +)
    }

    /// Layers that are float though their input is binary.
    public var fallbacks: [Layer] { layers.filter { $0.kind == .float && !$0.note.isEmpty } }
}
