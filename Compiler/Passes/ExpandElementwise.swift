import BNNMIR

/// Spells operators on single elements in those that the runtime has. Results are the same to the bit but for the sign of
/// a zero, Sign(NaN), which is −1, and the rounding of Elu.
public struct ExpandElementwise: Expansion {
    public init() {}

    func expanded(_ node: Graph.Node, _ graph: inout Graph) throws -> [Graph.ValueID]? {
        guard let x = node.inputs.first ?? nil else { return nil }
        let isReal = graph[x].type.elementType == .float32
        switch node.op {
        case is PRelu where isReal: return try prelu(node, x, &graph).map { [$0] }
        case let op as Elu where isReal: return [try elu(op, node, x, &graph)]
        case let op as HardSigmoid where isReal: return [try hardSigmoid(op.alpha, op.beta, node, x, &graph)]
        case is HardSwish where isReal:
            return [try graph.add(Mul(), x, try hardSigmoid(Float(1) / 6, 0.5, node, x, &graph), for: node)]
        case is Reciprocal where isReal:
            return [try graph.add(Div(), graph.number(1, like: x, for: node), x, for: node)]
        case is Neg: return [try negated(node, x, isReal, &graph)]
        case is Abs where !isReal: return [try graph.add(Max(), x, try negated(node, x, false, &graph), for: node)]
        case is Relu where !isReal: return [try graph.add(Max(), x, graph.number(0, like: x, for: node), for: node)]
        case is Clip: return try clip(node, x, isReal, &graph).map { [$0] }
        case is Sign: return [try isReal ? ternarySign(node, x, &graph) : integerSign(node, x, &graph)]
        case is Pow: return try power(node, x, &graph).map { [$0] }
        default: return nil
        }
    }

    /// Slopes that differ from place to place, or are computed: max(x, 0) + slope·min(x, 0), of which one term is 0.
    private func prelu(_ node: Graph.Node, _ x: Graph.ValueID, _ graph: inout Graph) throws -> Graph.ValueID? {
        let rank = graph[x].type.rank, operand = node.inputs[1]!
        if let slope = graph.constant(operand)?.ofOneSample(rank: rank) {
            // Channels are axis 1 of an image, and stand last in anything else.
            let others = rank == 4 ? slope.shape.dropFirst() : slope.shape.dropLast()
            if others.allSatisfy({ $0 == 1 }) { return nil }
        }
        let zero = graph.number(0, like: x, for: node)
        let positive = try graph.add(Relu(), x, for: node), negative = try graph.add(Clip(), x, nil, zero, for: node)
        return try graph.add(Add(), positive, try graph.add(Mul(), negative, operand, for: node), for: node)
    }

    /// α·(eˣ − 1) where x < 0, by eˣ − 1 = tanh(x/2)·(eˣ + 1), which keeps its digits near 0.
    private func elu(
        _ op: Elu, _ node: Graph.Node, _ x: Graph.ValueID, _ graph: inout Graph
    ) throws -> Graph.ValueID {
        let zero = graph.number(0, like: x, for: node), one = graph.number(1, like: x, for: node)
        let negative = try graph.add(Clip(), x, nil, zero, for: node)
        let half = try graph.add(Mul(), negative, graph.number(0.5, like: x, for: node), for: node)
        let sum = try graph.add(Add(), try graph.add(Exp(), negative, for: node), one, for: node)
        let product = try graph.add(Mul(), try graph.add(Tanh(), half, for: node), sum, for: node)
        let alpha = graph.number(Double(op.alpha), like: x, for: node)
        let scaled = try graph.add(Mul(), product, alpha, for: node)
        return try graph.add(Add(), try graph.add(Relu(), x, for: node), scaled, for: node)
    }

    private func hardSigmoid(
        _ alpha: Float, _ beta: Float, _ node: Graph.Node, _ x: Graph.ValueID, _ graph: inout Graph
    ) throws -> Graph.ValueID {
        let scaled = try graph.add(Mul(), x, graph.number(Double(alpha), like: x, for: node), for: node)
        let shifted = try graph.add(Add(), scaled, graph.number(Double(beta), like: x, for: node), for: node)
        let limits = [0, 1].map { graph.number($0, like: x, for: node) }
        return try graph.add(Clip(), shifted, limits[0], limits[1], for: node)
    }

    /// −1·x, or 0 − x of integers.
    private func negated(
        _ node: Graph.Node, _ x: Graph.ValueID, _ isReal: Bool, _ graph: inout Graph
    ) throws -> Graph.ValueID {
        isReal
            ? try graph.add(Mul(), x, graph.number(-1, like: x, for: node), for: node)
            : try graph.add(Sub(), graph.number(0, like: x, for: node), x, for: node)
    }

    /// Computed limits, those that cross or are no numbers, or integers: min(max(x, least), greatest).
    private func clip(
        _ node: Graph.Node, _ x: Graph.ValueID, _ isReal: Bool, _ graph: inout Graph
    ) throws -> Graph.ValueID? {
        let limits = [1, 2].map { $0 < node.inputs.count ? node.inputs[$0] : nil }
        let constants = limits.map { $0.map { graph.constant($0)?.floats[0] } }
        if isReal, let least = constants[0] ?? -.infinity, let greatest = constants[1] ?? .infinity, least <= greatest {
            return nil
        }
        let above = try limits[0].map { try graph.add(Max(), x, $0, for: node) } ?? x
        return try limits[1].map { try graph.add(Min(), above, $0, for: node) } ?? above
    }

    /// A Sign that stays ternary because its zeros count: half the sum of two decisions, x > 0 and x ≥ 0.
    private func ternarySign(_ node: Graph.Node, _ x: Graph.ValueID, _ graph: inout Graph) throws -> Graph.ValueID {
        guard graph[x].type.rank > 0 else {
            let image = try graph.reshape(x, to: [1], name: node.name)
            let sign = try ternarySign(node, image, &graph)
            return try graph.reshape(sign, to: [], name: node.name)
        }
        let ones = [Int](repeating: 1, count: graph[x].type.rank)
        let decisions = try [Float.leastNonzeroMagnitude, 0].map { point in
            let points = graph.addConstant(node.name, Tensor(ones, [point]))
            return try graph.add(BinaryToFloat(), try graph.add(Decide(), x, points, for: node), for: node)
        }
        let sum = try graph.add(Add(), decisions[0], decisions[1], for: node)
        return try graph.add(Mul(), sum, graph.number(0.5, like: x, for: node), for: node)
    }

    private func integerSign(_ node: Graph.Node, _ x: Graph.ValueID, _ graph: inout Graph) throws -> Graph.ValueID {
        let zero = graph.number(0, like: x, for: node), type = graph[x].type.elementType
        let above = try graph.add(Less(), zero, x, for: node), below = try graph.add(Less(), x, zero, for: node)
        return try graph.add(
            Sub(), try graph.add(Cast(to: type), above, for: node), try graph.add(Cast(to: type), below, for: node),
            for: node)
    }

    /// Squares and cubes as products, in which the interpreter computes them too.
    private func power(_ node: Graph.Node, _ x: Graph.ValueID, _ graph: inout Graph) throws -> Graph.ValueID? {
        guard let exponent = graph.operand(node.inputs[1]!).constant, exponent.elementCount == 1,
            graph[node.outputs[0]].type == graph[x].type, graph[x].type.elementType == .float32
        else { return nil }
        let square = { (graph: inout Graph) in try graph.add(Mul(), x, x, for: node) }
        switch exponent.doubles[0] {
        case 2: return try square(&graph)
        case 3: return try graph.add(Mul(), try square(&graph), x, for: node)
        default: return nil
        }
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
