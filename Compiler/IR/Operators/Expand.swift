/// ONNX Expand (opset 8, 13): the data broadcast together with a shape.
///
/// *Operands*: data; the shape, whose dimensions of 1 leave the data's as they are.
public struct Expand: Operator {
    public static let name = "Expand"
    public init() {}

    public func inferTypes(_ operands: [Operand?]) throws -> [TensorType] {
        let x = try operands.require(0, "input")
        let requested = try operands.requireIntegers(1, "shape")
        guard requested.allSatisfy({ $0 >= 0 }), let shape = x.shape.broadcast(with: requested) else {
            throw OperatorError("input \(x.type) cannot be broadcast with shape \(requested)")
        }
        return [try TensorType.checked(x.elementType, shape)]
    }

    public func evaluate(_ inputs: [Tensor?]) throws -> [Tensor] {
        [try inputs.require(0).broadcast(to: try inferTypes(inputs.operands)[0].shape)]
    }

    /// Whether the data's axis 0 is the result's, and as long.
    public func keepsSamplesApart(_ operands: [Operand?]) -> Bool {
        guard let shape = operands.first??.shape, let type = try? inferTypes(operands)[0] else { return false }
        return type.rank == shape.count && type.shape.first == shape.first
    }
}

/// ONNX Tile (opset 6, 13): the data repeated along each axis.
///
/// *Operands*: data; how often, for each axis.
public struct Tile: Operator {
    public static let name = "Tile"
    public init() {}

    public func inferTypes(_ operands: [Operand?]) throws -> [TensorType] {
        let x = try operands.require(0, "input")
        let repeats = try operands.requireIntegers(1, "repeats")
        guard repeats.count == x.type.rank, repeats.allSatisfy({ $0 >= 0 && $0 <= TensorType.elementLimit }) else {
            throw OperatorError("repeats \(repeats) must be \(x.type.rank) counts, one for each axis of \(x.type)")
        }
        let shape = try zip(x.shape, repeats).map { extent, count in
            try TensorType.checked(x.elementType, [extent, count]).elementCount
        }
        return [try TensorType.checked(x.elementType, shape)]
    }

    public func evaluate(_ inputs: [Tensor?]) throws -> [Tensor] {
        let x = try inputs.require(0)
        let shape = try inferTypes(inputs.operands)[0].shape
        return [x.picked(zip(x.shape, shape).map { extent, length in (0..<length).map { $0 % extent } })]
    }

    public func keepsSamplesApart(_ operands: [Operand?]) -> Bool {
        (try? operands.requireIntegers(1, "repeats"))?.first == 1
    }
}
