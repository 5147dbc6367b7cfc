import BNNM
import BNNMFormat
import TestSupport

/// The positions of a dense tensor's elements, for the plain meaning of operators.
struct Shape {
    let dims: [Int]
    var count: Int { dims.reduce(1, *) }

    init(_ dims: [Int]) { self.dims = dims }

    /// One index per dimension of the element at `position`.
    func coordinates(_ position: Int) -> [Int] {
        var rest = position
        var result = [Int](repeating: 0, count: dims.count)
        for axis in dims.indices.reversed() {
            result[axis] = rest % dims[axis]
            rest /= dims[axis]
        }
        return result
    }

    func position(_ coordinates: [Int]) -> Int { zip(dims, coordinates).reduce(0) { $0 * $1.0 + $1.1 } }

    /// The position of the element that stands at `coordinates` of a result this one is broadcast to.
    func broadcastPosition(_ coordinates: [Int]) -> Int {
        position(zip(dims, coordinates.suffix(dims.count)).map { $0 == 1 ? 0 : $1 })
    }

    /// The dimensions of a result of both.
    static func broadcast(_ a: [Int], _ b: [Int]) -> [Int] {
        let rank = max(a.count, b.count)
        let (x, y) = (
            [Int](repeating: 1, count: rank - a.count) + a, [Int](repeating: 1, count: rank - b.count) + b
        )
        return zip(x, y).map { $0 == 1 ? $1 : $0 }
    }
}

extension BNNMValues {
    /// Seeded values of a type: integers far from each other, of float32 as far as it holds them.
    static func random(_ type: bnnmf_element_type, _ count: Int, _ random: inout SeededRandom) -> BNNMValues {
        let numbers = random.integers(count, -1000...1000)
        switch type {
        case BNNMF_INT32: return .int32(numbers.map { Int32($0) * 2_000_003 })
        case BNNMF_INT64: return .int64(numbers.map { Int64($0) * 9_000_000_000_000_037 })
        case BNNMF_BOOL: return .bool(numbers.map { $0 > 0 })
        default: return .float32(numbers)
        }
    }

    /// The values at these positions; `fill` where there is none.
    func picked(_ positions: [Int?], fill: BNNMValues) -> BNNMValues {
        func pick<Element>(_ values: [Element], _ fill: [Element]) -> [Element] {
            positions.map { $0.map { values[$0] } ?? fill[0] }
        }
        switch (self, fill) {
        case (.float32(let values), .float32(let fill)): return .float32(pick(values, fill))
        case (.int32(let values), .int32(let fill)): return .int32(pick(values, fill))
        case (.int64(let values), .int64(let fill)): return .int64(pick(values, fill))
        case (.bool(let values), .bool(let fill)): return .bool(pick(values, fill))
        default: return self
        }
    }

    /// One value: 0, or false.
    static func zero(_ type: bnnmf_element_type) -> BNNMValues {
        switch type {
        case BNNMF_INT32: .int32([0])
        case BNNMF_INT64: .int64([0])
        case BNNMF_BOOL: .bool([false])
        default: .float32([0])
        }
    }
}

extension ModelDescription {
    /// Values as a constant tensor.
    func constant(_ values: BNNMValues, _ dims: [Int]) -> UInt32 {
        switch values {
        case .float32(let elements): tensor(BNNMF_FLOAT32, dims, blob: blob(elements))
        case .int32(let elements): tensor(BNNMF_INT32, dims, blob: blob(elements))
        case .int64(let elements): tensor(BNNMF_INT64, dims, blob: blob(elements))
        case .bool(let elements): tensor(BNNMF_BOOL, dims, blob: blob(elements.map { $0 ? 1 : 0 as UInt8 }))
        case .uint8(let elements): tensor(BNNMF_UINT8, dims, blob: blob(elements))
        }
    }

    /// One element of bits.
    func constantBit(isMinus: Bool) -> UInt32 { tensor(BNNMF_BITS, [1], blob: blob([isMinus ? 1 : 0 as UInt64])) }
}
