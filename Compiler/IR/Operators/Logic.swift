/// An operator that combines pairs of truth values of two bool operands A and B, broadcast together.
public protocol LogicalOperator: Operator {
    func apply(_ a: Bool, _ b: Bool) -> Bool
}

extension LogicalOperator {
    public func inferTypes(_ operands: [Operand?]) throws -> [TensorType] {
        let a = try operands.require(0, "A", [.bool]), b = try operands.require(1, "B", [.bool])
        return [try TensorType.checked(.bool, TensorType.broadcastShape([a, b]))]
    }

    public func evaluate(_ inputs: [Tensor?]) throws -> [Tensor] {
        let shape = try inferTypes(inputs.operands)[0].shape
        let a = try inputs.require(0).broadcast(to: shape).integers ?? []
        let b = try inputs.require(1).broadcast(to: shape).integers ?? []
        return [Tensor(shape, zip(a, b).map { apply($0 != 0, $1 != 0) ? 1 : 0 }, .bool)]
    }

    public func keepsSamplesApart(_ operands: [Operand?]) -> Bool { operands.samplesAlign }
}

/// ONNX And (opset 7).
public struct And: LogicalOperator {
    public static let name = "And"
    public init() {}
    public func apply(_ a: Bool, _ b: Bool) -> Bool { a && b }
}

/// ONNX Or (opset 7).
public struct Or: LogicalOperator {
    public static let name = "Or"
    public init() {}
    public func apply(_ a: Bool, _ b: Bool) -> Bool { a || b }
}

/// ONNX Xor (opset 7).
public struct Xor: LogicalOperator {
    public static let name = "Xor"
    public init() {}
    public func apply(_ a: Bool, _ b: Bool) -> Bool { a != b }
}

/// ONNX Not (opset 1).
public struct Not: Operator {
    public static let name = "Not"
    public init() {}

    public func inferTypes(_ operands: [Operand?]) throws -> [TensorType] {
        [try operands.require(0, "X", [.bool]).type]
    }

    public func evaluate(_ inputs: [Tensor?]) throws -> [Tensor] {
        let x = try inputs.require(0)
        return [Tensor(x.shape, (x.integers ?? []).map { $0 == 0 ? 1 : 0 }, .bool)]
    }

    public func keepsSamplesApart(_ operands: [Operand?]) -> Bool { true }
}
