/// An operator that takes the least or greatest of one or more operands, broadcast together; NaN wins.
public protocol Extreme: BinaryElementwise {}

extension Extreme {
    public func inferTypes(_ operands: [Operand?]) throws -> [TensorType] {
        let first = try operands.require(0, "data_0", ElementType.numbers)
        let all = try operands.indices.map { try operands.require($0, "data_\($0)", [first.elementType]) }
        return [try TensorType.checked(first.elementType, TensorType.broadcastShape(all))]
    }

    public func evaluate(_ inputs: [Tensor?]) throws -> [Tensor] {
        let shape = try inferTypes(inputs.operands)[0].shape
        let first = try inputs.require(0).broadcast(to: shape)
        return [
            try inputs.indices.dropFirst().reduce(first) { result, index in
                try Tensor.combine(
                    result, try inputs.require(index), shape: shape, float: { try apply($0, $1) },
                    double: { try apply($0, $1) }, signed: { try apply($0, $1) }, unsigned: { try apply($0, $1) })
            }
        ]
    }
}

/// ONNX Min (opset 8, 12, 13): the least of the operands' elements.
public struct Min: Extreme {
    public static let name = "Min"
    public init() {}
    public func apply<T: RealNumber>(_ a: T, _ b: T) -> T { a.isNaN ? a : b.isNaN ? b : min(a, b) }
    public func apply<T: FixedWidthInteger>(_ a: T, _ b: T) -> T { min(a, b) }
}

/// ONNX Max (opset 8, 12, 13): the greatest of the operands' elements.
public struct Max: Extreme {
    public static let name = "Max"
    public init() {}
    public func apply<T: RealNumber>(_ a: T, _ b: T) -> T { a.isNaN ? a : b.isNaN ? b : max(a, b) }
    public func apply<T: FixedWidthInteger>(_ a: T, _ b: T) -> T { max(a, b) }
}
