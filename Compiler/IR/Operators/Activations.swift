// ONNX activation functions of one operand: y = f(x) for each element. Each formula's steps round to the element type's
// arithmetic in the order written.

/// ONNX Relu (opset 6, 13, 14): max(0, x); NaN stays.
public struct Relu: NumericFunction {
    public static let name = "Relu"
    public init() {}
    public func apply<T: RealNumber>(_ x: T) -> T { x > 0 || x.isNaN ? x : 0 }
    public func apply<T: FixedWidthInteger>(_ x: T) -> T { max(x, 0) }
}

/// ONNX LeakyRelu (opset 6, 16): x where x ≥ 0, else α·x.
public struct LeakyRelu: RealFunction {
    public static let name = "LeakyRelu"
    public var alpha: Float
    public init(alpha: Float = 0.01) { self.alpha = alpha }
    public var attributes: [Attribute] { [Attribute("alpha", alpha)] }
    public func apply<T: RealNumber>(_ x: T) -> T { x >= 0 ? x : T(alpha) * x }
}

/// ONNX Elu (opset 6): x where x ≥ 0, else α·(eˣ − 1).
public struct Elu: RealFunction {
    public static let name = "Elu"
    public var alpha: Float
    public init(alpha: Float = 1) { self.alpha = alpha }
    public var attributes: [Attribute] { [Attribute("alpha", alpha)] }
    public func apply<T: RealNumber>(_ x: T) -> T { x >= 0 ? x : T(alpha) * T.expm1(x) }
}

/// ONNX Sigmoid (opset 6, 13): 1 / (1 + e⁻ˣ).
public struct Sigmoid: RealFunction {
    public static let name = "Sigmoid"
    public static let roundsOnce = true
    public init() {}
    public func apply<T: RealNumber>(_ x: T) -> T { 1 / (1 + T.exp(-x)) }
}

/// ONNX HardSigmoid (opset 6): max(0, min(1, α·x + β)).
public struct HardSigmoid: RealFunction {
    public static let name = "HardSigmoid"
    public var alpha: Float
    public var beta: Float
    public init(alpha: Float = 0.2, beta: Float = 0.5) {
        self.alpha = alpha
        self.beta = beta
    }
    public var attributes: [Attribute] { [Attribute("alpha", alpha), Attribute("beta", beta)] }
    public func apply<T: RealNumber>(_ x: T) -> T {
        let y = T(alpha) * x + T(beta)
        return y.isNaN ? y : max(0, min(1, y))
    }
}

/// ONNX HardSwish (opset 14): x · max(0, min(1, x/6 + 1/2)).
public struct HardSwish: RealFunction {
    public static let name = "HardSwish"
    public init() {}
    public func apply<T: RealNumber>(_ x: T) -> T {
        let y = x * T(Float(1) / 6) + T(0.5)
        return y.isNaN ? y : x * max(0, min(1, y))
    }
}

/// ONNX Tanh (opset 6, 13).
public struct Tanh: RealFunction {
    public static let name = "Tanh"
    public static let roundsOnce = true
    public init() {}
    public func apply<T: RealNumber>(_ x: T) -> T { T.tanh(x) }
}

/// ONNX Gelu (opset 20): ½·x·(1 + erf(x/√2)), or with tanh in place of erf.
public struct Gelu: RealFunction {
    public static let name = "Gelu"
    public static let roundsOnce = true
    /// Whether erf(x/√2) is approximated by tanh(√(2/π)·(x + 0.044715·x³)).
    public var approximatesByTanh: Bool
    public init(approximatesByTanh: Bool = false) { self.approximatesByTanh = approximatesByTanh }
    public var attributes: [Attribute] { [Attribute("approximate", approximatesByTanh ? "tanh" : "none")] }
    public func apply<T: RealNumber>(_ x: T) -> T {
        guard approximatesByTanh else { return T(0.5) * x * (1 + T.erf(x / T(2).squareRoot())) }
        return T(0.5) * x * (1 + T.tanh((2 / T.pi).squareRoot() * (x + T(0.044715) * x * x * x)))
    }
}

/// ONNX Softplus (opset 1): ln(1 + eˣ), without overflow for large x.
public struct Softplus: RealFunction {
    public static let name = "Softplus"
    public static let roundsOnce = true
    public init() {}
    public func apply<T: RealNumber>(_ x: T) -> T { x > 0 ? x + T.log1p(T.exp(-x)) : T.log1p(T.exp(x)) }
}
