import CBNNM

extension BNNMModel {
    /// What values are: of an input or output any but bits.
    public enum ElementType: String, Sendable {
        case float32
        case int32
        /// +1 and −1, a bit each; inside a model only.
        case bits
        case int64
        case bool
        /// A byte, as images have it; of an input.
        case uint8

        /// Of the C API's number; float32 for an unknown one.
        init(_ code: UInt32) {
            switch bnnm_element_type(rawValue: code) {
            case BNNM_INT32: self = .int32
            case BNNM_BITS: self = .bits
            case BNNM_INT64: self = .int64
            case BNNM_BOOL: self = .bool
            case BNNM_UINT8: self = .uint8
            default: self = .float32
            }
        }

        /// Bytes of an element in the C API's buffers; of bits none, which are packed.
        var byteCount: Int {
            switch self {
            case .float32, .int32: 4
            case .int64: 8
            case .bool, .uint8: 1
            case .bits: 0
            }
        }
    }
}
