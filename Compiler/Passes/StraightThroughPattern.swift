import BNNMIR

/// P1, P3: `(s − p) + p` and `p + (s − p)` around a recognized decision s (−1/+1 or 0/1), for any p: the residue of a
/// straight-through estimator, which adds 0 but for rounding.
enum StraightThroughPattern {
    /// The value to read in place of the node's result.
    static func match(_ id: Graph.NodeID, _ graph: Graph) -> Graph.ValueID? {
        operands(id, graph).first { isDecision($0.sign, graph) }?.sign
    }

    /// What stands for s and p in the node, whatever s is.
    static func operands(_ id: Graph.NodeID, _ graph: Graph) -> [(sign: Graph.ValueID, penalty: Graph.ValueID)] {
        let node = graph[id]
        guard node.op is Add, let first = node.inputs[0], let second = node.inputs[1] else { return [] }
        return [(first, second), (second, first)].compactMap { difference, penalty in
            guard let (_, sub) = graph.producer(of: difference, as: Sub.self), sub.inputs[1] == penalty,
                let sign = sub.inputs[0], graph[sign].type == graph[node.outputs[0]].type
            else { return nil }
            return (sign, penalty)
        }
    }

    private static func isDecision(_ value: Graph.ValueID, _ graph: Graph) -> Bool {
        var value = value
        if let (_, code) = graph.producer(of: value, as: ScaleShift.self), let inner = code.inputs[0] { value = inner }
        return graph.producer(of: value, as: BinaryToFloat.self) != nil
    }
}
