/// QONNX BipolarQuant (domain `qonnx.custom_op.general`): y = scale where x ≥ 0, else −scale; the scale is broadcast to
/// x.
public struct BipolarQuant: BinaryElementwise {
    public static let name = "BipolarQuant"
    public init() {}

    public func inferTypes(_ operands: [Operand?]) throws -> [TensorType] {
        let x = try operands.require(0, "X", ElementType.floats)
        let scale = try operands.require(1, "scale", [x.elementType])
        guard x.shape.broadcast(with: scale.shape) == x.shape else {
            throw OperatorError("scale \(scale.type) cannot be broadcast to X \(x.type)")
        }
        return [x.type]
    }

    public func apply<T: RealNumber>(_ a: T, _ b: T) -> T { a >= 0 ? b : -b }
    public func apply<T: FixedWidthInteger>(_ a: T, _ b: T) -> T { a >= 0 ? b : 0 &- b }
}
