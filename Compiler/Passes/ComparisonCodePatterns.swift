import BNNMIR

/// `Cast(comparison)` to float32 without ·2 − 1 behind it: a decision as 0 and 1, such as a binary attention map.
struct ComparisonCodePattern: BinarizerPattern {
    func match(_ id: Graph.NodeID, _ graph: inout Graph) throws -> BinarizerMatch? {
        let node = graph[id]
        guard node.op is Cast, let condition = node.inputs[0], graph[condition].type.elementType == .bool else {
            return nil
        }
        return try code(node.outputs[0], of: condition, truthIsPlus: true, &graph)
    }
}

/// `Where(comparison, 1, 0)` and `Where(comparison, 0, 1)`.
struct ComparisonWhereCodePattern: BinarizerPattern {
    func match(_ id: Graph.NodeID, _ graph: inout Graph) throws -> BinarizerMatch? {
        let node = graph[id]
        guard node.op is Where, let condition = node.inputs[0], let yes = graph.uniform(node.inputs[1]),
            let no = graph.uniform(node.inputs[2]), Set([yes, no]) == [0, 1]
        else { return nil }
        return try code(node.outputs[0], of: condition, truthIsPlus: yes == 1, &graph)
    }
}

extension BinarizerPattern {
    /// A mask that layers multiply; any other (in a piecewise function) stays a mask.
    fileprivate func code(
        _ value: Graph.ValueID, of condition: Graph.ValueID, truthIsPlus: Bool, _ graph: inout Graph
    ) throws -> BinarizerMatch? {
        guard graph[value].type.elementType == .float32, graph[value].type.rank >= 1,
            let comparison = Comparison(producing: condition, in: graph),
            graph.leadsToLayer(value)
        else { return nil }
        let (input, zero) = try comparison.decision(truthIsPlus: truthIsPlus, &graph)
        return BinarizerMatch(
            input: input, zero: zero, replaced: value, probed: value, encoding: .zeroOne, isCode: true)
    }
}

extension Graph {
    /// Whether a layer that multiplies its operand reads `value`, be it through operators that move its elements or map
    /// each to one number: what leaves a decision a decision.
    fileprivate func leadsToLayer(_ value: ValueID) -> Bool {
        var pending = [value]
        var seen = Set(pending)
        while let value = pending.popLast() {
            for id in readers(of: value) {
                let node = self[id]
                var next: [ValueID] = []
                switch node.op {
                case is Conv, is MatMul, is Gemm, is ConvTranspose: return true
                case is Reshape, is Flatten, is Squeeze, is Unsqueeze, is Transpose, is Identity, is MaxPool, is Pad,
                    is Slice, is Split, is Concat, is DepthToSpace, is Gather:
                    next = node.outputs
                default:
                    let others = node.inputs.compactMap { $0 }.filter { $0 != value }
                    if Elementwise.isElementwise(node.op), others.allSatisfy({ constant($0) != nil }) {
                        next = node.outputs
                    }
                }
                // A straight-through estimator gives the decision back: s − p + p.
                for reader in node.outputs.flatMap({ readers(of: $0) })
                where StraightThroughPattern.operands(reader, self).contains(where: { $0.sign == value }) {
                    next += self[reader].outputs
                }
                pending += next.filter { seen.insert($0).inserted }
            }
        }
        return false
    }
}
