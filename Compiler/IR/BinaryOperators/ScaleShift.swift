/// Multiply, then add, each rounded to float32: y = x·a + b, a and b constants that repeat over the map. What a
/// BatchNormalization is once its coefficients are computed; also a multiplication (b = 0) or addition (a = 1) alone.
///
/// *Shape*: x float32 [N,...]; a and b float32, of the shape of one sample with any axis 1 ([C,1,1]) → float32 [N,...].
public struct ScaleShift: StagedOperator {
    public static let name = "ScaleShift"
    public static let stages = Stage.canonical...Stage.laidOut
    public init() {}

    public func inferTypes(_ operands: [Operand?]) throws -> [TensorType] {
        let x = try operands.require(0, "x")
        guard x.elementType == .float32 else { throw OperatorError("x \(x.type) must be float32") }
        for (index, role) in [(1, "a"), (2, "b")] {
            let operand = try operands.require(index, role)
            guard operand.elementType == .float32, operand.type.rank == x.type.rank - 1,
                zip(operand.shape, x.shape.dropFirst()).allSatisfy({ $0 == 1 || $0 == $1 })
            else { throw OperatorError("\(role) \(operand.type) does not fit one sample of x \(x.type)") }
        }
        return [x.type]
    }

    public func evaluate(_ inputs: [Tensor?]) throws -> [Tensor] {
        let x = inputs[0]!
        let scale = inputs[1]!.broadcast(to: x.shape).floats, shift = inputs[2]!.broadcast(to: x.shape).floats
        var result = x.floats
        for i in result.indices { result[i] = result[i] * scale[i] + shift[i] }
        return [Tensor(x.shape, result)]
    }

    public func keepsSamplesApart(_ operands: [Operand?]) -> Bool { true }
}
