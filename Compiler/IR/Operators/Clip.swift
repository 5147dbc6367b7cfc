/// ONNX Clip (opset 11, 12, 13): min(max(x, minimum), maximum); an absent limit does not limit. NaN stays; where the
/// limits cross, the maximum wins.
///
/// *Operands*: x; minimum and maximum, of one element each.
public struct Clip: Operator {
    public static let name = "Clip"
    public init() {}

    public func inferTypes(_ operands: [Operand?]) throws -> [TensorType] {
        let x = try operands.require(0, "input", ElementType.numbers)
        for (index, role) in [(1, "min"), (2, "max")] where operands.optional(index) != nil {
            let limit = try operands.require(index, role, [x.elementType])
            guard limit.shape.allSatisfy({ $0 == 1 }) else {
                throw OperatorError("input \(role) is \(limit.type); it must have one element")
            }
        }
        return [x.type]
    }

    public func evaluate(_ inputs: [Tensor?]) throws -> [Tensor] {
        var x = try inputs.require(0)
        let operands: [(Tensor?, any BinaryElementwise)] = [(inputs.optional(1), Max()), (inputs.optional(2), Min())]
        for case (let limit?, let op) in operands {
            x = try op.evaluate([x, limit.reshaped([Int](repeating: 1, count: x.type.rank))])[0]
        }
        return [x]
    }

    /// The limits must be the same for all samples.
    public func keepsSamplesApart(_ operands: [Operand?]) -> Bool { operands.samplesAlign }
}
