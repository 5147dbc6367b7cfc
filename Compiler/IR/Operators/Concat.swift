/// ONNX Concat (opset 11, 13): the operands one after the other along an axis.
public struct Concat: Operator {
    public static let name = "Concat"
    public var axis: Int

    public init(axis: Int) { self.axis = axis }

    public var attributes: [Attribute] { [Attribute("axis", axis)] }

    public func inferTypes(_ operands: [Operand?]) throws -> [TensorType] {
        let first = try operands.require(0, "inputs_0")
        let axis = try normalized(axis: axis, rank: first.type.rank)
        var shape = first.shape
        for index in operands.indices.dropFirst() {
            let operand = try operands.require(index, "inputs_\(index)", [first.elementType])
            guard operand.type.rank == shape.count,
                shape.indices.allSatisfy({ $0 == axis || operand.shape[$0] == shape[$0] })
            else {
                throw OperatorError(
                    "inputs_\(index) \(operand.type) and inputs_0 \(first.type) may differ only along axis \(axis)")
            }
            shape[axis] = try TensorType.checked(first.elementType, [shape[axis], 1]).shape[0] + operand.shape[axis]
        }
        return [try TensorType.checked(first.elementType, shape)]
    }

    public func evaluate(_ inputs: [Tensor?]) throws -> [Tensor] {
        let type = try inferTypes(inputs.operands)[0]
        let axis = try normalized(axis: axis, rank: type.rank)
        let tensors = try inputs.indices.map { try inputs.require($0) }
        let starts = tensors.indices.map { index in tensors[..<index].reduce(0) { $0 + $1.elementCount } }
        var indices: [Int] = []
        indices.reserveCapacity(type.elementCount)
        for outer in 0..<type.shape[..<axis].reduce(1, *) {
            for (tensor, start) in zip(tensors, starts) {
                let run = tensor.shape[axis...].reduce(1, *)
                indices.append(contentsOf: start + outer * run..<start + (outer + 1) * run)
            }
        }
        return [Tensor.joined(tensors).gathered(indices, shape: type.shape)]
    }

    public func keepsSamplesApart(_ operands: [Operand?]) -> Bool {
        guard let rank = operands.first??.type.rank, let axis = try? normalized(axis: axis, rank: rank) else {
            return false
        }
        return axis != 0
    }
}
