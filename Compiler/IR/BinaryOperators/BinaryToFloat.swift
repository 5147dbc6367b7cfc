/// Decisions as numbers again: binary → float32 −1 / +1, for readers that are not binary layers.
public struct BinaryToFloat: StagedOperator {
    public static let name = "BinaryToFloat"
    public static let stages = Stage.binary...Stage.laidOut
    public init() {}

    public func inferTypes(_ operands: [Operand?]) throws -> [TensorType] {
        [TensorType(.float32, try operands.requireBinary(0, "b").shape)]
    }

    public func evaluate(_ inputs: [Tensor?]) throws -> [Tensor] { [Tensor(inputs[0]!.shape, inputs[0]!.floats)] }

    public func keepsSamplesApart(_ operands: [Operand?]) -> Bool { true }
}

extension Array where Element == Operand? {
    /// Operand `index`, which must be a tensor of decisions.
    func requireBinary(_ index: Int, _ role: String) throws -> Operand {
        let operand = try require(index, role)
        guard operand.elementType == .binary else { throw OperatorError("\(role) \(operand.type) must be binary") }
        return operand
    }
}
