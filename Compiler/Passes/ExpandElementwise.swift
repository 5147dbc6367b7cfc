import BNNMIR

/// Spells elementwise operators that the runtime has no kernel for in those it has, exactly:
///
/// - PRelu with slopes that differ from place to place: max(x, 0) + slope·min(x, 0), of which one term is 0;
/// - Neg: −1·x;
/// - a Sign that stays ternary because its zeros count: half the sum of two decisions, x > 0 and x ≥ 0.
///
/// Results are the same to the bit but for the sign of a zero, and Sign(NaN), which is −1.
public struct ExpandElementwise: Pass {
    public let takes = Stage.fused
    public init() {}

    public func run(_ graph: inout Graph, _ context: inout CompilationContext) throws {
        for id in graph.schedule() {
            let node = graph[id]
            guard let x = node.inputs.first ?? nil, graph[x].type.elementType == .float32, graph[x].type.rank >= 1,
                let y = try expanded(node, x, &graph)
            else { continue }
            graph.replaceUses(of: node.outputs[0], with: y)
        }
    }

    /// nil where the node stays as it is.
    private func expanded(_ node: Graph.Node, _ x: Graph.ValueID, _ graph: inout Graph) throws -> Graph.ValueID? {
        let rank = graph[x].type.rank
        switch node.op {
        case is PRelu:
            guard let slope = node.inputs[1].flatMap({ graph.constant($0)?.ofOneSample(rank: rank) }) else {
                return nil
            }
            // Channels are axis 1 of an image, and stand last in anything else.
            let others = rank == 4 ? slope.shape.dropFirst() : slope.shape.dropLast()
            return others.allSatisfy { $0 == 1 } ? nil : try rectifier(x, slope: slope, node, &graph)
        case is Neg: return try scaled(x, by: -1, node, &graph)
        case is Sign:
            let decisions = try [Float.leastNonzeroMagnitude, 0].map { point in
                let points = graph.addConstant(node.name, Tensor([Int](repeating: 1, count: rank), [point]))
                return try add(BinaryToFloat(), [try add(Decide(), [x, points], node, &graph)], node, &graph)
            }
            return try scaled(try add(Add(), decisions, node, &graph), by: 0.5, node, &graph)
        default: return nil
        }
    }

    private func rectifier(
        _ x: Graph.ValueID, slope: Tensor, _ node: Graph.Node, _ graph: inout Graph
    ) throws -> Graph.ValueID {
        let zero = graph.addConstant(node.name, Tensor([], [0 as Float]))
        let positive = try add(Relu(), [x], node, &graph)
        let negative = try add(Clip(), [x, nil, zero], node, &graph)
        let shift = graph.addConstant(node.name, Tensor([Int](repeating: 1, count: slope.shape.count), [0 as Float]))
        let sloped = try add(ScaleShift(), [negative, graph.addConstant(node.name, slope), shift], node, &graph)
        return try add(Add(), [positive, sloped], node, &graph)
    }

    private func scaled(
        _ x: Graph.ValueID, by factor: Float, _ node: Graph.Node, _ graph: inout Graph
    ) throws -> Graph.ValueID {
        let shape = [Int](repeating: 1, count: graph[x].type.rank - 1)
        let constants = [factor, 0].map { graph.addConstant(node.name, Tensor(shape, [$0])) }
        return try add(ScaleShift(), [x] + constants, node, &graph)
    }

    private func add(
        _ op: any Operator, _ inputs: [Graph.ValueID?], _ node: Graph.Node, _ graph: inout Graph
    ) throws -> Graph.ValueID {
        try graph.append(op, inputs, name: node.name, outputNames: [graph[node.outputs[0]].name])[0]
    }
}

extension Tensor {
    /// This constant operand of an operator over values of `rank` axes, without the batch axis; nil where it differs from
    /// sample to sample.
    func ofOneSample(rank: Int) -> Tensor? {
        guard rank >= 1, shape.count <= rank else { return nil }
        let full = [Int](repeating: 1, count: rank - shape.count) + shape
        return full[0] == 1 ? reshaped([Int](full.dropFirst())) : nil
    }
}
