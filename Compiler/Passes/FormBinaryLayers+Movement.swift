import BNNMIR

/// Decisions that are pooled, moved, joined or cut stay decisions: op(float(b)) is float(op(b)).
extension FormBinaryLayers {
    /// Makes `op(float(b), …)` float(op(b, …)) where every computed operand is such a float.
    /// - Parameter awaited: of the graph as it was before its first layer was formed.
    func carryThrough(_ id: Graph.NodeID, _ awaited: AwaitedValues, _ graph: inout Graph) throws {
        let node = graph[id]
        guard node.outputs.count == 1, !node.inputs.isEmpty else { return }
        let output = node.outputs[0]
        let data = FormBinaryLayers.dataOperands(of: node)
        var inputs = node.inputs
        for position in data {
            guard let input = node.inputs[position] else { return }
            if let (_, unpacked) = graph.producer(of: input, as: BinaryToFloat.self) {
                inputs[position] = unpacked.inputs[0]
            } else if let constant = graph.constant(input), let decisions = FormBinaryLayers.decisions(constant) {
                // A part on which the binarizer's decisions are known: a phase that no input reaches.
                inputs[position] = graph.addConstant(graph[input].name, decisions)
            } else {
                return
            }
        }
        guard inputs.contains(where: { $0.map { graph.constant($0) == nil } ?? false }) else { return }
        guard isCarried(node, awaited) else { return }
        let name = graph[output].name
        let bits: Graph.ValueID
        if let pool = node.op as? MaxPool {
            // MaxPool of ±1 numbers is the maximum of decisions.
            guard let x = inputs[0], graph[x].type.rank == 4 else { return }
            bits = try graph.binaryPool(x, like: pool, output: output, minimum: nil)
        } else {
            bits = try graph.append(node.op, inputs, name: node.name, outputNames: [name])[0]
        }
        graph.updateProbes(of: output) { $0.value = bits }
        let float = try graph.append(BinaryToFloat(), [bits], name: node.name, outputNames: [name])[0]
        graph.replaceUses(of: output, with: float)
    }

    /// Constant numbers that are decisions, as such.
    private static func decisions(_ constant: Tensor) -> Tensor? {
        guard constant.elementType == .float32, constant.floats.allSatisfy({ abs($0) == 1 }) else { return nil }
        return Tensor(constant.shape, constant.floats.map { Int64($0) }, .binary)
    }

    /// Which operands hold what is moved; the others say how.
    private static func dataOperands(of node: Graph.Node) -> Range<Int> {
        node.op is Concat ? node.inputs.indices : 0..<1
    }

    private func isCarried(_ node: Graph.Node, _ awaited: AwaitedValues) -> Bool {
        switch node.op {
        case is MaxPool, is Reshape: return true
        case is Transpose, is DepthToSpace, is Concat, is Slice: break
        case let pad as Pad:
            // A Pad with a constant joins the layer behind it.
            guard pad.mode != .constant else { return false }
        default: return false
        }
        return awaited.contains(node.outputs[0])
    }
}
