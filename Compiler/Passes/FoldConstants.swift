import BNNMIR

/// Evaluates every node that no graph input reaches, and every result that follows from types alone (shapes): binary
/// weights arrive as live sub-graphs over latent weights, shape arithmetic as chains of small nodes.
public struct FoldConstants: Pass {
    public let takes = Stage.imported
    public let gives = Stage.canonical
    public init() {}

    public func run(_ graph: inout Graph, _ context: inout CompilationContext) throws {
        let order = graph.schedule()
        var readers = Self.readerCounts(graph, order)
        let uses = graph.uses()
        var folded: Set<Graph.NodeID> = []
        for id in order where !folded.contains(id) {
            let node = graph[id]
            let operands = node.inputs.map { $0.map { graph.operand($0) } }
            let results: [Tensor]
            if let known = node.op.evaluateFromTypes(operands) {
                results = known
            } else if node.inputs.allSatisfy({ $0 == nil || graph.constant($0!) != nil }) {
                if let rows = ConstantRows(graph: graph, uses: uses).fold(id), let last = rows.nodes.last {
                    graph.setConstant(graph[last].outputs[0], rows.result)
                    folded.formUnion(rows.nodes)
                    for case let input? in node.inputs { Self.release(input, &readers, &graph) }
                    continue
                }
                do {
                    results = try node.op.evaluate(node.inputs.map { $0.flatMap { graph.constant($0) } })
                } catch let error as OperatorError {
                    throw NodeError(node: node.name, op: type(of: node.op).name, reason: error.description)
                }
            } else {
                continue
            }
            for (output, result) in zip(node.outputs, results) { graph.setConstant(output, result) }
            // Weights go through a dozen tensors of their size; each is given back as soon as it was read.
            for case let input? in node.inputs { Self.release(input, &readers, &graph) }
        }
    }

    private static func release(_ value: Graph.ValueID, _ readers: inout [Int], _ graph: inout Graph) {
        readers[value.index] -= 1
        if readers[value.index] == 0 { graph.releaseConstant(value) }
    }

    /// How often each value is read, by index; graph outputs are readers that stay.
    private static func readerCounts(_ graph: Graph, _ order: [Graph.NodeID]) -> [Int] {
        var counts = [Int](repeating: 0, count: graph.values.count)
        for id in order { for case let input? in graph[id].inputs { counts[input.index] += 1 } }
        for output in graph.outputs { counts[output.value.index] += 1 }
        return counts
    }
}
