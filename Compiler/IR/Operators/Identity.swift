/// ONNX Identity (opset 1, 13, 14, 16, 19): the operand.
public struct Identity: Operator {
    public static let name = "Identity"
    public init() {}

    public func inferTypes(_ operands: [Operand?]) throws -> [TensorType] { [try operands.require(0, "input").type] }
    public func evaluate(_ inputs: [Tensor?]) throws -> [Tensor] { [try inputs.require(0)] }
    public func keepsSamplesApart(_ operands: [Operand?]) -> Bool { true }
}

/// ONNX Dropout (opset 10, 12, 13) that drops nothing: the operand, and a mask that is true throughout.
///
/// *Operands*: data; the ratio; whether to train, with which nothing is dropped only where the ratio is 0.
public struct Dropout: Operator {
    public static let name = "Dropout"
    public init() {}

    public func inferTypes(_ operands: [Operand?]) throws -> [TensorType] {
        let x = try operands.require(0, "data")
        if operands.optional(2) != nil, try operands.requireConstant(2, "training_mode").integers != [0] {
            let ratio = operands.optional(1) == nil ? 0.5 : try operands.requireConstant(1, "ratio").doubles.first
            guard ratio == 0 else {
                throw OperatorError(
                    "training_mode is true with ratio \(ratio ?? .nan), so that it drops elements at random; valid are "
                        + "false, or ratio 0: export the model for inference")
            }
        }
        return [x.type, TensorType(.bool, x.shape)]
    }

    public func evaluate(_ inputs: [Tensor?]) throws -> [Tensor] {
        let x = try inputs.require(0)
        return [x, .filled(1, TensorType(.bool, x.shape))]
    }

    public func keepsSamplesApart(_ operands: [Operand?]) -> Bool { true }
}
