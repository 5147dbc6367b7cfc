// ONNX arithmetic of two operands. Floats round once per operation; integers wrap.

/// ONNX Add (opset 7, 13, 14): A + B.
public struct Add: BinaryElementwise {
    public static let name = "Add"
    public init() {}
    public func apply<T: RealNumber>(_ a: T, _ b: T) -> T { a + b }
    public func apply<T: FixedWidthInteger>(_ a: T, _ b: T) -> T { a &+ b }
}

/// ONNX Sub (opset 7, 13, 14): A − B.
public struct Sub: BinaryElementwise {
    public static let name = "Sub"
    public init() {}
    public func apply<T: RealNumber>(_ a: T, _ b: T) -> T { a - b }
    public func apply<T: FixedWidthInteger>(_ a: T, _ b: T) -> T { a &- b }
}

/// ONNX Mul (opset 7, 13, 14): A · B.
public struct Mul: BinaryElementwise {
    public static let name = "Mul"
    public init() {}
    public func apply<T: RealNumber>(_ a: T, _ b: T) -> T { a * b }
    public func apply<T: FixedWidthInteger>(_ a: T, _ b: T) -> T { a &* b }
}

/// ONNX Div (opset 7, 13, 14): A / B; integers truncate toward zero.
/// - Throws from `evaluate`: where an integer is divided by zero.
public struct Div: BinaryElementwise {
    public static let name = "Div"
    public init() {}
    public func apply<T: RealNumber>(_ a: T, _ b: T) -> T { a / b }
    public func apply<T: FixedWidthInteger>(_ a: T, _ b: T) throws -> T {
        guard b != 0 else { throw OperatorError("an integer is divided by zero") }
        return a.dividedReportingOverflow(by: b).partialValue
    }
}

/// ONNX Mod (opset 10, 13): the remainder of A / B. For integers it has the sign of B, or with `fmod` that of A; floats
/// need `fmod`.
/// - Throws from `evaluate`: where an integer is divided by zero.
public struct Mod: BinaryElementwise {
    public static let name = "Mod"
    public var fmod: Bool
    public init(fmod: Bool = false) { self.fmod = fmod }
    public var attributes: [Attribute] { [Attribute("fmod", fmod ? 1 : 0)] }

    public func inferTypes(_ operands: [Operand?]) throws -> [TensorType] {
        let a = try operands.require(0, "A", fmod ? ElementType.numbers : ElementType.numbers.filter(\.isInteger))
        let b = try operands.require(1, "B", [a.elementType])
        return [try TensorType.checked(a.elementType, TensorType.broadcastShape([a, b]))]
    }

    public func apply<T: RealNumber>(_ a: T, _ b: T) -> T { a.truncatingRemainder(dividingBy: b) }
    public func apply<T: FixedWidthInteger>(_ a: T, _ b: T) throws -> T {
        guard b != 0 else { throw OperatorError("an integer is divided by zero") }
        let remainder = a.remainderReportingOverflow(dividingBy: b).partialValue
        return !fmod && remainder != 0 && (remainder < 0) != (b < 0) ? remainder + b : remainder
    }
}
