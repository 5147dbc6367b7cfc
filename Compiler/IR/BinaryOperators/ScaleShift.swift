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
        let a = inputs[1]!, b = inputs[2]!
        let aIndex = Tensor.broadcastIndices(from: a.shape, to: x.shape)
        let bIndex = Tensor.broadcastIndices(from: b.shape, to: x.shape)
        let (values, scale, shift) = (x.floats, a.floats, b.floats)
        var result = [Float](repeating: 0, count: values.count)
        for i in values.indices { result[i] = values[i] * scale[aIndex[i]] + shift[bIndex[i]] }
        return [Tensor(x.shape, result)]
    }

    public func keepsSamplesApart(_ operands: [Operand?]) -> Bool { true }
}
