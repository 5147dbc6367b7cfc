/// A binarizer by thresholds of each sample and channel: +1 where x ≥ t, else −1; NaN on either side decides −1.
///
/// *Shape*: x int32 or float32, images [N,C,H,W] or, laid out, [N,H,W,C]; t of the same element type, [N,C,1,1] or
/// [N,1,1,C] → binary, of x's shape.
/// *Source*: dynamic thresholds, DySign, arXiv 2211.02292.
public struct DecideBy: StagedOperator {
    public static let name = "DecideBy"
    public static let stages = Stage.fused...Stage.laidOut
    public init() {}

    public func inferTypes(_ operands: [Operand?]) throws -> [TensorType] {
        let x = try operands.require(0, "x"), t = try operands.require(1, "t")
        guard x.elementType == t.elementType, x.elementType == .int32 || x.elementType == .float32 else {
            throw OperatorError("x \(x.type) and t \(t.type) must both be int32 or both float32")
        }
        guard x.type.rank == t.type.rank, zip(x.shape, t.shape).allSatisfy({ $0 == $1 || $1 == 1 }) else {
            throw OperatorError("t \(t.type) does not fit x \(x.type)")
        }
        return [TensorType(.binary, x.shape)]
    }

    public func evaluate(_ inputs: [Tensor?]) throws -> [Tensor] {
        let x = inputs[0]!, t = inputs[1]!
        let column = Tensor.broadcastIndices(from: t.shape, to: x.shape)
        let values = x.doubles, limits = t.doubles
        let decisions = values.indices.map { values[$0] >= limits[column[$0]] ? Int64(1) : -1 }
        return [Tensor(TensorType(.binary, x.shape), .integer(decisions))]
    }

    public func keepsSamplesApart(_ operands: [Operand?]) -> Bool { true }
}
