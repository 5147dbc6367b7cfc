/// How the decisions of one operand of a product count.
public enum DecisionForm: String, Sendable, CaseIterable {
    /// −1 and +1.
    case signed
    /// 0 where the decision is −1, 1 where it is +1.
    case zeroOne

    /// The number that a decision (−1 or +1) counts as.
    public func number(_ decision: Int64) -> Int64 { self == .signed ? decision : (decision + 1) / 2 }
}

/// Matrix products of two activations that are both decisions, such as queries and keys of an attention:
/// acc[…,m,n] = Σₖ a[…,m,k]·b[…,k,n], each decision counted as its operand's form says.
///
/// *Shape*: a binary [...,M,K], b binary [...,K,N] → int32 [...,M,N]; the axes before the matrices broadcast.
/// *Meaning* in bits (1 is −1), both signed: acc = K − 2·popcount(a ^ b); both 0/1: acc = K − popcount(a | b).
/// *Source*: BiViT, arXiv 2211.07091; BiT, arXiv 2205.13016.
public struct BinaryMatMul: StagedOperator {
    public static let name = "BinaryMatMul"
    public static let stages = Stage.binary...Stage.fused
    public var leftForm: DecisionForm
    public var rightForm: DecisionForm

    public init(leftForm: DecisionForm, rightForm: DecisionForm) {
        self.leftForm = leftForm
        self.rightForm = rightForm
    }

    public var attributes: [Attribute] {
        [Attribute("left", leftForm.rawValue), Attribute("right", rightForm.rawValue)]
    }

    public func inferTypes(_ operands: [Operand?]) throws -> [TensorType] {
        let a = try operands.requireBinary(0, "a"), b = try operands.requireBinary(1, "b")
        guard a.type.rank >= 2, b.type.rank >= 2 else {
            throw OperatorError("a \(a.type) and b \(b.type) must have at least two axes each")
        }
        return try MatMul().inferTypes([a, b].map { Operand(TensorType(.int32, $0.shape)) })
    }

    public func evaluate(_ inputs: [Tensor?]) throws -> [Tensor] {
        let a = try inputs.require(0), b = try inputs.require(1)
        return try MatMul().evaluate([a.counted(leftForm), b.counted(rightForm)])
    }

    public func keepsSamplesApart(_ operands: [Operand?]) -> Bool { MatMul().keepsSamplesApart(operands) }
}

extension Tensor {
    /// Decisions as int32 numbers of a form.
    func counted(_ form: DecisionForm) -> Tensor { Tensor(shape, (integers ?? []).map(form.number), .int32) }
}
