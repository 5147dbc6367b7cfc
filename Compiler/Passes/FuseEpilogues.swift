import BNNMIR

/// Joins every convolution with the elementwise operators behind it, and elementwise operators among themselves, so that
/// what stands between two layers touches memory once: scales, residual sums, activations, then float32 values, the
/// decisions on them and their means over the map, whichever somebody reads.
///
/// Only the place of the computation changes: each step rounds as the operator it came from.
public struct FuseEpilogues: Pass {
    public let takes = Stage.laidOut
    public init() {}

    public func run(_ graph: inout Graph, _ context: inout CompilationContext) throws {
        // Of two convolutions that meet in a sum the later one takes it, since the earlier one's result is there by then.
        for id in graph.schedule().reversed() where graph[id].isConvolutionToFloat { try fuse(id, &graph) }
        graph.removeDeadNodes()
        for id in graph.schedule() where graph.nodes[id.index] != nil && graph[id].op is any FusableStep {
            try fuse(id, &graph)
        }
    }

    private func fuse(_ id: Graph.NodeID, _ graph: inout Graph) throws {
        let node = graph[id]
        var chain = EpilogueChain(node, graph)
        chain.extend(graph)
        guard chain.isWorthFusing else { return }
        let inputs = chain.baseInputs + chain.operands
        let op: any Operator =
            switch node.op {
            case let op as ChannelsLast<Conv>: WithEpilogue(op, operandCount: chain.baseInputs.count, chain.epilogue)
            case let op as ChannelsLast<BinaryConvThen<AccumulatorToFloat>>:
                WithEpilogue(op, operandCount: chain.baseInputs.count, chain.epilogue)
            default: Map(chain.epilogue)
            }
        let results = try graph.append(op, inputs, name: node.name, outputNames: chain.results.map { graph[$0].name })
        for (old, new) in zip(chain.results, results) { graph.replaceUses(of: old, with: new) }
        // What the chain executes is gone: whoever comes next counts those that read its operands.
        for old in chain.results { graph.producer(of: old).map { graph.removeIfUnread($0) } }
    }
}

extension Graph.Node {
    /// Whether an epilogue can stand behind it.
    var isConvolutionToFloat: Bool {
        op is ChannelsLast<Conv> || op is ChannelsLast<BinaryConvThen<AccumulatorToFloat>>
    }
}
