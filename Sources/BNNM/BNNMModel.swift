import CBNNM

/// A compiled model, as `bnnm compile` writes it. Immutable: it may be shared between threads, each with its own
/// session.
///
///     let model = try BNNMModel(path: "digits.bnnm")
///     let session = try BNNMSession(model)
///     let scores = try session.run([image])[0]
public final class BNNMModel: @unchecked Sendable {
    // Safe to send: the C model is immutable and its count of holders atomic.
    let handle: OpaquePointer

    /// An input or output.
    public struct Port: Sendable, Equatable {
        public let name: String
        /// Dimensions in the ONNX model's order; nil first where the number of samples is open.
        public let shape: [Int?]
        /// float32 values of one execution.
        public let elementCount: Int
    }

    /// What the model is as a whole.
    public struct Info: Sendable, Equatable {
        public let name: String
        public let producer: String
        public let target: String
        /// The ONNX name of the open batch dimension; nil where the batch is fixed.
        public let openBatch: String?
        public let formatVersion: String
        public let weightByteCount: Int
        public let sourceWeightByteCount: Int
        public let arenaByteCount: Int
    }

    /// One operator, in execution order.
    public struct Layer: Sendable, Equatable {
        public let name: String
        /// "BinaryConv2D"
        public let operatorName: String
        public let elementType: String
        /// The result's dimensions, channel-last.
        public let shape: [Int]
        public let multiplyAccumulates: Int
        public let weightByteCount: Int
    }

    /// A binarizer whose decisions can be watched.
    public struct Probe: Sendable, Equatable {
        public let name: String
        public let shape: [Int]
        /// Whether decisions are 0 and 1; else −1 and +1.
        public let isZeroOne: Bool
        public let elementCount: Int
    }

    public let inputs: [Port]
    public let outputs: [Port]
    public let layers: [Layer]
    public let probes: [Probe]
    public let info: Info

    /// Opens a `.bnnm` file; it is mapped and must not be changed while the model lives.
    public convenience init(path: String) throws(BNNMError) {
        try self.init { options, model in bnnm_model_open_file(path, &options, &model) }
    }

    /// Opens a model that is in memory; the bytes are copied.
    public convenience init(bytes: [UInt8]) throws(BNNMError) {
        try self.init { options, model in
            options.copy = 1
            return bytes.withUnsafeBytes { bnnm_model_open_memory($0.baseAddress, $0.count, &options, &model) }
        }
    }

    private init(_ open: (inout bnnm_model_options, inout OpaquePointer?) -> bnnm_status) throws(BNNMError) {
        var model: OpaquePointer?
        try BNNMError.check { message, capacity in
            var options = bnnm_model_options()
            options.struct_size = MemoryLayout<bnnm_model_options>.size
            options.message = message
            options.message_capacity = capacity
            return open(&options, &model)
        }
        guard let handle = model else { throw BNNMError(BNNM_CORRUPT_MODEL, "") }
        self.handle = handle
        inputs = (0..<bnnm_model_input_count(handle)).map { Port(handle, $0, bnnm_model_input_info) }
        outputs = (0..<bnnm_model_output_count(handle)).map { Port(handle, $0, bnnm_model_output_info) }
        probes = (0..<bnnm_model_probe_count(handle)).map { Probe(handle, $0) }
        let (info, layerCount) = Info.read(handle)
        self.info = info
        layers = (0..<layerCount).map { Layer(handle, $0) }
    }

    deinit { bnnm_model_free(handle) }
}
