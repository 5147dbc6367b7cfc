/// ONNX GlobalAveragePool (opset 1): the mean over all spatial axes, summed in float64 and rounded once.
///
/// *Shape*: [N,C,…] → [N,C,1,…].
public struct GlobalAveragePool: Operator {
    public static let name = "GlobalAveragePool"
    public init() {}

    public func inferTypes(_ operands: [Operand?]) throws -> [TensorType] {
        [try globallyPooled(try operands.require(0, "X", ElementType.floats).type)]
    }

    public func evaluate(_ inputs: [Tensor?]) throws -> [Tensor] {
        let x = try inputs.require(0)
        let type = try globallyPooled(x.type)
        let means = Tensor.Grouping(shape: x.shape, axes: Array(2..<x.type.rank)).map(x.doubles) {
            $0.reduce(0, +) / Double($0.count)
        }
        return [.rounding(means, to: type.elementType, shape: type.shape)]
    }

    public func keepsSamplesApart(_ operands: [Operand?]) -> Bool { true }
}

/// ONNX GlobalMaxPool (opset 1): the greatest element over all spatial axes; NaN wins.
///
/// *Shape*: [N,C,…] → [N,C,1,…].
public struct GlobalMaxPool: Operator {
    public static let name = "GlobalMaxPool"
    public init() {}

    public func inferTypes(_ operands: [Operand?]) throws -> [TensorType] {
        [try globallyPooled(try operands.require(0, "X", ElementType.floats).type)]
    }

    public func evaluate(_ inputs: [Tensor?]) throws -> [Tensor] {
        let x = try inputs.require(0)
        let type = try globallyPooled(x.type)
        let maxima = Tensor.Grouping(shape: x.shape, axes: Array(2..<x.type.rank)).map(x.doubles) {
            $0.reduce(-.infinity) { $0.isNaN || $0 > $1 ? $0 : $1 }
        }
        return [.rounding(maxima, to: type.elementType, shape: type.shape)]
    }

    public func keepsSamplesApart(_ operands: [Operand?]) -> Bool { true }
}

private func globallyPooled(_ x: TensorType) throws -> TensorType {
    guard x.rank >= 3 else { throw OperatorError("X \(x) must have at least one spatial axis, [N,C,...]") }
    return TensorType(x.elementType, [x.shape[0], x.shape[1]] + [Int](repeating: 1, count: x.rank - 2))
}
