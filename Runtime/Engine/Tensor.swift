import BNNMFormat
import BNNMKernels
import CBNNM

/// A tensor of the model as the engine knows it: its type, its sizes, and where its bytes are.
struct Tensor {
    enum ElementType: UInt32 {
        case float32 = 1
        case int32 = 2
        case bits = 3
        case int64 = 4
        /// One byte a value, 0 or 1.
        case bool = 5
        /// An image's bytes, which nothing but a lookup reads.
        case uint8 = 6

        /// Bytes of an element; 0 of bits, whose rows are packed.
        var byteCount: Int64 {
            switch self {
            case .float32, .int32: 4
            case .int64: 8
            case .bool, .uint8: 1
            case .bits: 0
            }
        }

        /// As messages give it.
        var name: StaticString {
            switch self {
            case .float32: "float32"
            case .int32: "int32"
            case .bits: "bits"
            case .int64: "int64"
            case .bool: "bool"
            case .uint8: "uint8"
            }
        }

        /// float32, int32 or int64.
        var isNumber: Bool { self == .float32 || self == .int32 || self == .int64 }

        var forKernels: bnnmk_element_type { bnnmk_element_type(rawValue: rawValue) }
    }

    /// Where a tensor's bytes are during an execution.
    enum Place {
        /// In the file.
        case constant(UnsafeRawPointer)
        /// In the arena, at this byte offset.
        case arena(Int)
        /// In the caller's buffer of the model input of this index.
        case input(Int)
        /// In the caller's buffer of the model output of this index.
        case output(Int)

        /// Whether it is the caller's buffer of model output `port`, so that nothing needs to be copied there.
        func isOutput(_ port: UInt32) -> Bool {
            if case .output(let own) = self { return own == Int(port) }
            return false
        }
    }

    let elementType: ElementType
    let dims: Dims
    /// Product of the dimensions, ≤ INT32_MAX; ≥ 1 of what operators read and write.
    let elementCount: Int
    /// Bits: each row of the last dimension is a whole number of 64-bit words.
    let byteCount: Int
    /// The blob's bytes of a constant.
    let constant: UnsafeRawPointer?
    var place = Place.arena(0)
    /// Whether something gives it a value: the file, the caller or an operator.
    var isDefined: Bool

    var rank: Int { dims.rank }
    var elements: Int64 { Int64(elementCount) }
    /// The last dimension.
    var channels: Int64 { Int64(dims.fromEnd(1)) }
    /// Rows of the last dimension.
    var rows: Int64 { elements / channels }
    /// Bits only: words of a row.
    var rowWords: Int64 { wordCount(channels) }

    /// Reads and checks a tensor record.
    init(_ record: bnnmf_tensor, index: UInt32, view: UnsafePointer<bnnmf_view>, _ message: Message) throws(Failure) {
        func failure(_ status: bnnm_status, _ rule: StaticString) -> Failure {
            message.failure(status) {
                $0.add("tensor ")
                $0.add(index)
                $0.add(" '")
                $0.add(cString: record.name)
                $0.add("': ")
                $0.add(rule)
            }
        }
        guard let elementType = ElementType(rawValue: record.element_type) else {
            throw failure(BNNM_CORRUPT_MODEL, "its element type must be float32, int32, bits, int64, bool or uint8")
        }
        guard record.rank <= UInt32(BNNMF_MAX_RANK) else {
            throw failure(BNNM_LIMIT_EXCEEDED, "it must have at most 8 dimensions")
        }
        let dims = Dims(record)
        var count: Int64 = 1
        for axis in 0..<dims.rank {
            guard let next = product(count, Int64(dims[axis])), next <= Int64(Int32.max) else {
                throw failure(BNNM_LIMIT_EXCEEDED, "the product of its dimensions must be at most 2147483647")
            }
            count = next
        }
        guard elementType != .bits || (dims.rank >= 1 && count >= 1) else {
            throw failure(BNNM_CORRUPT_MODEL, "bits must have at least one dimension, and none that is 0")
        }
        let channels = Int64(dims.fromEnd(1))
        let bytes = elementType == .bits ? count / channels &* wordCount(channels) &* 8 : count &* elementType.byteCount
        guard let byteCount = Int(exactly: bytes) else {
            throw failure(BNNM_LIMIT_EXCEEDED, "it does not fit this machine's address space")
        }
        self.elementType = elementType
        self.dims = dims
        elementCount = Int(count)
        self.byteCount = byteCount
        constant = try Self.constant(record, byteCount, view, failure)
        isDefined = constant != nil
        guard elementType != .bits || hasClearTails else {
            throw failure(BNNM_CORRUPT_MODEL, "the bits behind the last channel must be 0")
        }
        guard elementType != .bool || hasTruthValues else {
            throw failure(BNNM_CORRUPT_MODEL, "bool values must be 0 or 1")
        }
    }

    private static func constant(
        _ record: bnnmf_tensor, _ byteCount: Int, _ view: UnsafePointer<bnnmf_view>,
        _ failure: (bnnm_status, StaticString) -> Failure
    ) throws(Failure) -> UnsafeRawPointer? {
        guard record.blob != UInt32.max else { return nil }
        guard record.blob < bnnmf_blob_count(view) else {
            throw failure(BNNM_CORRUPT_MODEL, "its blob must be one of the file's")
        }
        var blob = bnnmf_blob()
        bnnmf_get_blob(view, record.blob, &blob)
        guard blob.byte_count == UInt64(byteCount), let data = blob.data else {
            throw failure(BNNM_CORRUPT_MODEL, "its blob must have the size that its type and dimensions say")
        }
        return data
    }

    /// A constant of bool: whether every byte is 0 or 1.
    private var hasTruthValues: Bool {
        guard let constant else { return true }
        let values = constant.assumingMemoryBound(to: UInt8.self)
        for index in 0..<elementCount where values[index] > 1 { return false }
        return true
    }

    /// Constant bits: whether every row's bits behind the last channel are 0.
    private var hasClearTails: Bool {
        guard let constant, channels % 64 != 0 else { return true }
        let words = constant.assumingMemoryBound(to: UInt64.self)
        let stride = Int(rowWords)
        var last = stride &- 1
        for _ in 0..<Int(rows) {
            guard words[last] >> UInt64(channels % 64) == 0 else { return false }
            last &+= stride
        }
        return true
    }
}
