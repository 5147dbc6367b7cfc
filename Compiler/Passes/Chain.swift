import BNNMIR

/// A sub-graph of elementwise operators between one source value and one result: what stands between two layers. Its
/// result at a position depends on the source at that position (and on constants of that position or channel) alone, so
/// it can be tabulated.
struct Chain {
    let source: Graph.ValueID
    let result: Graph.ValueID
    /// In execution order; empty where the result is the source.
    let nodes: [Graph.NodeID]

    /// Nodes of a chain at most: far more than stand between two layers of a network, and few enough that following and
    /// tabulating a chain at every node of a graph stays in proportion to the graph.
    static let nodeLimit = 512

    /// The longest chain that ends in `result`.
    static func ending(in result: Graph.ValueID, of graph: Graph) -> Chain {
        if let whole = spanning(result, of: graph) { return whole }
        // Several sources (a residual). Follow single operands up as far as possible.
        var source = result
        var nodes: [Graph.NodeID] = []
        while nodes.count < nodeLimit, let id = graph.producer(of: source), isLink(id, graph) {
            let data = Set(graph[id].inputs.compactMap { $0 }.filter { graph.constant($0) == nil })
            guard data.count == 1, let next = data.first else { break }
            nodes.append(id)
            source = next
        }
        return Chain(source: source, result: result, nodes: nodes.reversed())
    }

    /// The chain from the one value that everything elementwise above `result` depends on; nil where there are several.
    private static func spanning(_ result: Graph.ValueID, of graph: Graph) -> Chain? {
        var sources = Set<Graph.ValueID>()
        var nodes = Set<Graph.NodeID>()
        var pending = [result]
        while let value = pending.popLast() {
            if graph.constant(value) != nil { continue }
            guard let id = graph.producer(of: value), isLink(id, graph) else {
                sources.insert(value)
                if sources.count > 1 { return nil }
                continue
            }
            guard nodes.count < nodeLimit else { return nil }
            if nodes.insert(id).inserted { pending += graph[id].inputs.compactMap { $0 } }
        }
        guard let source = sources.first else { return nil }
        return Chain(source: source, result: result, nodes: graph.schedule(of: [result]) { nodes.remove($0) != nil })
    }

    private static func isLink(_ id: Graph.NodeID, _ graph: Graph) -> Bool {
        let node = graph[id]
        guard Elementwise.isElementwise(node.op), node.outputs.count == 1,
            Elementwise.treatsSamplesAlike(node, in: graph)
        else { return false }
        let shape = graph[node.outputs[0]].type.shape
        return node.inputs.allSatisfy { input in
            guard let input else { return true }
            return graph.constant(input) != nil || graph[input].type.shape == shape
        }
    }

    /// Whether some constant differs from place to place in the map, not only from channel to channel.
    func dependsOnPosition(_ graph: Graph) -> Bool {
        let rank = graph[source].type.rank
        return nodes.contains { id in
            graph[id].inputs.contains { input in
                guard let input, let constant = graph.constant(input) else { return false }
                let shape = [Int](repeating: 1, count: max(0, rank - constant.shape.count)) + constant.shape
                return shape.dropFirst(2).contains { $0 != 1 }
            }
        }
    }

    /// The result for `candidates` in the source's place: any number of samples [A,C,...]; axes after the channel may be
    /// 1 where the chain does not depend on position.
    func evaluate(_ candidates: Tensor, in graph: Graph) throws -> Tensor {
        var small = Graph(name: "chain", stage: graph.stage)
        var map = [source: small.addInput("source", candidates.type)]
        for id in nodes {
            let node = graph[id]
            let inputs = node.inputs.map { input -> Graph.ValueID? in
                guard let input else { return nil }
                if let known = map[input] { return known }
                return small.addConstant("", graph.constant(input)!)
            }
            map[node.outputs[0]] = try small.append(node.op, inputs, name: node.name)[0]
        }
        small.outputs = [Graph.Output(name: "result", value: map[result]!)]
        return try Interpreter(small).run([candidates])[0]
    }
}
