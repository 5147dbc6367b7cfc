/// ONNX Squeeze (opset 11, 13): without some axes of length 1.
///
/// *Operands*: data; the axes (absent: all of length 1).
public struct Squeeze: Operator {
    public static let name = "Squeeze"
    public init() {}

    public func inferTypes(_ operands: [Operand?]) throws -> [TensorType] {
        let x = try operands.require(0, "data")
        let removed = try axes(operands)
        return [TensorType(x.elementType, x.shape.indices.filter { !removed.contains($0) }.map { x.shape[$0] })]
    }

    public func evaluate(_ inputs: [Tensor?]) throws -> [Tensor] {
        [try inputs.require(0).reshaped(try inferTypes(inputs.operands)[0].shape)]
    }

    public func keepsSamplesApart(_ operands: [Operand?]) -> Bool { (try? axes(operands))?.contains(0) == false }

    private func axes(_ operands: [Operand?]) throws -> [Int] {
        let shape = try operands.require(0, "data").shape
        guard let given = try operands.optionalIntegers(1, "axes") else {
            return shape.indices.filter { shape[$0] == 1 }
        }
        let axes = try normalized(axes: given, rank: shape.count)
        for axis in axes where shape[axis] != 1 {
            throw OperatorError(
                "axis \(axis) of shape \(shape) has length \(shape[axis]); only an axis of length 1 can be removed")
        }
        return axes
    }
}

/// ONNX Unsqueeze (opset 11, 13): with new axes of length 1.
///
/// *Operands*: data; the axes, places in the result.
public struct Unsqueeze: Operator {
    public static let name = "Unsqueeze"
    public init() {}

    public func inferTypes(_ operands: [Operand?]) throws -> [TensorType] {
        let x = try operands.require(0, "data")
        let added = try axes(operands)
        var rest = x.shape.makeIterator()
        let rank = x.type.rank + added.count
        return [TensorType(x.elementType, (0..<rank).map { added.contains($0) ? 1 : rest.next() ?? 1 })]
    }

    public func evaluate(_ inputs: [Tensor?]) throws -> [Tensor] {
        [try inputs.require(0).reshaped(try inferTypes(inputs.operands)[0].shape)]
    }

    public func keepsSamplesApart(_ operands: [Operand?]) -> Bool { (try? axes(operands))?.contains(0) == false }

    private func axes(_ operands: [Operand?]) throws -> [Int] {
        let rank = try operands.require(0, "data").type.rank
        let given = try operands.requireIntegers(1, "axes")
        return try normalized(axes: given, rank: rank + given.count)
    }
}
