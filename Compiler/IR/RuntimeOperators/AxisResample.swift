/// Weighted sums of elements along one axis: y[…,i,…] = Σ weights[i,t] · x[…,indices[i,t],…], in float64, rounded once.
/// What Resize becomes where it interpolates, an axis at a time.
///
/// *Operands*: x float32; indices int32 [n,taps], each within the axis; weights float32 [n,taps]; both constant.
public struct AxisResample: StagedOperator {
    public static let name = "AxisResample"
    public static let stages = Stage.laidOut...Stage.laidOut
    public var axis: Int

    public init(axis: Int) { self.axis = axis }

    public var attributes: [Attribute] { [Attribute("axis", axis)] }

    public func inferTypes(_ operands: [Operand?]) throws -> [TensorType] {
        let x = try operands.require(0, "x", [.float32])
        let indices = try operands.requireConstant(1, "indices"), weights = try operands.requireConstant(2, "weights")
        guard axis >= 0, axis < x.type.rank, indices.elementType == .int32, weights.elementType == .float32,
            indices.type.rank == 2, indices.shape == weights.shape,
            indices.integers?.allSatisfy({ $0 >= 0 && $0 < Int64(x.shape[axis]) }) == true
        else {
            throw OperatorError(
                "indices \(indices.type) and weights \(weights.type) do not fit axis \(axis) of \(x.type)")
        }
        var shape = x.shape
        shape[axis] = indices.shape[0]
        return [try TensorType.checked(.float32, shape)]
    }

    public func evaluate(_ inputs: [Tensor?]) throws -> [Tensor] {
        let x = try inputs.require(0), weights = try inputs.require(2).doubles
        let type = try inferTypes(inputs.operands)[0]
        let table = try inputs.require(1)
        let indices = (table.integers ?? []).map { Int($0) }
        let (count, taps) = (table.shape[0], table.shape[1])
        let inner = x.shape[(axis + 1)...].reduce(1, *)
        let values = x.doubles
        var result = [Double](repeating: 0, count: type.elementCount)
        for position in result.indices {
            let (rest, element) = position.quotientAndRemainder(dividingBy: inner)
            let (outer, index) = rest.quotientAndRemainder(dividingBy: count)
            for entry in index * taps..<(index + 1) * taps {
                result[position] += weights[entry] * values[(outer * x.shape[axis] + indices[entry]) * inner + element]
            }
        }
        return [.rounding(result, to: .float32, shape: type.shape)]
    }

    public func keepsSamplesApart(_ operands: [Operand?]) -> Bool { axis != 0 }
}
