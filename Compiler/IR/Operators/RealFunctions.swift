// ONNX operators that are one mathematical function of each element: y = f(x).

/// ONNX Abs (opset 6, 13): |x|; the least integer stays itself.
public struct Abs: NumericFunction {
    public static let name = "Abs"
    public init() {}
    public func apply<T: RealNumber>(_ x: T) -> T { x.magnitude }
    public func apply<T: FixedWidthInteger>(_ x: T) -> T { x < 0 ? 0 &- x : x }
}

/// ONNX Neg (opset 6, 13): −x.
public struct Neg: NumericFunction {
    public static let name = "Neg"
    public init() {}
    public func apply<T: RealNumber>(_ x: T) -> T { -x }
    public func apply<T: FixedWidthInteger>(_ x: T) -> T { 0 &- x }
}

/// ONNX Reciprocal (opset 6, 13): 1 / x.
public struct Reciprocal: RealFunction {
    public static let name = "Reciprocal"
    public init() {}
    public func apply<T: RealNumber>(_ x: T) -> T { 1 / x }
}

/// ONNX Sqrt (opset 6, 13): √x, NaN below 0.
public struct Sqrt: RealFunction {
    public static let name = "Sqrt"
    public static let roundsOnce = true
    public init() {}
    public func apply<T: RealNumber>(_ x: T) -> T { x.squareRoot() }
}

/// ONNX Exp (opset 6, 13): eˣ.
public struct Exp: RealFunction {
    public static let name = "Exp"
    public static let roundsOnce = true
    public init() {}
    public func apply<T: RealNumber>(_ x: T) -> T { T.exp(x) }
}

/// ONNX Log (opset 6, 13): the natural logarithm.
public struct Log: RealFunction {
    public static let name = "Log"
    public static let roundsOnce = true
    public init() {}
    public func apply<T: RealNumber>(_ x: T) -> T { T.log(x) }
}

/// ONNX Erf (opset 9, 13): the error function.
public struct Erf: RealFunction {
    public static let name = "Erf"
    public static let roundsOnce = true
    public init() {}
    public func apply<T: RealNumber>(_ x: T) -> T { T.erf(x) }
}

/// ONNX Sin (opset 7), x in radians.
public struct Sin: RealFunction {
    public static let name = "Sin"
    public static let roundsOnce = true
    public init() {}
    public func apply<T: RealNumber>(_ x: T) -> T { T.sin(x) }
}

/// ONNX Cos (opset 7), x in radians.
public struct Cos: RealFunction {
    public static let name = "Cos"
    public static let roundsOnce = true
    public init() {}
    public func apply<T: RealNumber>(_ x: T) -> T { T.cos(x) }
}

/// ONNX Floor (opset 6, 13): the greatest integer ≤ x.
public struct Floor: RealFunction {
    public static let name = "Floor"
    public init() {}
    public func apply<T: RealNumber>(_ x: T) -> T { x.rounded(.down) }
}

/// ONNX Ceil (opset 6, 13): the least integer ≥ x.
public struct Ceil: RealFunction {
    public static let name = "Ceil"
    public init() {}
    public func apply<T: RealNumber>(_ x: T) -> T { x.rounded(.up) }
}

/// ONNX Round (opset 11): the nearest integer, the even one of two.
public struct Round: RealFunction {
    public static let name = "Round"
    public init() {}
    public func apply<T: RealNumber>(_ x: T) -> T { x.rounded(.toNearestOrEven) }
}
