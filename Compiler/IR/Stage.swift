/// How far a graph has come. A pass states the stage it takes and the one it gives; the verifier knows which operators
/// are legal at each (`Stage.allows`).
public enum Stage: String, Comparable, CaseIterable, Sendable {
    /// ONNX operators as the file has them.
    case imported
    /// Constants folded, no-ops and repetitions gone.
    case canonical
    /// Binarizers and, at its end, binary layers are operators of their own; one spelling for each layer; weights are
    /// snapped. The reference of `bnnm verify`.
    case binary
    /// Chains between binary layers are folded into integer comparisons.
    case fused
    /// Runtime operators on channel-last tensors only.
    case laidOut

    public static func < (a: Self, b: Self) -> Bool {
        allCases.firstIndex(of: a)! < allCases.firstIndex(of: b)!
    }
}

/// An operator of the compiler's own, legal only from one stage to another; plain ONNX operators are legal up to `fused`.
public protocol StagedOperator: Operator {
    static var stages: ClosedRange<Stage> { get }
}

/// A plain operator that the runtime has too, on tensors in memory order; legal at every stage.
public protocol RuntimeOperator: Operator {}

extension Stage {
    /// Whether a node with this operator may stand in a graph of this stage.
    public func allows(_ op: any Operator) -> Bool {
        if let staged = type(of: op) as? any StagedOperator.Type { return staged.stages.contains(self) }
        return self < .laidOut || op is any RuntimeOperator
    }
}
