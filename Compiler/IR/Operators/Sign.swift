/// ONNX Sign (opset 9, 13): −1, 0 or +1; NaN gives NaN for floats.
public struct Sign: NumericFunction {
    public static let name = "Sign"
    public init() {}
    public func apply<T: RealNumber>(_ x: T) -> T { x > 0 ? 1 : x < 0 ? -1 : x == 0 ? 0 : .nan }
    public func apply<T: FixedWidthInteger>(_ x: T) -> T { x.signum() }
}
