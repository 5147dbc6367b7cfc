import BNNMIR

/// Spells comparisons, choices and extremes in those that the runtime has: Greater by Less, Not by Xor, Min and Max of
/// several operands by those of two, OneHot by Equal and Where.
public struct ExpandLogic: Expansion {
    public init() {}

    func expanded(_ node: Graph.Node, _ graph: inout Graph) throws -> [Graph.ValueID]? {
        guard let a = node.inputs.first ?? nil else { return nil }
        switch node.op {
        case is Greater: return [try graph.add(Less(), node.inputs[1], a, for: node)]
        case is GreaterOrEqual: return [try graph.add(LessOrEqual(), node.inputs[1], a, for: node)]
        case is Not:
            let truth = graph.addConstant(node.name, Tensor([], [1 as Int64], .bool))
            return [try graph.add(Xor(), a, truth, for: node)]
        case is CastLike: return [try graph.add(Cast(to: graph[node.outputs[0]].type.elementType), a, for: node)]
        case is Min, is Max:
            guard node.inputs.count != 2 else { return nil }
            return [
                try node.inputs.dropFirst().reduce(a) { try graph.add(node.op, $0, $1, for: node) }
            ]
        case let op as OneHot: return [try oneHot(op, node, a, &graph)]
        default: return nil
        }
    }

    /// Where(indices = 0, 1, …, on, off), negative indices counted from the end.
    private func oneHot(
        _ op: OneHot, _ node: Graph.Node, _ indices: Graph.ValueID, _ graph: inout Graph
    ) throws -> Graph.ValueID {
        let shape = graph[node.outputs[0]].type.shape
        let axis = op.axis < 0 ? op.axis + shape.count : op.axis
        var number = indices
        if graph[indices].type.elementType != .int64 { number = try graph.add(Cast(to: .int64), indices, for: node) }
        let depth = shape[axis]
        let isNegative = try graph.add(Less(), number, graph.number(0, like: number, for: node), for: node)
        let wrapped = try graph.add(Add(), number, graph.number(Double(depth), like: number, for: node), for: node)
        let counted = try graph.add(Where(), isNegative, wrapped, number, for: node)
        let column = try graph.reshape(
            counted, to: shape.indices.map { $0 == axis ? 1 : shape[$0] }, name: node.name)
        let places = graph.addConstant(
            node.name, Tensor(shape.indices.map { $0 == axis ? depth : 1 }, (0..<Int64(depth)).map { $0 }))
        let isHot = try graph.add(Equal(), column, places, for: node)
        let values = try [0, 1].map { place in
            let picked = try graph.add(
                Slice(), node.inputs[2], graph.list([place], for: node), graph.list([place + 1], for: node), for: node)
            return try graph.reshape(picked, to: [], name: node.name)
        }
        return try graph.add(Where(), isHot, values[1], values[0], for: node)
    }
}
