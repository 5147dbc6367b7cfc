/// Where two tensors of decisions differ: binary, binary → binary of one shape, +1 where they differ and −1 where they are
/// equal. Of the decisions x > 0 and x ≥ 0 this says where x is 0, which is the mask of a `BinaryConv`.
public struct BinaryDifference: StagedOperator {
    public static let name = "BinaryDifference"
    public static let stages = Stage.binary...Stage.laidOut
    public init() {}

    public func inferTypes(_ operands: [Operand?]) throws -> [TensorType] {
        let a = try operands.requireBinary(0, "a"), b = try operands.requireBinary(1, "b")
        guard a.type == b.type else { throw OperatorError("a \(a.type) and b \(b.type) must have one shape") }
        return [a.type]
    }

    public func evaluate(_ inputs: [Tensor?]) throws -> [Tensor] {
        let a = try inputs.require(0), b = try inputs.require(1)
        return [Tensor(a.type, .integer(zip(a.integers ?? [], b.integers ?? []).map { -$0 * $1 }))]
    }

    public func keepsSamplesApart(_ operands: [Operand?]) -> Bool { true }
}
