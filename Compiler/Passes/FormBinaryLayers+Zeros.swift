import BNNMIR

/// Signs that can see an exact zero by structure, and what becomes of them.
extension FormBinaryLayers {
    func settleZero(_ id: Graph.NodeID, _ graph: inout Graph, _ context: inout CompilationContext) throws {
        let node = graph[id]
        guard let x = node.inputs[0], let reason = try StructuralZeros.reason(x, in: graph, context) else { return }
        let name = graph[node.outputs[0]].name
        switch context.signZero {
        case .plus, .minus:
            graph[id].op = Binarize(zero: context.signZero == .plus ? .plus : .minus)
            context.remarks.append(
                "binarizer '\(name)': \(reason); decided \(context.signZero == .plus ? "+1" : "-1") as --sign-zero asks"
            )
        case .exact where graph.constant(x) == nil && onlyBinaryConvolutionsRead(id, graph):
            let mask = try graph.append(ZeroMask(), [x], name: node.name)[0]
            for index in graph.probes.indices where graph.probes[index].value == node.outputs[0] {
                graph.probes[index].mask = mask
            }
            context.remarks.append("binarizer '\(name)' is ternary: \(reason), and sign(0) is 0; zeros are masked")
        case .exact:
            try restoreSign(id, &graph)
            context.remarks.append(
                "binarizer '\(name)' is ternary and stays in float: \(reason), and sign(0) is 0; --sign-zero plus|minus makes it binary"
            )
        }
    }

    private func restoreSign(_ id: Graph.NodeID, _ graph: inout Graph) throws {
        let node = graph[id]
        let name = graph[node.outputs[0]].name
        let sign: Graph.ValueID
        if let constant = node.inputs[0].flatMap({ graph.constant($0) }) {
            sign = graph.addConstant(name, try Sign().evaluate([constant])[0])
        } else {
            sign = try graph.append(Sign(), [node.inputs[0]], name: name)[0]
        }
        for reader in graph.uses()[node.outputs[0]] ?? [] where graph[reader].op is BinaryToFloat {
            graph.replaceUses(of: graph[reader].outputs[0], with: sign)
        }
    }

    /// Those that read the decisions as numbers; nil where somebody else, or a graph output, reads them.
    private func numberReaders(of id: Graph.NodeID, _ graph: Graph) -> [Graph.NodeID]? {
        let uses = graph.uses(), bits = graph[id].outputs[0]
        var readers: [Graph.NodeID] = []
        for reader in uses[bits] ?? [] {
            guard graph[reader].op is BinaryToFloat, !graph.isOutput(graph[reader].outputs[0]) else { return nil }
            readers += uses[graph[reader].outputs[0]] ?? []
        }
        return graph.isOutput(bits) ? nil : readers
    }

    /// Whether every reader is a convolution with constant ±α weights, so that the decisions may be masked.
    private func onlyBinaryConvolutionsRead(_ id: Graph.NodeID, _ graph: Graph) -> Bool {
        guard let readers = numberReaders(of: id, graph), !readers.isEmpty else { return false }
        return readers.allSatisfy { reader in
            let node = graph[reader]
            guard node.op is Conv, node.inputs[0].map({ graph[$0].type.rank }) == 4,
                graph.producer(of: node.inputs[0]!, as: BinaryToFloat.self) != nil,
                let weights = node.inputs[1].flatMap({ graph.constant($0) }),
                case .success = SnappedWeights.snap(weights),
                weights.elementCount / weights.shape[0] <= AccumulatorLimit.products
            else { return false }
            return node.inputs.dropFirst(2).allSatisfy { $0 == nil || graph.constant($0!) != nil }
        }
    }
}

extension Graph {
    /// Where ternary decisions are not 0; nil where they never are.
    func mask(of decisions: ValueID) -> ValueID? {
        guard let (_, binarize) = producer(of: decisions, as: Binarize.self), let x = binarize.inputs[0] else {
            return nil
        }
        return (uses()[x] ?? []).lazy.map { self[$0] }.first { $0.op is ZeroMask }?.outputs[0]
    }
}
