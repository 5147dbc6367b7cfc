/// ONNX Gather (opset 11, 13): slices of the data along an axis, picked by index; negative indices count from the end.
///
/// *Shape*: data [A…, d, B…] at axis |A|, indices [I…] → [A…, I…, B…].
/// - Throws from `evaluate`: where an index is out of range.
public struct Gather: Operator {
    public static let name = "Gather"
    public var axis: Int

    public init(axis: Int = 0) { self.axis = axis }

    public var attributes: [Attribute] { [Attribute("axis", axis)] }

    public func inferTypes(_ operands: [Operand?]) throws -> [TensorType] {
        let data = try operands.require(0, "data")
        let indices = try operands.require(1, "indices", ElementType.indices)
        let axis = try normalized(axis: axis, rank: data.type.rank)
        if let known = indices.constant?.integers { _ = try counted(known, extent: data.shape[axis]) }
        return [
            try TensorType.checked(
                data.elementType, [Int](data.shape[..<axis]) + indices.shape + [Int](data.shape[(axis + 1)...]))
        ]
    }

    public func evaluate(_ inputs: [Tensor?]) throws -> [Tensor] {
        let data = try inputs.require(0), indices = try inputs.require(1)
        let shape = try inferTypes(inputs.operands)[0].shape
        let axis = try normalized(axis: axis, rank: data.type.rank)
        let picks = try counted(indices.integers ?? [], extent: data.shape[axis])
        return [data.picked(picks, axis: axis).reshaped(shape)]
    }

    /// Samples picked by constant indices along another axis, or a constant table looked up by samples of indices.
    public func keepsSamplesApart(_ operands: [Operand?]) -> Bool {
        guard let data = operands.optional(0), let indices = operands.optional(1),
            let axis = try? normalized(axis: axis, rank: data.type.rank)
        else { return false }
        return axis == 0 ? data.constant != nil && indices.type.rank > 0 : indices.constant != nil
    }

    func counted(_ indices: [Int64], extent: Int) throws -> [Int] {
        try indices.map { index in
            guard index >= -Int64(extent), index < Int64(extent) else {
                throw OperatorError("index \(index) is outside the axis; valid are \(-extent) to \(extent - 1)")
            }
            return Int(index < 0 ? index + Int64(extent) : index)
        }
    }
}
