import BNNMIR

/// Spells reductions and normalizations in sums, means and extremes along axes: the other ONNX reductions, Softmax,
/// LogSoftmax and LayerNormalization, in the steps in which the interpreter computes them.
public struct ExpandReductions: Expansion {
    public init() {}

    func expanded(_ node: Graph.Node, _ graph: inout Graph) throws -> [Graph.ValueID]? {
        guard let x = node.inputs.first ?? nil else { return nil }
        switch node.op {
        case let op as ReduceL1:
            return [try sum(op, of: try graph.add(Abs(), x, for: node), node, &graph)]
        case let op as ReduceSumSquare:
            return [try sum(op, of: try graph.add(Mul(), x, x, for: node), node, &graph)]
        case let op as ReduceL2 where graph[x].type.elementType == .float32:
            let squares = try sum(op, of: try graph.add(Mul(), x, x, for: node), node, &graph)
            return [try graph.add(Sqrt(), squares, for: node)]
        case let op as Softmax: return [try softmax(axes(op, graph[x].type.rank), isLogarithm: false, x, node, &graph)]
        case let op as LogSoftmax:
            return [try softmax(axes(op, graph[x].type.rank), isLogarithm: true, x, node, &graph)]
        case let op as LayerNormalization: return try layerNormalization(op, x, node, &graph)
        default: return nil
        }
    }

    private func sum(
        _ op: some Reduction, of terms: Graph.ValueID, _ node: Graph.Node, _ graph: inout Graph
    ) throws -> Graph.ValueID {
        let axes = graph.list(try op.axes(graph.operands(node)), for: node)
        return try graph.add(ReduceSum(keepsDimensions: op.keepsDimensions), terms, axes, for: node)
    }

    // MARK: - Softmax

    private func axes(_ op: some SoftmaxFunction, _ rank: Int) -> [Int] {
        let first = op.axis < 0 ? op.axis + rank : op.axis
        return op.coversTrailingAxes ? Array(first..<rank) : [first]
    }

    /// e / s or d − ln s, with d = x − max x, e = exp d and s = Σe.
    private func softmax(
        _ axes: [Int], isLogarithm: Bool, _ x: Graph.ValueID, _ node: Graph.Node, _ graph: inout Graph
    ) throws -> Graph.ValueID {
        guard !axes.isEmpty else {
            // Every element is a row of its own.
            let shape = graph[x].type.shape
            let rows = try graph.reshape(x, to: shape + [1], name: node.name)
            let result = try softmax([shape.count], isLogarithm: isLogarithm, rows, node, &graph)
            return try graph.reshape(result, to: shape, name: node.name)
        }
        let list = graph.list(axes, for: node)
        let greatest = try graph.add(ReduceMax(), x, list, for: node)
        let difference = try graph.add(Sub(), x, greatest, for: node)
        let exponential = try graph.add(Exp(), difference, for: node)
        let sum = try graph.add(ReduceSum(), exponential, list, for: node)
        guard isLogarithm else { return try graph.add(Div(), exponential, sum, for: node) }
        return try graph.add(Sub(), difference, try graph.add(Log(), sum, for: node), for: node)
    }

    // MARK: - LayerNormalization

    /// d · 1/√(Σd²/n + ε) · Scale + B, with d = x − Σx/n; then the mean and 1/√(…) where they are asked for.
    private func layerNormalization(
        _ op: LayerNormalization, _ x: Graph.ValueID, _ node: Graph.Node, _ graph: inout Graph
    ) throws -> [Graph.ValueID] {
        let rank = graph[x].type.rank
        let axes = graph.list(Array((op.axis < 0 ? op.axis + rank : op.axis)..<rank), for: node)
        let mean = try graph.add(ReduceMean(), x, axes, for: node)
        let difference = try graph.add(Sub(), x, mean, for: node)
        let squares = try graph.add(Mul(), difference, difference, for: node)
        let variance = try graph.add(ReduceMean(), squares, axes, for: node)
        let epsilon = graph.number(Double(op.epsilon), like: x, for: node)
        let deviation = try graph.add(Sqrt(), try graph.add(Add(), variance, epsilon, for: node), for: node)
        let inverse = try graph.add(Div(), graph.number(1, like: x, for: node), deviation, for: node)
        var y = try graph.add(Mul(), difference, inverse, for: node)
        y = try graph.add(Mul(), y, node.inputs[1], for: node)
        if node.inputs.count > 2, let shift = node.inputs[2] { y = try graph.add(Add(), y, shift, for: node) }
        return [y, mean, inverse]
    }
}
