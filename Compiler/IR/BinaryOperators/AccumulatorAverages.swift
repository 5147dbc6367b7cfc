/// The mean over the map of a per-channel affine function of accumulators, from their integer sum: scale·(Σ acc / n) +
/// shift, in float64 and rounded once.
///
/// *Shape*: acc int32 [N,C,H,W], scale and shift float32 [C] → float32 [N,C,1,1].
public struct AccumulatorAverages: StagedOperator {
    public static let name = "AccumulatorAverages"
    public static let stages = Stage.fused...Stage.fused
    public init() {}

    public func inferTypes(_ operands: [Operand?]) throws -> [TensorType] {
        let acc = try operands.require(0, "acc")
        guard acc.elementType == .int32, acc.type.rank == 4 else {
            throw OperatorError("acc \(acc.type) must be int32 of rank 4")
        }
        for (position, role) in [(1, "scale"), (2, "shift")] {
            let constant = try operands.require(position, role)
            guard constant.type == TensorType(.float32, [acc.shape[1]]) else {
                throw OperatorError("\(role) \(constant.type) must be float32[\(acc.shape[1])]")
            }
        }
        return [TensorType(.float32, [acc.shape[0], acc.shape[1], 1, 1])]
    }

    public func evaluate(_ inputs: [Tensor?]) throws -> [Tensor] {
        let acc = inputs[0]!, scale = inputs[1]!.doubles, shift = inputs[2]!.doubles
        let pixels = acc.shape[2] * acc.shape[3], values = acc.integers!
        let means = (0..<acc.shape[0] * acc.shape[1]).map { plane -> Float in
            let sum = values[plane * pixels..<(plane + 1) * pixels].reduce(0, +)
            let c = plane % acc.shape[1]
            return Float(scale[c] * (Double(sum) / Double(pixels)) + shift[c])
        }
        return [Tensor([acc.shape[0], acc.shape[1], 1, 1], means)]
    }

    public func keepsSamplesApart(_ operands: [Operand?]) -> Bool { true }
}

/// A binary convolution that gives its accumulators and the averages over them in one pass.
///
/// *Operands*: x and w of the convolution, scale and shift of the averages. *Results*: acc, averages.
public struct BinaryConvWithAverages: StagedOperator {
    public static let name = "BinaryConv+AccumulatorAverages"
    public static let stages = Stage.laidOut...Stage.laidOut
    public var conv: BinaryConv

    public init(conv: BinaryConv) { self.conv = conv }

    public var attributes: [Attribute] { conv.attributes }

    public func inferTypes(_ operands: [Operand?]) throws -> [TensorType] {
        let acc = try ChannelsLast(conv).inferTypes(Array(operands.prefix(2)))[0]
        return [acc] + (try ChannelsLast(AccumulatorAverages()).inferTypes([Operand(acc)] + operands.dropFirst(2)))
    }

    public func evaluate(_ inputs: [Tensor?]) throws -> [Tensor] {
        let acc = try ChannelsLast(conv).evaluate(Array(inputs.prefix(2)))[0]
        return [acc] + (try ChannelsLast(AccumulatorAverages()).evaluate([acc] + inputs.dropFirst(2)))
    }

    public func keepsSamplesApart(_ operands: [Operand?]) -> Bool { true }
}
