/// What a convolution with ±α weights gives as floats: y = α[m]·acc + bias[m], in float64 and rounded once to float32.
///
/// *Shape*: acc int32 [N,M,...], α float32 [M], optional bias float32 [M] → float32 [N,M,...]. Equal, bit for bit, to Conv
/// over the ±α weights, because α·acc is exact in float64.
public struct AccumulatorToFloat: StagedOperator {
    public static let name = "AccumulatorToFloat"
    public static let stages = Stage.binary...Stage.fused
    public init() {}

    public func inferTypes(_ operands: [Operand?]) throws -> [TensorType] {
        let acc = try operands.require(0, "acc")
        guard acc.elementType == .int32, acc.type.rank >= 2 else {
            throw OperatorError("acc \(acc.type) must be int32 of rank 2 or more")
        }
        for (index, role) in [(1, "alpha"), (2, "bias")] {
            guard let operand = operands.optional(index) else { continue }
            guard operand.type == TensorType(.float32, [acc.shape[1]]) else {
                throw OperatorError("\(role) \(operand.type) must be float32[\(acc.shape[1])]")
            }
        }
        _ = try operands.require(1, "alpha")
        return [TensorType(.float32, acc.shape)]
    }

    public func evaluate(_ inputs: [Tensor?]) throws -> [Tensor] {
        let acc = inputs[0]!
        let alpha = inputs[1]!.doubles, bias = inputs.count > 2 ? inputs[2]?.doubles : nil
        let channels = acc.shape[1], inner = acc.shape[2...].reduce(1, *)
        let values = acc.doubles
        var floats: [Float] = []
        floats.reserveCapacity(values.count)
        for start in stride(from: 0, to: values.count, by: max(1, inner)) {
            let c = start / inner % channels
            for value in values[start..<start + inner] {
                floats.append(Float(bias.map { alpha[c] * value + $0[c] } ?? alpha[c] * value))
            }
        }
        return [Tensor(acc.shape, floats)]
    }

    public func keepsSamplesApart(_ operands: [Operand?]) -> Bool { true }
}
