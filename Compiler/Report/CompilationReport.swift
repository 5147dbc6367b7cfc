import BNNMIR
import BNNMPasses

/// What compiling made of a model, layer by layer: what became binary and how, what stayed float and why, and what it
/// saves. Encoded as JSON for tools, whose keys `docs/report.md` explains; `CompilationReport+Text` prints it for people,
/// and `BNNMPage` makes a page of it.
public struct CompilationReport: Codable, Sendable {
    /// One layer of the model that multiplies by weights, or two activations by each other.
    public struct Layer: Codable, Sendable {
        public enum Kind: String, Codable, Sendable {
            case binary
            case float
        }

        /// Of the ONNX node.
        public var name: String
        /// Of the ONNX node: "Conv", "ConvTranspose", "Gemm", "MatMul".
        public var `operator`: String
        public var kind: Kind
        /// As ONNX has them, with a batch of one sample where it is open.
        public var inputShape: [Int]
        public var outputShape: [Int]
        /// Multiply-accumulates of one execution.
        public var macs: Int
        /// Of the weights in float32; of weights and constants as packed.
        public var weightBytesBefore: Int
        public var weightBytesAfter: Int
        /// What becomes of a binary layer's accumulators; empty of a float layer.
        public var note: String
        /// Why the layer stays in float; nil of a binary layer.
        public var reason: Reason?
        /// What the same pass does with the layer's result, and what it stores; empty where nothing is fused behind it.
        public var epilogue: String
        /// What the layer is executed as, where that are several.
        public var parts: [Part]
    }

    /// Why a layer stays in float.
    public struct Reason: Codable, Sendable {
        /// One of `FloatReason.Kind`.
        public var code: String
        public var text: String
        /// Whether input and weights take two values each: `--strict` refuses it.
        public var isFallback: Bool
    }

    /// One of several executions that are one layer of the model.
    public struct Part: Codable, Sendable {
        public var name: String
        public var role: LayerPart.Role
        /// [N,C,H,W]
        public var inputShape: [Int]
        public var outputShape: [Int]
        /// Those of window sums are no multiply-accumulates of the model: the layer's do not include them.
        public var macs: Int
        public var weightBytesAfter: Int
        public var note: String
        public var epilogue: String
    }

    /// A decision.
    public struct Binarizer: Codable, Sendable {
        /// What is known of a binarizer's decisions.
        public enum Exactness: String, Codable, Sendable {
            /// Every number an accumulator can be was tried: decisions equal the graph's.
            case exact
            /// The comparison equals the graph's for the same float32 number, which is rounded as it is computed.
            case exactComparison = "exact comparison"
            /// The user decided what zero means.
            case changed
        }

        /// Of the ONNX value that is the decision.
        public var name: String
        /// What is compared: "integer accumulator", "float32", "accumulator, dynamic".
        public var domain: String
        /// What the binarizer became, in words.
        public var folding: String
        /// Columns (channels, or one for all) by kind: one switch point at which the decision rises or falls, none,
        /// several.
        public var rising: Int
        public var falling: Int
        public var constant: Int
        public var several: Int
        public var mostSwitchPoints: Int
        /// Accumulators on a tie, and within the export noise of one; counted by column.
        public var ties: Int
        public var withinNoise: Int
        public var exactness: Exactness
        /// What else is to be known, such as where a max-pool went and what becomes of exact zeros.
        public var note: String
    }

    public var model: String
    public var target: String
    public var layers: [Layer]
    public var binarizers: [Binarizer]
    public var remarks: [String]
    /// What `--strict` refuses, in words.
    public var strictFailures: [String]
    /// Largest relative deviation of recognized weights from ±α.
    public var largestWeightDeviation: Float
    public var binaryLayers: Int
    public var floatLayers: Int
    public var binaryMACs: Int
    public var floatMACs: Int
    /// Binary multiply-accumulates of all, 0 to 1.
    public var binaryShare: Double
    public var weightBytesBefore: Int
    public var weightBytesAfter: Int
    /// Bytes of the files, where known.
    public var sourceFileBytes: Int?
    public var modelFileBytes: Int?
    /// Working memory that a session needs for one sample, inputs and outputs not counted; known once the runtime has
    /// planned the file.
    public var arenaBytes: Int?
    /// The seed of weights that were made up, since their data was absent; nil where none were.
    public var randomSeed: UInt64?

    /// - Parameters:
    ///   - source: the graph as imported, which has the model's own layers.
    ///   - graph: what the passes made of it, laid out.
    public init(
        model: String, target: String, imported source: Graph, laidOut graph: Graph, _ context: CompilationContext
    ) {
        self.model = model
        self.target = target
        layers = LayerList(source, graph, context).layers
        binarizers = BinarizerList(context).binarizers
        remarks = context.remarks
        largestWeightDeviation = context.snaps.values.map(\.relativeDeviation).max() ?? 0
        let layers = layers
        func macs(_ kind: Layer.Kind) -> Int { layers.filter { $0.kind == kind }.map(\.macs).reduce(0, +) }
        binaryLayers = layers.filter { $0.kind == .binary }.count
        floatLayers = layers.count - binaryLayers
        binaryMACs = macs(.binary)
        floatMACs = macs(.float)
        binaryShare = Double(binaryMACs) / Double(max(1, binaryMACs + floatMACs))
        weightBytesBefore = layers.map(\.weightBytesBefore).reduce(0, +)
        weightBytesAfter = layers.map(\.weightBytesAfter).reduce(0, +)
        strictFailures =
            layers.filter { $0.reason?.isFallback == true }.map {
                "layer '\($0.name)' (\($0.operator)) stays in float: \($0.reason!.text)"
            }
            + binarizers.filter { $0.exactness == .changed }.map {
                "binarizer '\($0.name)' is not exact: \($0.note)"
            }
    }
}
