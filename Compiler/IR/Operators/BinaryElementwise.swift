/// An operator that computes each element of its result from one element of each of two operands A and B, which have
/// one element type and are broadcast together. The operators are in `Arithmetic.swift`.
public protocol BinaryElementwise: Operator {
    /// The result for one pair, in float32 (also for float16, rounded afterwards) or float64.
    func apply<T: RealNumber>(_ a: T, _ b: T) throws -> T
    /// The result for one pair of integers, in 64 bits; it is wrapped to the element type afterwards.
    func apply<T: FixedWidthInteger>(_ a: T, _ b: T) throws -> T
}

extension BinaryElementwise {
    public func inferTypes(_ operands: [Operand?]) throws -> [TensorType] {
        let a = try operands.require(0, "A", ElementType.numbers)
        let b = try operands.require(1, "B", [a.elementType])
        return [try TensorType.checked(a.elementType, TensorType.broadcastShape([a, b]))]
    }

    public func evaluate(_ inputs: [Tensor?]) throws -> [Tensor] {
        let type = try inferTypes(inputs.operands)[0]
        return [
            try Tensor.combine(
                try inputs.require(0), try inputs.require(1), shape: type.shape, float: { try apply($0, $1) },
                double: { try apply($0, $1) }, signed: { try apply($0, $1) }, unsigned: { try apply($0, $1) })
        ]
    }

    public func keepsSamplesApart(_ operands: [Operand?]) -> Bool { operands.samplesAlign }
}
