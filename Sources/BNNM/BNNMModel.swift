import CBNNM

/// A compiled model, as `bnnm compile` writes it. Immutable and `Sendable`: tasks and threads share it, each with a
/// session of its own.
///
///     let model = try BNNMModel(path: "digits.bnnm")
///     let session = try BNNMSession(model)
///     let logits = try session.run(BNNMTensor(pixels, shape: [1, 1, 8, 8]))
public final class BNNMModel: @unchecked Sendable {
    // Safe to send: the C model is immutable and its count of holders atomic.
    let handle: OpaquePointer

    /// An input or output.
    public struct Port: Sendable, Equatable {
        /// The ONNX name; empty where names were stripped from the file.
        public let name: String
        /// Dimensions in the ONNX model's order, images as [N, C, H, W]; nil first where the number of samples is open.
        public let shape: [Int?]
        /// The first dimension of one execution, in elements: 1 in nearly every model whose batch is open.
        public let leadingExtent: Int
        /// What its values are: float32, int32, int64, bool or, of an input, uint8.
        public let elementType: ElementType
        /// The number of values of one execution.
        public let elementCount: Int
    }

    /// What the model is as a whole.
    public struct Info: Sendable, Equatable {
        /// Of the ONNX graph.
        public let name: String
        /// The compiler: "bnnm 0.1.0".
        public let producer: String
        /// What the weights are laid out for: "portable".
        public let target: String
        /// Whether weights had to be repacked for this machine's kernels, which then hold a second copy of them.
        public let isRepacked: Bool
        /// The ONNX name of the open batch dimension; nil where the batch is fixed.
        public let openBatch: String?
        /// Of the file: "1.0".
        public let formatVersion: String
        /// All constants in the file, in bytes.
        public let weightByteCount: Int
        /// The ONNX model's initializers, in bytes.
        public let sourceWeightByteCount: Int
        /// Working memory of a session of one thread, in bytes, inputs and outputs not counted.
        public let arenaByteCount: Int
        /// The most of it that is in use at once: no plan could do with less.
        public let liveByteCount: Int
    }

    /// One operator, in execution order.
    public struct Layer: Sendable, Equatable {
        /// Of the ONNX node; empty where names were stripped from the file.
        public let name: String
        /// "BinaryConv2D"
        public let operatorName: String
        /// Of the result.
        public let elementType: ElementType
        /// The result's dimensions for one execution, channel-last: images as [N, H, W, C].
        public let shape: [Int]
        /// Multiplications with an addition each, in one execution; binary ones count like others.
        public let multiplyAccumulates: Int
        /// The constants it reads, in bytes.
        public let weightByteCount: Int
        /// Arithmetic of one execution beside the multiplications: operations on a number of 32 bits each, twice as many
        /// of 64; a fused multiply-add is one.
        public let operationCount: Int
        /// The tensors it reads, in bytes.
        public let operandByteCount: Int
        /// The tensors it computes, in bytes.
        public let resultByteCount: Int
        /// The index of the layer in whose time it runs: its own, or that of the last one of those that run together,
        /// some rows at a time.
        public let runsWith: Int
    }

    /// A binarizer whose decisions can be watched.
    public struct Probe: Sendable, Equatable {
        /// Of the ONNX value.
        public let name: String
        /// The ONNX value's dimensions for one execution, in its order.
        public let shape: [Int]
        /// Whether decisions are 0 and 1; else −1 and +1, and 0 where the binarizer gives 0 because its input is 0.
        public let isZeroOne: Bool
        /// The number of decisions of one execution.
        public let elementCount: Int
    }

    /// In the ONNX model's order.
    public let inputs: [Port]
    /// In the ONNX model's order.
    public let outputs: [Port]
    /// In execution order.
    public let layers: [Layer]
    public let probes: [Probe]
    public let info: Info

    /// Opens a `.bnnm` file, which is verified as a whole, mapped and used in place. It must not be changed while the
    /// model lives; replacing it by renaming another over it is fine.
    ///
    /// - Throws: `BNNMError` with `.fileNotFound`, `.ioError`, `.notAModel`, `.corruptModel`, `.unsupportedVersion`,
    ///   `.limitExceeded` or `.outOfMemory`.
    public convenience init(path: String) throws(BNNMError) {
        guard !path.utf8.contains(0) else {
            throw BNNMError(BNNM_INVALID_ARGUMENT, "path must not contain a zero byte")
        }
        try self.init { options, model in bnnm_model_open_file(path, &options, &model) }
    }

    /// Opens a model that is in memory: an array, `Data`, or a slice of one. The bytes are copied.
    ///
    /// - Throws: `BNNMError` with `.notAModel`, `.corruptModel`, `.unsupportedVersion`, `.limitExceeded` or
    ///   `.outOfMemory`.
    public convenience init(bytes: some Collection<UInt8>) throws(BNNMError) {
        guard !bytes.isEmpty else { throw BNNMError(BNNM_NOT_A_MODEL, "there are no bytes") }
        try self.init { options, model in
            options.copy = 1
            func open(_ bytes: UnsafeBufferPointer<UInt8>) -> bnnm_status {
                bnnm_model_open_memory(bytes.baseAddress, bytes.count, &options, &model)
            }
            return bytes.withContiguousStorageIfAvailable(open) ?? Array(bytes).withUnsafeBufferPointer(open)
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
