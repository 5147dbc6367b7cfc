import BNNM
import BNNMIR

/// Between the values that the runtime takes and gives and the tensors of the reference interpreter.

extension Tensor {
    /// - Precondition: there are as many values as the shape says.
    init(_ shape: [Int], _ values: BNNMValues) {
        switch values {
        case .float32(let elements): self.init(shape, elements)
        case .int32(let elements): self.init(shape, elements.map { Int64($0) }, .int32)
        case .int64(let elements): self.init(shape, elements)
        case .bool(let elements): self.init(shape, elements.map { $0 ? 1 : 0 }, .bool)
        case .uint8(let elements): self.init(shape, elements.map { Int64($0) }, .uint8)
        }
    }
}

extension BNNMModel.ElementType {
    /// The type in which the runtime takes an input of a graph: its own, or float32 where it has none of that type.
    init(_ type: ElementType) {
        switch type {
        case .int32: self = .int32
        case .int64: self = .int64
        case .bool: self = .bool
        case .uint8: self = .uint8
        default: self = .float32
        }
    }
}
