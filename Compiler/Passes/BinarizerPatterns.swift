import BNNMIR

/// P4: a bare Sign. One that gives a model's output from its input alone is no binarizer but arithmetic.
struct SignPattern: BinarizerPattern {
    func match(_ id: Graph.NodeID, _ graph: inout Graph) throws -> BinarizerMatch? {
        let node = graph[id]
        guard node.op is Sign, let x = node.inputs[0], graph[x].type.elementType == .float32 else { return nil }
        let y = node.outputs[0]
        if graph.isInput(x), graph.isOutput(y) { return nil }
        return BinarizerMatch(input: x, zero: .zero, replaced: y, probed: y, encoding: .signed)
    }
}

/// P5: `Where(comparison, ±1, ∓1)`.
struct ComparisonWherePattern: BinarizerPattern {
    func match(_ id: Graph.NodeID, _ graph: inout Graph) throws -> BinarizerMatch? {
        let node = graph[id]
        guard node.op is Where, let condition = node.inputs[0], let yes = graph.uniform(node.inputs[1]),
            let no = graph.uniform(node.inputs[2]), abs(yes) == 1, no == -yes,
            graph[node.outputs[0]].type.elementType == .float32,
            let comparison = Comparison(producing: condition, in: graph)
        else { return nil }
        let (input, zero) = try comparison.decision(truthIsPlus: yes == 1, &graph)
        return BinarizerMatch(
            input: input, zero: zero, replaced: node.outputs[0], probed: node.outputs[0], encoding: .signed)
    }
}

/// P5: comparison → Cast → ·2 − 1, with the constants on either side.
struct ComparisonCastPattern: BinarizerPattern {
    func match(_ id: Graph.NodeID, _ graph: inout Graph) throws -> BinarizerMatch? {
        guard let (code, signed) = DoubledMinusOne.match(id, graph), let result = signed.last,
            let (_, cast) = graph.producer(of: code, as: Cast.self), let condition = cast.inputs[0],
            graph[condition].type.elementType == .bool, graph[code].type.elementType == .float32,
            let comparison = Comparison(producing: condition, in: graph)
        else { return nil }
        let (input, zero) = try comparison.decision(truthIsPlus: true, &graph)
        return BinarizerMatch(
            input: input, zero: zero, replaced: result, probed: code, encoding: .zeroOne, signed: signed)
    }
}

/// P5: QONNX BipolarQuant with scale 1: +1 where x ≥ 0, else −1.
struct BipolarQuantPattern: BinarizerPattern {
    func match(_ id: Graph.NodeID, _ graph: inout Graph) throws -> BinarizerMatch? {
        let node = graph[id]
        guard node.op is BipolarQuant, let x = node.inputs[0], graph.uniform(node.inputs[1]) == 1,
            graph[x].type.elementType == .float32
        else { return nil }
        return BinarizerMatch(
            input: x, zero: .plus, replaced: node.outputs[0], probed: node.outputs[0], encoding: .signed)
    }
}

/// P5: ArgMax over two class scores of any origin, ·2 − 1.
struct ArgMaxPattern: BinarizerPattern {
    func match(_ id: Graph.NodeID, _ graph: inout Graph) throws -> BinarizerMatch? {
        guard let scored = TwoClassScores(producing: id, in: graph) else { return nil }
        let type = graph[scored.scores].type
        // Second score minus first, as a layer with weights −1 and 1: rounded once, so positive exactly where the second
        // is greater.
        let name = graph[scored.scores].name
        let image = try graph.reshape(
            scored.scores, to: [type.shape[0], 2, 1, type.shape[2...].reduce(1, *)], name: name)
        let weights = graph.addConstant(name + ".difference", Tensor([1, 2, 1, 1], [-1 as Float, 1]))
        let difference = try graph.append(Conv(window: Window(kernel: 1)), [image, weights], name: name)[0]
        let input = try graph.reshape(difference, to: graph[scored.result].type.shape, name: name)
        return BinarizerMatch(
            input: input, zero: .minus, replaced: scored.result, probed: scored.code, encoding: .zeroOne,
            signed: scored.signed)
    }
}

/// P5: `Where(Equal(s, 0), 1, s)` over a recognized Sign s: the same decisions, with sign(0) = +1.
struct ZeroIsPlusPattern: BinarizerPattern {
    func match(_ id: Graph.NodeID, _ graph: inout Graph) throws -> BinarizerMatch? {
        let node = graph[id]
        guard node.op is Where, let condition = node.inputs[0], graph.uniform(node.inputs[1]) == 1,
            let sign = node.inputs[2],
            let (_, equal) = graph.producer(of: condition, as: Equal.self),
            equal.inputs.contains(sign), let zero = equal.inputs.first(where: { $0 != sign }), graph.uniform(zero) == 0,
            let (_, float) = graph.producer(of: sign, as: BinaryToFloat.self),
            let (binarize, decided) = graph.producer(of: float.inputs[0]!, as: Binarize.self), binarize.zero == .zero
        else { return nil }
        let y = node.outputs[0]
        return BinarizerMatch(
            input: decided.inputs[0]!, zero: .plus, replaced: y, probed: y, encoding: .signed,
            superseded: float.inputs[0])
    }
}
