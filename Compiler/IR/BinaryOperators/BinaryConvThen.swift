/// A binary convolution and what one kernel pass does with each of its accumulators: a Decide or an AccumulatorToFloat.
///
/// *Operands*: those of the convolution, then the epilogue's operands behind its first.
public struct BinaryConvThen<Epilogue: Operator>: StagedOperator {
    public static var name: String { "BinaryConv+\(Epilogue.name)" }
    public static var stages: ClosedRange<Stage> { Stage.fused...Stage.fused }
    public var conv: BinaryConv
    public var epilogue: Epilogue

    public init(conv: BinaryConv, epilogue: Epilogue) {
        self.conv = conv
        self.epilogue = epilogue
    }

    public var attributes: [Attribute] { conv.attributes + epilogue.attributes }
    public var imageOperands: [Int] { conv.imageOperands }

    public func inferTypes(_ operands: [Operand?]) throws -> [TensorType] {
        let acc = try conv.inferTypes(Array(operands.prefix(conv.operandCount)))[0]
        return try epilogue.inferTypes([Operand(acc)] + operands.dropFirst(conv.operandCount))
    }

    public func evaluate(_ inputs: [Tensor?]) throws -> [Tensor] {
        let acc = try conv.evaluate(Array(inputs.prefix(conv.operandCount)))[0]
        return try epilogue.evaluate([acc] + inputs.dropFirst(conv.operandCount))
    }

    public func keepsSamplesApart(_ operands: [Operand?]) -> Bool { true }
}
