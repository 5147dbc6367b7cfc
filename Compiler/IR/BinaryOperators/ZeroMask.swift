/// Where a ternary sign is not 0: float32 → binary, +1 where x is exactly 0, −1 anywhere else, NaN included. Beside a
/// Binarize of the same number it makes PyTorch's `Sign`, whose zeros do not count in a masked `BinaryConv`.
public struct ZeroMask: Decision, StagedOperator {
    public static let name = "ZeroMask"
    public static let stages = Stage.binary...Stage.binary
    public init() {}

    public func decide(_ x: Float) -> Int64 { x == 0 ? 1 : -1 }
}

/// An operator that decides on each number by itself: float32 → binary.
public protocol Decision: Operator {
    /// −1 or +1.
    func decide(_ x: Float) -> Int64
}

extension Decision {
    public func inferTypes(_ operands: [Operand?]) throws -> [TensorType] {
        let x = try operands.require(0, "x")
        guard x.elementType.isFloat else { throw OperatorError("x \(x.type) must be a float tensor") }
        return [TensorType(.binary, x.shape)]
    }

    public func evaluate(_ inputs: [Tensor?]) throws -> [Tensor] {
        let x = try inputs.require(0)
        return [Tensor(TensorType(.binary, x.shape), .integer(x.floats.map { decide($0) }))]
    }

    public func keepsSamplesApart(_ operands: [Operand?]) -> Bool { true }
}
