/// ONNX BatchNormalization (opset 9, 14, 15) at inference: y = x·a + b per channel (axis 1).
///
/// *Meaning*, in this order, each step rounded to the element type: a = scale / √(var + ε); b = B − mean·a; y = x·a +
/// b.
public struct BatchNormalization: Operator {
    public static let name = "BatchNormalization"
    public var epsilon: Float

    public init(epsilon: Float) { self.epsilon = epsilon }

    public var attributes: [Attribute] { [Attribute("epsilon", epsilon)] }

    public func inferTypes(_ operands: [Operand?]) throws -> [TensorType] {
        let x = try operands.require(0, "X")
        guard x.elementType.isFloat, x.type.rank >= 2 else {
            throw OperatorError("X \(x.type) must be a float tensor of rank 2 or more")
        }
        for (index, role) in ["scale", "B", "input_mean", "input_var"].enumerated() {
            let parameter = try operands.require(index + 1, role)
            guard parameter.shape == [x.shape[1]], parameter.elementType.isFloat else {
                throw OperatorError(
                    "\(role) \(parameter.type) must have one float for each of the \(x.shape[1]) channels of X")
            }
        }
        return [x.type]
    }

    public func evaluate(_ inputs: [Tensor?]) throws -> [Tensor] {
        let x = inputs[0]!
        let channels = x.shape[1], inner = x.shape[2...].reduce(1, *)
        if case .double(let values) = x.storage {
            let p = inputs[1...4].map { $0!.doubles }
            let (a, b) = coefficients(p[0], p[1], p[2], p[3])
            return [
                Tensor(
                    x.type,
                    .double(
                        values.indices.map { i in
                            let c = i / inner % channels
                            return values[i] * a[c] + b[c]
                        }))
            ]
        }
        let p = inputs[1...4].map { $0!.floats }
        let (a, b) = coefficients(p[0], p[1], p[2], p[3])
        let values = x.floats
        var result = [Float](repeating: 0, count: values.count)
        for i in values.indices {
            let c = i / inner % channels
            result[i] = values[i] * a[c] + b[c]
        }
        return [
            x.elementType == .float16
                ? Tensor.rounding(result.map { Double($0) }, to: .float16, shape: x.shape) : Tensor(x.shape, result)
        ]
    }

    public func keepsSamplesApart(_ operands: [Operand?]) -> Bool { true }

    /// a and b of the formula, per channel.
    public func coefficients<T: BinaryFloatingPoint>(
        _ scale: [T], _ shift: [T], _ mean: [T], _ variance: [T]
    ) -> (a: [T], b: [T]) {
        let a = scale.indices.map { scale[$0] / (variance[$0] + T(epsilon)).squareRoot() }
        let b = scale.indices.map { shift[$0] - mean[$0] * a[$0] }
        return (a, b)
    }
}
