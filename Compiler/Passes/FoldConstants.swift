import BNNMIR

/// Evaluates every node that no graph input reaches, and every result that follows from types alone (shapes): binary
/// weights arrive as live sub-graphs over latent weights, shape arithmetic as chains of small nodes.
public struct FoldConstants: Pass {
    public let takes = Stage.imported
    public let gives = Stage.canonical
    /// The most elements that computed constants have at a time.
    private let elementLimit: Int
    /// The most steps that computing them takes in all (`FoldingWork`).
    private let stepLimit: Int

    /// A file of a hundred bytes can ask for more than any machine has, so both are limited.
    /// - Parameters:
    ///   - elementLimit: by default far beyond any network's weights, and what a machine has memory for.
    ///   - stepLimit: by default about a minute's, and far beyond what weights are computed by.
    public init(elementLimit: Int = 1 << 29, stepLimit: Int = 1 << 35) {
        self.elementLimit = elementLimit
        self.stepLimit = stepLimit
    }

    public func run(_ graph: inout Graph, _ context: inout CompilationContext) throws {
        let order = graph.schedule()
        var readers = Self.readerCounts(graph, order)
        var folded: Set<Graph.NodeID> = []
        // Of the results that are still to be read, and of all of them together.
        var elementCounts: [Graph.ValueID: Int] = [:]
        var liveElementCount = 0
        var steps = 0
        // Small nodes first, so that chains over large ones find all their constants.
        for onlySmall in [true, false] {
            for id in order where !folded.contains(id) && (!onlySmall || Self.isSmall(id, graph)) {
                let room = Room(elements: elementLimit - liveElementCount, steps: stepLimit - steps)
                guard let (nodes, results) = try fold(id, graph, room) else { continue }
                steps += nodes.map { FoldingWork.steps(of: $0, graph) }.reduce(0, FoldingWork.sum)
                for (output, result) in zip(graph[nodes[nodes.count - 1]].outputs, results) {
                    graph.setConstant(output, result)
                    elementCounts[output] = result.type.elementCount
                    liveElementCount += result.type.elementCount
                }
                folded.formUnion(nodes)
                // Weights go through a dozen tensors of their size; each is given back as soon as it was read.
                for node in nodes {
                    for case let input? in graph[node].inputs where Self.release(input, &readers, &graph) {
                        liveElementCount -= elementCounts.removeValue(forKey: input) ?? 0
                    }
                }
            }
        }
    }

    /// What the constants that were computed before leave of the limits.
    private struct Room {
        let elements: Int
        let steps: Int
    }

    /// The results of a node, or of the last node of a chain that starts with it, where they can be known.
    private func fold(
        _ id: Graph.NodeID, _ graph: Graph, _ room: Room
    ) throws -> (nodes: [Graph.NodeID], results: [Tensor])? {
        let node = graph[id]
        if let known = node.op.evaluateFromTypes(node.inputs.map { $0.map { graph.operand($0) } }) {
            return ([id], known)
        }
        let operands = node.inputs.map { $0.flatMap { Self.known($0, graph) } }
        guard zip(node.inputs, operands).allSatisfy({ $0 == nil || $1 != nil }) else { return nil }
        let rows = ConstantRows(graph: graph)
        if let chain = rows.chain(from: id) {
            try checkSteps(of: chain, graph, room)
            if let result = rows.fold(chain) { return (chain, [result]) }
        }
        let elementCount = node.outputs.reduce(0) { $0 + graph[$1].type.elementCount }
        guard elementCount <= room.elements else {
            throw NodeError(
                node: node.name, op: type(of: node.op).name,
                reason:
                    "its result is a constant of \(elementCount) elements, computed when compiling; beside the other "
                    + "constants \(room.elements) of \(elementLimit) are left")
        }
        try checkSteps(of: [id], graph, room)
        do {
            return ([id], try node.op.evaluate(operands))
        } catch let error as OperatorError {
            throw NodeError(node: node.name, op: type(of: node.op).name, reason: error.description)
        }
    }

    /// - Throws: `NodeError` naming the first of the nodes where they take more steps than are left.
    private func checkSteps(of nodes: [Graph.NodeID], _ graph: Graph, _ room: Room) throws {
        let steps = nodes.map { FoldingWork.steps(of: $0, graph) }.reduce(0, FoldingWork.sum)
        guard steps > room.steps else { return }
        let node = graph[nodes[0]]
        throw NodeError(
            node: node.name, op: type(of: node.op).name,
            reason:
                "its result is a constant that takes \(steps) multiplications or additions to compute; when compiling, "
                + "\(stepLimit) are done at most, of which \(room.steps) are left: compute it before the model is exported"
        )
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

    /// Counts a reader of the value as done; true where it was the last one, and the value's memory was given back.
    private static func release(_ value: Graph.ValueID, _ readers: inout [Int], _ graph: inout Graph) -> Bool {
        readers[value.index] -= 1
        if readers[value.index] == 0 { graph.releaseConstant(value) }
        return readers[value.index] == 0
    }

    /// How often each value is read, by index; graph outputs are readers that stay.
    private static func readerCounts(_ graph: Graph, _ order: [Graph.NodeID]) -> [Int] {
        var counts = [Int](repeating: 0, count: graph.values.count)
        for id in order { for case let input? in graph[id].inputs { counts[input.index] += 1 } }
        for output in graph.outputs { counts[output.value.index] += 1 }
        return counts
    }
}
