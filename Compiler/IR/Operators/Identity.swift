/// ONNX Identity (opset 1, 13, 14, 16, 19): the operand.
public struct Identity: Operator {
    public static let name = "Identity"
    public init() {}

    public func inferTypes(_ operands: [Operand?]) throws -> [TensorType] { [try operands.require(0, "input").type] }
    public func evaluate(_ inputs: [Tensor?]) throws -> [Tensor] { [try inputs.require(0)] }
    public func keepsSamplesApart(_ operands: [Operand?]) -> Bool { true }
}

/// ONNX Dropout (opset 10, 12, 13) at inference: the operand.
///
/// *Operands*: data; the ratio, which inference does not use; whether to train, which must be absent or false.
public struct Dropout: Operator {
    public static let name = "Dropout"
    public init() {}

    public func inferTypes(_ operands: [Operand?]) throws -> [TensorType] {
        let x = try operands.require(0, "data")
        if operands.optional(2) != nil {
            guard try operands.requireConstant(2, "training_mode").integers == [0] else {
                throw OperatorError("training_mode must be false: export the model for inference")
            }
        }
        return [x.type]
    }

    public func evaluate(_ inputs: [Tensor?]) throws -> [Tensor] { [try inputs.require(0)] }
    public func keepsSamplesApart(_ operands: [Operand?]) -> Bool { true }
}
