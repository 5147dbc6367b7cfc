/// ONNX PRelu (opset 9, 16): x where x ≥ 0, else slope·x; the slope is broadcast to x.
public struct PRelu: BinaryElementwise {
    public static let name = "PRelu"
    public init() {}

    public func inferTypes(_ operands: [Operand?]) throws -> [TensorType] {
        let x = try operands.require(0, "X", ElementType.numbers)
        let slope = try operands.require(1, "slope", [x.elementType])
        guard x.shape.broadcast(with: slope.shape) == x.shape else {
            throw OperatorError("slope \(slope.type) cannot be broadcast to X \(x.type)")
        }
        return [x.type]
    }

    public func apply<T: RealNumber>(_ a: T, _ b: T) -> T { a >= 0 ? a : b * a }
    public func apply<T: FixedWidthInteger>(_ a: T, _ b: T) -> T { a >= 0 ? a : b &* a }
}
