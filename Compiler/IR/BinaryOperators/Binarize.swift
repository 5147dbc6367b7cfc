/// What a model means by the sign of zero.
public enum ZeroRule: String, Sendable {
    /// x ≥ 0 decides +1 (Larq, bitorch, `Where(x ≥ 0, 1, −1)`).
    case plus
    /// x > 0 decides +1.
    case minus
    /// `Sign(0) = 0` (PyTorch): where an exact zero can arise by structure, a `ZeroMask` says where. Any other tie is a
    /// float tie and counts as +1.
    case zero
}

/// A binarizer: float32 → binary, +1 where x > 0, −1 where x < 0 or x is NaN, and at 0 as the rule says.
///
/// *Source*: sign with a straight-through estimator, Courbariaux et al., arXiv 1602.02830.
public struct Binarize: Decision, StagedOperator {
    public static let name = "Binarize"
    public static let stages = Stage.binary...Stage.binary
    public var zero: ZeroRule

    public init(zero: ZeroRule) { self.zero = zero }

    public var attributes: [Attribute] { [Attribute("zero", zero.rawValue)] }

    public func decide(_ x: Float) -> Int64 { x > 0 || (x == 0 && zero != .minus) ? 1 : -1 }
}
