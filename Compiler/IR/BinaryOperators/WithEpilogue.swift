/// A channel-last operator and the epilogue behind its float32 result, executed in one pass.
///
/// *Operands*: the base operator's, then the epilogue's. *Results*: what the epilogue stores, in its order: values,
/// decisions, averages.
public struct WithEpilogue<Base: Operator>: StagedOperator {
    public static var name: String { "\(Base.name)+Epilogue" }
    public static var stages: ClosedRange<Stage> { Stage.laidOut...Stage.laidOut }
    public var base: Base
    public var baseOperandCount: Int
    public var epilogue: Epilogue

    public init(_ base: Base, operandCount: Int, _ epilogue: Epilogue) {
        self.base = base
        self.baseOperandCount = operandCount
        self.epilogue = epilogue
    }

    public var attributes: [Attribute] {
        base.attributes + [Attribute("steps", "[\(epilogue.steps.map(\.description).joined(separator: "; "))]")]
    }

    public func inferTypes(_ operands: [Operand?]) throws -> [TensorType] {
        guard base is Identity || !epilogue.steps.contains(where: \.takesRows) else {
            throw OperatorError("a step may take rows only of a value that stands in memory")
        }
        let x = try base.inferTypes(Array(operands.prefix(baseOperandCount)))[0]
        return try epilogue.inferTypes(Operand(x), Array(operands.dropFirst(baseOperandCount)))
    }

    public func evaluate(_ inputs: [Tensor?]) throws -> [Tensor] {
        let x = try base.evaluate(Array(inputs.prefix(baseOperandCount)))[0]
        return try epilogue.evaluate(x, Array(inputs.dropFirst(baseOperandCount)))
    }

    public func keepsSamplesApart(_ operands: [Operand?]) -> Bool { true }
}

/// Elementwise operators over a value that stands in memory: an epilogue and nothing before it.
public typealias Map = WithEpilogue<Identity>

extension Map {
    public init(_ epilogue: Epilogue) { self.init(Identity(), operandCount: 1, epilogue) }
}
