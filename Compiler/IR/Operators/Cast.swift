/// ONNX Cast (opset 9, 13, 19): each element as another type.
///
/// *Meaning*: floats round once; to an integer they truncate toward zero, and what the type cannot hold is unspecified
/// by ONNX (here as on x86: the least int64, wrapped); integers wrap; to bool, whether the element is not zero.
public struct Cast: Operator {
    public static let name = "Cast"
    public var target: ElementType

    public init(to target: ElementType) { self.target = target }

    public var attributes: [Attribute] { [Attribute("to", target.rawValue)] }

    public func inferTypes(_ operands: [Operand?]) throws -> [TensorType] {
        [TensorType(target, try operands.require(0, "input").shape)]
    }

    public func evaluate(_ inputs: [Tensor?]) throws -> [Tensor] { [try inputs.require(0).converted(to: target)] }

    public func keepsSamplesApart(_ operands: [Operand?]) -> Bool { true }
}

/// ONNX CastLike (opset 15, 19): each element of the first operand as the second's type.
public struct CastLike: Operator {
    public static let name = "CastLike"
    public init() {}

    public func inferTypes(_ operands: [Operand?]) throws -> [TensorType] {
        [TensorType(try operands.require(1, "target_type").elementType, try operands.require(0, "input").shape)]
    }

    public func evaluate(_ inputs: [Tensor?]) throws -> [Tensor] {
        [try inputs.require(0).converted(to: try inputs.require(1).elementType)]
    }

    /// Known where the first operand is: of the second, only the type matters.
    public func evaluateFromTypes(_ operands: [Operand?]) -> [Tensor]? {
        guard let value = operands.optional(0)?.constant, let target = operands.optional(1)?.elementType else {
            return nil
        }
        return [value.converted(to: target)]
    }

    public func keepsSamplesApart(_ operands: [Operand?]) -> Bool { true }
}
