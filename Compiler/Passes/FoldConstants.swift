import BNNMIR

/// Evaluates every node that no graph input reaches, and every result that follows from types alone (shapes): binary
/// weights arrive as live sub-graphs over latent weights, shape arithmetic as chains of small nodes.
public struct FoldConstants: Pass {
    public let takes = Stage.imported
    public let gives = Stage.canonical
    public init() {}

    public func run(_ graph: inout Graph, _ context: inout CompilationContext) throws {
        let order = graph.schedule()
        let uses = graph.uses()
        var readers = Self.readerCounts(graph, order)
        var folded: Set<Graph.NodeID> = []
        // Small nodes first, so that chains over large ones find all their constants.
        for onlySmall in [true, false] {
            for id in order where !folded.contains(id) && (!onlySmall || Self.isSmall(id, graph)) {
                guard let (nodes, results) = try fold(id, graph, uses) else { continue }
                for (output, result) in zip(graph[nodes[nodes.count - 1]].outputs, results) {
                    graph.setConstant(output, result)
                }
                folded.formUnion(nodes)
                // Weights go through a dozen tensors of their size; each is given back as soon as it was read.
                for node in nodes {
                    for case let input? in graph[node].inputs { Self.release(input, &readers, &graph) }
                }
            }
        }
    }

    /// The results of a node, or of the last node of a chain that starts with it, where they can be known.
    private func fold(
        _ id: Graph.NodeID, _ graph: Graph, _ uses: [Graph.ValueID: [Graph.NodeID]]
    ) throws -> (nodes: [Graph.NodeID], results: [Tensor])? {
        let node = graph[id]
        if let known = node.op.evaluateFromTypes(node.inputs.map { $0.map { graph.operand($0) } }) {
            return ([id], known)
        }
        let operands = node.inputs.map { $0.flatMap { Self.known($0, graph) } }
        guard zip(node.inputs, operands).allSatisfy({ $0 == nil || $1 != nil }) else { return nil }
        if let (chain, result) = ConstantRows(graph: graph, uses: uses).fold(id) { return (chain, [result]) }
        do {
            return ([id], try node.op.evaluate(operands))
        } catch let error as OperatorError {
            throw NodeError(node: node.name, op: type(of: node.op).name, reason: error.description)
        }
    }

    /// A value that does not depend on the model's inputs: a constant, or one without elements.
    private static func known(_ value: Graph.ValueID, _ graph: Graph) -> Tensor? {
        if let constant = graph.constant(value) { return constant }
        let type = graph[value].type
        return type.elementCount == 0 ? Tensor.filled(0, type) : nil
    }

    private static func isSmall(_ id: Graph.NodeID, _ graph: Graph) -> Bool {
        (graph[id].inputs.compactMap { $0 } + graph[id].outputs).allSatisfy { graph[$0].type.elementCount <= 1 << 16 }
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
