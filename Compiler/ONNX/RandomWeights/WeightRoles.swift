import BNNMIR

/// Finds the initializers that are weights of convolutions and matrix products, directly or through nodes over constants
/// (Transpose, Reshape, Sign, scales), and how their elements are distributed.
struct WeightRoles {
    let graph: Graph
    let isData: [Bool]
    private let position: [Graph.NodeID: Int]

    /// - Parameters:
    ///   - order: the nodes in execution order.
    ///   - isData: whether a value depends on the model's input, by index.
    init(graph: Graph, order: [Graph.NodeID], isData: [Bool]) {
        self.graph = graph
        self.isData = isData
        position = Dictionary(uniqueKeysWithValues: order.enumerated().map { ($1, $0) })
    }

    /// The law of the initializer `id`; nil where it is no weight of a layer.
    func law(of id: Graph.ValueID) -> ParameterLaw? {
        guard let (node, operand) = consumer(of: id),
            let fanIn = FanIn(graph: graph, node: node).count(weights: operand)
        else { return nil }
        let own = graph[id].type, weights = graph[node.inputs[operand] ?? id].type
        if own.elementCount >= weights.elementCount { return .weights(fanIn: fanIn) }
        // Smaller: a scale where it is a list of numbers, a rotation where it is a matrix.
        let extents = own.shape.filter { $0 != 1 }
        guard extents.count > 1, let length = extents.last else { return .positive(near: 1) }
        return .normal(mean: 0, deviation: 1 / Float(length).squareRoot())
    }

    /// The first node with data that `id` reaches through nodes over constants, and the operand it reaches there.
    private func consumer(of id: Graph.ValueID) -> (node: Graph.Node, operand: Int)? {
        var pending = [id], seen: Set<Graph.ValueID> = [id]
        var found: (position: Int, node: Graph.Node, operand: Int)?
        while let value = pending.popLast() {
            for reader in graph.readers(of: value) {
                guard let position = position[reader] else { continue }
                let node = graph[reader]
                guard let first = node.outputs.first, isData[first.index] else {
                    for output in node.outputs where seen.insert(output).inserted { pending.append(output) }
                    continue
                }
                if found.map({ position < $0.position }) ?? true, let operand = node.inputs.firstIndex(of: value) {
                    found = (position, node, operand)
                }
            }
        }
        return found.map { ($0.node, $0.operand) }
    }
}
