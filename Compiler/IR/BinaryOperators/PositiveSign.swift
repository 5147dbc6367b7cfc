/// Where a ternary sign is +1: float32 → binary, +1 where x > 0, −1 anywhere else, NaN included. Beside a Binarize of the
/// same number, which is +1 where x ≥ 0, it makes PyTorch's `Sign`, whose zeros are where the two differ.
public struct PositiveSign: Decision, StagedOperator {
    public static let name = "PositiveSign"
    public static let stages = Stage.binary...Stage.binary
    public init() {}

    public func decide(_ x: Float) -> Int64 { x > 0 ? 1 : -1 }
}
