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
        for id in order {
            let node = graph[id]
            let operands = node.inputs.map { $0.map { graph.operand($0) } }
            let results: [Tensor]
            if let known = node.op.evaluateFromTypes(operands) {
                results = known
            } else if node.inputs.allSatisfy({ $0 == nil || graph.constant($0!) != nil }) {
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
            for case let input? in node.inputs {
                readers[input.index] -= 1
                if readers[input.index] == 0 { graph.releaseConstant(input) }
            }
        }
    }

    /// How often each value is read, by index; graph outputs are readers that stay.
    private static func readerCounts(_ graph: Graph, _ order: [Graph.NodeID]) -> [Int] {
        var counts = [Int](repeating: 0, count: graph.values.count)
        for id in order { for case let input? in graph[id].inputs { counts[input.index] += 1 } }
        for output in graph.outputs { counts[output.value.index] += 1 }
        return counts
    }
}
