// One element of any type but bits, as tests compute with it: plainly, one at a time.

import BNNMKernels
import TestSupport

enum ElementValue: CustomStringConvertible {
    case float(Float)
    case int32(Int32)
    case int64(Int64)
    case bool(Bool)

    static let types = [BNNMK_FLOAT32, BNNMK_INT32, BNNMK_INT64, BNNMK_BOOL]
    static let numbers = [BNNMK_FLOAT32, BNNMK_INT32, BNNMK_INT64]

    /// A number of ordinary size, or now and then one that arithmetic treats specially.
    static func draw(_ type: bnnmk_element_type, using random: inout SeededRandom) -> ElementValue {
        let isEdge = random.chance(1, in: 3)
        switch type {
        case BNNMK_FLOAT32:
            let edges = EpilogueCase.edges + [2.5, -2.5, 3e9, -3e9, 2_147_483_648, 9.3e18, -9.3e18]
            return .float(isEdge ? random.pick(edges) : random.float(9))
        case BNNMK_INT32:
            return .int32(isEdge ? random.pick([.min, .max, 0, -1, 1, .min + 1]) : Int32(random.below(19) - 9))
        case BNNMK_INT64:
            let edges: [Int64] = [
                .min, .max, 0, -1, 1, .min + 1, 1 << 32, (1 << 24) + 1, (1 << 53) + 1, -(1 << 31) - 1,
            ]
            return .int64(isEdge ? random.pick(edges) : Int64(random.below(19) - 9))
        default:
            return .bool(Bool.random(using: &random))
        }
    }

    var isFloat: Bool { if case .float = self { true } else { false } }

    var real: Double {
        switch self {
        case .float(let x): Double(x)
        case .int32(let x): Double(x)
        case .int64(let x): Double(x)
        case .bool(let x): x ? 1 : 0
        }
    }

    /// Of integers and bools.
    var integer: Int64 {
        switch self {
        case .float: 0
        case .int32(let x): Int64(x)
        case .int64(let x): x
        case .bool(let x): x ? 1 : 0
        }
    }

    /// A real number as another type: integers saturate, NaN becomes 0.
    static func of(_ x: Double, _ type: bnnmk_element_type) -> ElementValue {
        switch type {
        case BNNMK_FLOAT32: .float(Float(x))
        case BNNMK_INT32: .int32(x.isNaN ? 0 : x >= 2_147_483_647 ? .max : x <= -2_147_483_648 ? .min : Int32(x))
        case BNNMK_INT64: .int64(x.isNaN ? 0 : x >= 0x1p63 ? .max : x <= -0x1p63 ? .min : Int64(x))
        default: .bool(x != 0)
        }
    }

    /// An integer as another type: it wraps around.
    static func of(_ x: Int64, _ type: bnnmk_element_type) -> ElementValue {
        switch type {
        case BNNMK_FLOAT32: .float(Float(x))
        case BNNMK_INT32: .int32(Int32(truncatingIfNeeded: x))
        case BNNMK_INT64: .int64(x)
        default: .bool(x != 0)
        }
    }

    /// Its bytes in memory; all NaNs are alike.
    var bytes: [UInt8] {
        switch self {
        case .float(let x): Swift.withUnsafeBytes(of: x.isNaN ? Float.nan.bitPattern : x.bitPattern) { Array($0) }
        case .int32(let x): Swift.withUnsafeBytes(of: x) { Array($0) }
        case .int64(let x): Swift.withUnsafeBytes(of: x) { Array($0) }
        case .bool(let x): [x ? 1 : 0]
        }
    }

    var description: String {
        switch self {
        case .float(let x): "\(x)"
        case .int32(let x): "\(x)"
        case .int64(let x): "\(x)"
        case .bool(let x): "\(x)"
        }
    }
}

func bytes(_ values: [ElementValue]) -> [UInt8] { values.flatMap(\.bytes) }

/// Bytes of a result, with all NaNs of float32 alike.
func canonical(_ bytes: [UInt8], _ type: bnnmk_element_type) -> [UInt8] {
    guard type == BNNMK_FLOAT32 else { return bytes }
    return stride(from: 0, to: bytes.count, by: 4).flatMap { first in
        let pattern = (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[first + $1]) << UInt32(8 * $1) }
        return ElementValue.float(Float(bitPattern: pattern)).bytes
    }
}

func byteCount(_ type: bnnmk_element_type) -> Int { type == BNNMK_INT64 ? 8 : type == BNNMK_BOOL ? 1 : 4 }
