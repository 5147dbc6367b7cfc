/// ONNX Split (opset 11, 13, 18): the data cut along an axis into several results.
///
/// *Operands*: the data; the length of each part, or absent: then `partCount` parts of equal length, the last one
/// possibly shorter where `allowsShorterLast` (opset 18).
public struct Split: Operator {
    public static let name = "Split"
    public var axis: Int
    public var partCount: Int
    public var allowsShorterLast: Bool

    public init(axis: Int, partCount: Int, allowsShorterLast: Bool = false) {
        self.axis = axis
        self.partCount = partCount
        self.allowsShorterLast = allowsShorterLast
    }

    public var attributes: [Attribute] { [Attribute("axis", axis), Attribute("num_outputs", partCount)] }

    public func inferTypes(_ operands: [Operand?]) throws -> [TensorType] {
        let x = try operands.require(0, "input")
        let axis = try normalized(axis: axis, rank: x.type.rank)
        return try lengths(operands, extent: x.shape[axis]).map { length in
            var shape = x.shape
            shape[axis] = length
            return TensorType(x.elementType, shape)
        }
    }

    public func evaluate(_ inputs: [Tensor?]) throws -> [Tensor] {
        let x = try inputs.require(0)
        let axis = try normalized(axis: axis, rank: x.type.rank)
        var start = 0
        return try lengths(inputs.operands, extent: x.shape[axis]).map { length in
            defer { start += length }
            return x.picked(Array(start..<start + length), axis: axis)
        }
    }

    public func keepsSamplesApart(_ operands: [Operand?]) -> Bool {
        guard let rank = operands.first??.type.rank, let axis = try? normalized(axis: axis, rank: rank) else {
            return false
        }
        return axis != 0
    }

    private func lengths(_ operands: [Operand?], extent: Int) throws -> [Int] {
        guard let given = try operands.optionalIntegers(1, "split") else {
            guard partCount > 0, partCount <= max(extent, 1) else {
                throw OperatorError("an axis of \(extent) cannot be split into \(partCount) parts")
            }
            let length = (extent + partCount - 1) / partCount
            let last = extent - length * (partCount - 1)
            guard last == length || allowsShorterLast && last >= 0 else {
                throw OperatorError("an axis of \(extent) cannot be split into \(partCount) equal parts")
            }
            return [Int](repeating: length, count: partCount - 1) + [last]
        }
        guard given.count == partCount else {
            throw OperatorError("split \(given) has \(given.count) lengths for \(partCount) results")
        }
        var rest = extent
        for length in given {
            guard length >= 0, length <= rest else {
                throw OperatorError("split \(given) does not add up to the \(extent) elements along the axis")
            }
            rest -= length
        }
        guard rest == 0 else {
            throw OperatorError("split \(given) does not add up to the \(extent) elements along the axis")
        }
        return given
    }
}
