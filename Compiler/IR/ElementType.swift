/// The type of one tensor element: what ONNX can name, plus `binary`, which exists only inside the compiler.
public enum ElementType: String, Hashable, Sendable, CaseIterable {
    case float16, float32, float64
    case int8, int16, int32, int64
    case uint8, uint16, uint32, uint64
    case bool
    /// A decision, −1 or +1. One bit in a compiled model (bit 1 stands for −1).
    case binary

    public var isFloat: Bool {
        switch self {
        case .float16, .float32, .float64: true
        default: false
        }
    }

    /// Whether values are held as 64-bit integers by the interpreter (`bool` and `binary` included).
    public var isInteger: Bool { !isFloat }

    /// Bytes of one element in an ONNX file; `binary` has no ONNX form and counts as one byte.
    public var byteCount: Int {
        switch self {
        case .int8, .uint8, .bool, .binary: 1
        case .float16, .int16, .uint16: 2
        case .float32, .int32, .uint32: 4
        case .float64, .int64, .uint64: 8
        }
    }

    /// `value` wrapped to the width of this integer type, as ONNX Cast and integer arithmetic do.
    public func wrap(_ value: Int64) -> Int64 {
        switch self {
        case .int8: Int64(Int8(truncatingIfNeeded: value))
        case .int16: Int64(Int16(truncatingIfNeeded: value))
        case .int32: Int64(Int32(truncatingIfNeeded: value))
        case .uint8: Int64(UInt8(truncatingIfNeeded: value))
        case .uint16: Int64(UInt16(truncatingIfNeeded: value))
        case .uint32: Int64(UInt32(truncatingIfNeeded: value))
        case .bool: value != 0 ? 1 : 0
        default: value
        }
    }
}
