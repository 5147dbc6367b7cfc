/// An operator that compares pairs of elements of two operands A and B, which have one element type and are broadcast
/// together. The result is bool; a comparison with NaN is false.
public protocol ComparisonOperator: Operator {
    /// Element types that can be so compared.
    static var accepted: [ElementType] { get }
    func holds<T: Comparable>(_ a: T, _ b: T) -> Bool
}

extension ComparisonOperator {
    public static var accepted: [ElementType] { ElementType.numbers }

    public func inferTypes(_ operands: [Operand?]) throws -> [TensorType] {
        let a = try operands.require(0, "A", Self.accepted)
        let b = try operands.require(1, "B", [a.elementType])
        return [try TensorType.checked(.bool, TensorType.broadcastShape([a, b]))]
    }

    public func evaluate(_ inputs: [Tensor?]) throws -> [Tensor] {
        let shape = try inferTypes(inputs.operands)[0].shape
        return [
            try Tensor.compare(
                try inputs.require(0), try inputs.require(1), shape: shape, float: { holds($0, $1) },
                double: { holds($0, $1) }, signed: { holds($0, $1) }, unsigned: { holds($0, $1) })
        ]
    }

    public func keepsSamplesApart(_ operands: [Operand?]) -> Bool { operands.samplesAlign }
}

/// ONNX Equal (opset 7, 11, 13, 19): A = B.
public struct Equal: ComparisonOperator {
    public static let name = "Equal"
    public static let accepted = ElementType.numbers + [.bool]
    public init() {}
    public func holds<T: Comparable>(_ a: T, _ b: T) -> Bool { a == b }
}

/// ONNX Less (opset 9, 13): A < B.
public struct Less: ComparisonOperator {
    public static let name = "Less"
    public init() {}
    public func holds<T: Comparable>(_ a: T, _ b: T) -> Bool { a < b }
}

/// ONNX LessOrEqual (opset 12, 16): A ≤ B.
public struct LessOrEqual: ComparisonOperator {
    public static let name = "LessOrEqual"
    public init() {}
    public func holds<T: Comparable>(_ a: T, _ b: T) -> Bool { a <= b }
}

/// ONNX Greater (opset 9, 13): A > B.
public struct Greater: ComparisonOperator {
    public static let name = "Greater"
    public init() {}
    public func holds<T: Comparable>(_ a: T, _ b: T) -> Bool { a > b }
}

/// ONNX GreaterOrEqual (opset 12, 16): A ≥ B.
public struct GreaterOrEqual: ComparisonOperator {
    public static let name = "GreaterOrEqual"
    public init() {}
    public func holds<T: Comparable>(_ a: T, _ b: T) -> Bool { a >= b }
}
