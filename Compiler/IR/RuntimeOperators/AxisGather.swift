/// Elements along one axis, picked by index: y[…,i,…] = x[…,indices[i],…]. What Slice, Split, Gather, Pad, Expand, Tile
/// and nearest Resize become, an axis at a time.
///
/// *Operands*: x of any type; indices int32 [n]; optionally a fill, one element of x's type. An index outside the axis
/// reads the fill, or, without one, 0 (+1 of decisions).
public struct AxisGather: StagedOperator {
    public static let name = "AxisGather"
    public static let stages = Stage.laidOut...Stage.laidOut
    public var axis: Int

    public init(axis: Int) { self.axis = axis }

    public var attributes: [Attribute] { [Attribute("axis", axis)] }

    public func inferTypes(_ operands: [Operand?]) throws -> [TensorType] {
        let x = try operands.require(0, "x"), indices = try operands.require(1, "indices", [.int32])
        guard axis >= 0, axis < x.type.rank, indices.type.rank == 1 else {
            throw OperatorError("indices \(indices.type) do not fit axis \(axis) of x \(x.type)")
        }
        if let fill = operands.optional(2) {
            guard fill.elementType == x.elementType, fill.type.elementCount == 1 else {
                throw OperatorError("fill \(fill.type) must be one \(x.elementType)")
            }
        }
        var shape = x.shape
        shape[axis] = indices.shape[0]
        return [try TensorType.checked(x.elementType, shape)]
    }

    public func evaluate(_ inputs: [Tensor?]) throws -> [Tensor] {
        let x = try inputs.require(0)
        let extent = Int64(x.shape[axis])
        let picked = (try inputs.require(1).integers ?? []).map { $0 >= 0 && $0 < extent ? Int($0) : nil }
        let nothing = x.elementType == .binary ? 1.0 : 0
        let fill = inputs.optional(2) ?? .filled(nothing, TensorType(x.elementType, [1]))
        return [x.picked(x.shape.indices.map { $0 == axis ? picked : Array(0..<x.shape[$0]) }, filler: fill)]
    }

    public func keepsSamplesApart(_ operands: [Operand?]) -> Bool { axis != 0 }
}
