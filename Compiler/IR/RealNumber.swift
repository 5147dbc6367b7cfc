import Foundation

/// The arithmetic that an operator's formula is written in once: `Float` for float16 and float32 elements, `Double` for
/// float64. Transcendental functions are the C library's.
public protocol RealNumber: BinaryFloatingPoint, Sendable {
    static func exp(_ x: Self) -> Self
    static func expm1(_ x: Self) -> Self
    static func log(_ x: Self) -> Self
    static func log1p(_ x: Self) -> Self
    static func erf(_ x: Self) -> Self
    static func sin(_ x: Self) -> Self
    static func cos(_ x: Self) -> Self
    static func tanh(_ x: Self) -> Self
    static func pow(_ x: Self, _ y: Self) -> Self

    /// The elements of any tensor as this type, converted where the tensor's is another.
    static func elements(of tensor: Tensor) -> [Self]

    /// Storage for these values as elements of a float type, rounded to half precision for `float16`.
    static func storage(_ values: [Self], _ elementType: ElementType) -> Tensor.Storage
}

extension Float: RealNumber {
    public static func exp(_ x: Float) -> Float { Foundation.exp(x) }
    public static func expm1(_ x: Float) -> Float { Foundation.expm1(x) }
    public static func log(_ x: Float) -> Float { Foundation.log(x) }
    public static func log1p(_ x: Float) -> Float { Foundation.log1p(x) }
    public static func erf(_ x: Float) -> Float { Foundation.erf(x) }
    public static func sin(_ x: Float) -> Float { Foundation.sin(x) }
    public static func cos(_ x: Float) -> Float { Foundation.cos(x) }
    public static func tanh(_ x: Float) -> Float { Foundation.tanh(x) }
    public static func pow(_ x: Float, _ y: Float) -> Float { Foundation.pow(x, y) }
    public static func elements(of tensor: Tensor) -> [Float] { tensor.floats }
    public static func storage(_ values: [Float], _ elementType: ElementType) -> Tensor.Storage {
        .float(elementType == .float16 ? values.map { Float(Float16($0)) } : values)
    }
}

extension Double: RealNumber {
    public static func exp(_ x: Double) -> Double { Foundation.exp(x) }
    public static func expm1(_ x: Double) -> Double { Foundation.expm1(x) }
    public static func log(_ x: Double) -> Double { Foundation.log(x) }
    public static func log1p(_ x: Double) -> Double { Foundation.log1p(x) }
    public static func erf(_ x: Double) -> Double { Foundation.erf(x) }
    public static func sin(_ x: Double) -> Double { Foundation.sin(x) }
    public static func cos(_ x: Double) -> Double { Foundation.cos(x) }
    public static func tanh(_ x: Double) -> Double { Foundation.tanh(x) }
    public static func pow(_ x: Double, _ y: Double) -> Double { Foundation.pow(x, y) }
    public static func elements(of tensor: Tensor) -> [Double] { tensor.doubles }
    public static func storage(_ values: [Double], _ elementType: ElementType) -> Tensor.Storage {
        Tensor.rounding(values, to: elementType, shape: [values.count]).storage
    }
}
