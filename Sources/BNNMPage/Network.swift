/// A compiled network as a page shows it: layers in execution order, what each reads, and what was folded into it.
/// Encoded as the `network` of the page's data.
public struct Network: Encodable, Sendable {
    /// What a layer computes with.
    public enum Kind: String, Encodable, Sendable {
        /// Reads decisions.
        case binary
        /// Reads numbers.
        case float
        /// Reads numbers, though it could have been binary: only the compiler knows.
        case fallback
        /// Computes nothing: shapes, orders, joins.
        case movement
    }

    /// An input or output.
    public struct Port: Encodable, Sendable {
        public let name: String
        /// "float32[1,8,8,3]", of one execution.
        public let result: String
        /// The layer that computes an output; of an input handed through, −1 − the input's number. nil of an input.
        public var source: Int?
    }

    /// One operator of the file.
    public struct Layer: Encodable, Sendable {
        public let name: String
        /// "BinaryConv2D".
        public let `operator`: String
        public internal(set) var kind: Kind
        /// "bits[1,56,56,64]": the first result, channel-last, of one execution.
        public let result: String
        /// The layers whose results it reads; −1 − i stands for input i. Constants are not among them.
        public let reads: [Int]
        public let macs: Int
        /// Bytes of one execution: constants, tensors read, tensors written.
        public let constantBytes: Int
        public let readBytes: Int
        public let writtenBytes: Int
        /// What runs in the same pass, and what it stores; empty where it is the operator alone.
        public let folded: String
        /// Its decisions; nil where it makes none by constants.
        public let decisions: Decisions?
        /// The ONNX values that are its decisions.
        public let decides: [String]
        /// What computes it on this machine, where that is known.
        public var kernel: String?
    }

    public let inputs: [Port]
    public let outputs: [Port]
    public var layers: [Layer]
}
