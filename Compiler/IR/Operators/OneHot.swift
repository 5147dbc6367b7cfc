/// ONNX OneHot (opset 11): a new axis of length `depth`, holding the on value at each index and the off value
/// elsewhere.
///
/// *Operands*: indices (negative ones count from the end; one out of range gives off values only); depth, known at
/// compile time; values [off, on].
public struct OneHot: Operator {
    public static let name = "OneHot"
    public var axis: Int

    public init(axis: Int = -1) { self.axis = axis }

    public var attributes: [Attribute] { [Attribute("axis", axis)] }

    public func inferTypes(_ operands: [Operand?]) throws -> [TensorType] {
        let indices = try operands.require(0, "indices", ElementType.numbers)
        let values = try operands.require(2, "values")
        guard values.shape == [2] else { throw OperatorError("input values is \(values.type); it must be [off, on]") }
        let axis = try normalized(axis: axis, rank: indices.type.rank + 1)
        var shape = indices.shape
        shape.insert(try depth(operands), at: axis)
        return [try TensorType.checked(values.elementType, shape)]
    }

    public func evaluate(_ inputs: [Tensor?]) throws -> [Tensor] {
        let type = try inferTypes(inputs.operands)[0]
        let indices = try inputs.require(0)
        let axis = try normalized(axis: axis, rank: type.rank)
        let depth = type.shape[axis]
        let inner = indices.shape[axis...].reduce(1, *)
        let hot = (indices.converted(to: .int64).integers ?? []).map { $0 < 0 ? $0 &+ Int64(depth) : $0 }
        var picks = [Int](repeating: 0, count: type.elementCount)
        for (position, index) in hot.enumerated() where index >= 0 && index < Int64(depth) {
            picks[(position / inner * depth + Int(index)) * inner + position % inner] = 1
        }
        return [try inputs.require(2).gathered(picks, shape: type.shape)]
    }

    public func keepsSamplesApart(_ operands: [Operand?]) -> Bool {
        guard let rank = operands.first??.type.rank, rank > 0, let axis = try? normalized(axis: axis, rank: rank + 1)
        else {
            return false
        }
        return axis != 0 && operands.optional(2)?.constant != nil
    }

    private func depth(_ operands: [Operand?]) throws -> Int {
        let depth = try operands.requireConstant(1, "depth")
        guard depth.shape.allSatisfy({ $0 == 1 }), let count = Int(exactly: depth.doubles[0].rounded(.towardZero)),
            count > 0
        else {
            throw OperatorError("input depth is \(depth.type) \(depth.doubles); it must be one number of at least 1")
        }
        return count
    }
}
