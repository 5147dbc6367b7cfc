import BNNMIR

/// Finds the ways in which exported models spell a decision, and makes each a Binarize followed by BinaryToFloat:
///
/// - a bare Sign (P4);
/// - `Where(x ≥ c, 1, −1)` and its variants, comparison → Cast → ·2 − 1, QONNX BipolarQuant, ArgMax over two classes (P5);
/// - `Where(Sign(x) = 0, 1, Sign(x))`: sign with sign(0) = +1 (P5);
/// - a comparison as 0 and 1, where layers multiply it: the decision's code, ½·(±1) + ½;
/// - `s − p + p` around any of them, p a polynomial (P1), a Clip (P3) or anything else: the straight-through estimator's
///   residue, which adds 0 but for rounding.
///
/// Each pattern is a function of its own that gives a match or nil; weights never come here, for they are constants.
public struct RecognizeBinarizers: Pass {
    public let takes = Stage.canonical
    public let gives = Stage.binary
    public init() {}

    public func run(_ graph: inout Graph, _ context: inout CompilationContext) throws {
        let patterns: [any BinarizerPattern] = [
            SignPattern(), ComparisonWherePattern(), ComparisonCastPattern(), BipolarQuantPattern(),
            ScalarClassifierPattern(), ArgMaxPattern(),
            ZeroIsPlusPattern(),
        ]
        try apply(patterns, to: &graph)
        // Codes last: what is left of comparisons when ·2 − 1 and estimators are gone.
        try apply([ComparisonCodePattern(), ComparisonWhereCodePattern()], to: &graph)
    }

    private func apply(_ patterns: [any BinarizerPattern], to graph: inout Graph) throws {
        for id in graph.schedule() {
            if let replacement = StraightThroughPattern.match(id, graph) {
                graph.replaceUses(of: graph[id].outputs[0], with: replacement)
                continue
            }
            for pattern in patterns {
                // Constants that make the result larger than what is decided on are more than a decision.
                guard let match = try pattern.match(id, &graph),
                    match.isReshaped || graph[match.input].type.shape == graph[match.replaced].type.shape
                else { continue }
                try apply(match, to: &graph)
                break
            }
        }
    }

    private func apply(_ match: BinarizerMatch, to graph: inout Graph) throws {
        let value = graph[match.replaced]
        let probe = graph[match.probed]
        let decision = try graph.append(Binarize(zero: match.zero), [match.input], name: probe.name)[0]
        var float = try graph.append(BinaryToFloat(), [decision], name: value.name)[0]
        if match.isCode {
            let half = graph.addConstant(
                value.name, Tensor([Int](repeating: 1, count: value.type.rank - 1), [0.5 as Float]))
            float = try graph.append(ScaleShift(), [float, half, half], name: value.name)[0]
        }
        if match.isReshaped { float = try graph.reshape(float, to: value.type.shape, name: value.name) }
        if let superseded = match.superseded {
            // The sign that was looked through shows the same decisions; its zeros are ties that count +1.
            graph.updateProbes(of: superseded) { $0.value = decision }
        }
        graph.addProbe(
            Graph.Probe(name: probe.name, encoding: match.encoding, shape: probe.type.shape, value: decision))
        for id in match.signed where id != match.probed {
            graph.addProbe(
                Graph.Probe(name: graph[id].name, encoding: .signed, shape: graph[id].type.shape, value: decision))
        }
        graph.replaceUses(of: match.replaced, with: float)
    }
}

/// What a pattern found: `replaced` equals ±1, or 0 and 1, by the decision on `input`.
struct BinarizerMatch {
    let input: Graph.ValueID
    let zero: ZeroRule
    let replaced: Graph.ValueID
    /// The ONNX value whose elements are the decisions; often `replaced` itself.
    let probed: Graph.ValueID
    let encoding: Graph.Probe.Encoding
    /// Further ONNX values that are −1/+1 by the same decisions.
    var signed: [Graph.ValueID] = []
    /// Decisions that those of this match take the place of.
    var superseded: Graph.ValueID?
    /// Whether `input` has the elements of `replaced` in another shape.
    var isReshaped = false
    /// Whether `replaced` is 0 and 1 by the decision, instead of ±1.
    var isCode = false
}

/// One spelling of a decision. A pattern may add nodes that compute the number to decide on.
protocol BinarizerPattern {
    func match(_ id: Graph.NodeID, _ graph: inout Graph) throws -> BinarizerMatch?
}
