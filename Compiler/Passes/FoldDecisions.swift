import BNNMIR

/// Folds what stands before each binarizer into comparisons (`Decide`).
///
/// Behind a binary convolution alone, the number decided on is a function of an integer: the chain of the graph is
/// evaluated at every number the accumulator can be, and the switch points are what was seen, so the folded decision
/// equals the graph's to the bit. A max-pool in the chain moves behind the decision (bits) or, where the comparison
/// differs from place to place, before it (integers).
///
/// Where the number is an affine function of an integer, compared with a threshold that is computed for each sample and
/// channel, the threshold becomes an integer when the sample is run (`DynamicFold`).
///
/// Anywhere else the decision is on a float32: where each operator of the chain is monotone, the float32 number at which
/// the chain's decision changes is found by bisection, so this too is exact for the same operand.
///
/// *Source*: threshold folding, FINN, arXiv 1612.07119, section 4.2.
public struct FoldDecisions: Pass {
    public let takes = Stage.binary
    public let gives = Stage.fused
    public init() {}

    public func run(_ graph: inout Graph, _ context: inout CompilationContext) throws {
        for id in graph.schedule() {
            guard let decision = graph[id].op as? any Decision, let x = graph[id].inputs[0] else { continue }
            let folded = try fold(x, decision, graph[id], &graph, &context)
            graph.replaceUses(of: graph[id].outputs[0], with: folded)
        }
    }

    private func fold(
        _ x: Graph.ValueID, _ decision: any Decision, _ node: Graph.Node, _ graph: inout Graph,
        _ context: inout CompilationContext
    ) throws -> Graph.ValueID {
        if let chain = try FoldedChain(endingIn: x, of: graph), chain.pools.count <= 1,
            chain.onlyLeads(to: node.outputs[0], in: graph)
        {
            let noise = context.snaps[graph[chain.conversion].name]?.noise
            let exact = noise?.allSatisfy { $0 == 0 } ?? true
            let integer = try IntegerFold(chain, decision, noise: exact ? nil : noise, graph)
            if let bits = try integer.apply(name: node.name, &graph) {
                context.binarizers.append(integer.record(name: node.name).of(decision))
                return bits
            }
        }
        if let binarize = decision as? Binarize, let dynamic = DynamicFold(x, binarize, graph) {
            context.binarizers.append(dynamic.record(name: node.name))
            return try dynamic.apply(name: node.name, &graph)
        }
        let float = try FloatFold(x, decision, graph)
        context.binarizers.append(float.record(name: node.name).of(decision))
        return try float.apply(name: node.name, &graph)
    }
}

extension BinarizerRecord {
    /// The record of a sign, or of where a ternary one is 0 or +1.
    fileprivate func of(_ decision: any Decision) -> BinarizerRecord {
        var record = self
        if decision is ZeroMask { record.note = "where the ternary sign is 0" }
        if decision is PositiveSign { record.note = "where the ternary sign is +1" }
        record.isMask = decision is ZeroMask || decision is PositiveSign
        return record
    }
}

extension FoldedChain {
    /// Whether nothing but binarizers reads what the chain computes: then the floats in it need not exist.
    func onlyLeads(to decision: Graph.ValueID, in graph: Graph) -> Bool {
        let inner = Set(beforePools.flatMap(\.nodes) + afterPool.nodes + [conversion] + pools)
        return inner.allSatisfy { id in
            graph[id].outputs.allSatisfy { value in
                !graph.isOutput(value)
                    && graph.readers(of: value).allSatisfy { inner.contains($0) || graph[$0].op is any Decision }
            }
        }
    }
}
