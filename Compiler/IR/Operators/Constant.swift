/// ONNX Constant (opset 11, 12, 13, 19): a value in the model; no operands.
public struct Constant: Operator {
    public static let name = "Constant"
    public var value: Tensor

    public init(_ value: Tensor) { self.value = value }

    public var attributes: [Attribute] { [Attribute("value", value.type)] }

    public func inferTypes(_ operands: [Operand?]) throws -> [TensorType] { [value.type] }
    public func evaluate(_ inputs: [Tensor?]) throws -> [Tensor] { [value] }
    public func keepsSamplesApart(_ operands: [Operand?]) -> Bool { true }
}

/// ONNX ConstantOfShape (opset 9): a tensor of the operand's dimensions, every element the same.
public struct ConstantOfShape: Operator {
    public static let name = "ConstantOfShape"
    /// One element.
    public var value: Tensor

    public init(_ value: Tensor = Tensor([1], [0 as Float])) { self.value = value }

    public var attributes: [Attribute] { [Attribute("value", "\(value.elementType) \(value.doubles.first ?? 0)")] }

    public func inferTypes(_ operands: [Operand?]) throws -> [TensorType] {
        guard value.elementCount == 1 else {
            throw OperatorError("attribute 'value' is \(value.type); it must have one element")
        }
        return [try TensorType.checked(value.elementType, try operands.requireIntegers(0, "input"))]
    }

    public func evaluate(_ inputs: [Tensor?]) throws -> [Tensor] {
        let type = try inferTypes(inputs.operands)[0]
        return [value.gathered([Int](repeating: 0, count: type.elementCount), shape: type.shape)]
    }

    public func keepsSamplesApart(_ operands: [Operand?]) -> Bool { true }
}
