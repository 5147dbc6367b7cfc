import BNNMIR

/// Signs that can see an exact zero by structure, and what becomes of them.
extension FormBinaryLayers {
    /// - Parameter zeros: what is known from the signs before it.
    func settleZero(
        _ id: Graph.NodeID, _ zeros: inout StructuralZeros, _ graph: inout Graph, _ context: inout CompilationContext
    ) throws {
        let node = graph[id]
        guard let x = node.inputs[0], let reason = try zeros.reason(x, in: graph, context) else { return }
        let name = graph[node.outputs[0]].name
        func record(_ outcome: StructuralZero.Outcome) {
            context.structuralZeros[name] = StructuralZero(reason: reason, outcome: outcome)
        }
        switch context.signZero {
        case .plus, .minus:
            record(.decided(context.signZero == .plus ? 1 : -1))
            graph[id].op = Binarize(zero: context.signZero == .plus ? .plus : .minus)
            context.remarks.append(
                "binarizer '\(name)': \(reason); decided \(context.signZero == .plus ? "+1" : "-1") as --sign-zero asks"
            )
        case .exact where graph.constant(x) == nil && onlyBinaryConvolutionsRead(id, graph):
            record(.masked)
            try maskZeros(id, &graph)
            context.remarks.append("binarizer '\(name)' is ternary: \(reason), and sign(0) is 0; zeros are masked")
        case .exact:
            record(.ternary)
            try restoreSign(id, &graph)
            context.remarks.append(
                "binarizer '\(name)' is ternary and stays in float: \(reason), and sign(0) is 0; --sign-zero plus|minus makes it binary"
            )
        }
    }

    /// Adds the mask of what convolutions read, and pools the decisions x ≥ 0 and x > 0: the maximum of ternary numbers is
    /// 0 where only the former holds anywhere in the window.
    private func maskZeros(_ id: Graph.NodeID, _ graph: inout Graph) throws {
        let node = graph[id], signs = node.outputs[0]
        let pools = (numberReaders(of: id, graph) ?? []).filter { graph[$0].op is MaxPool }
        var mask: Graph.ValueID?
        if pools.count < (numberReaders(of: id, graph) ?? []).count {
            mask = try graph.append(ZeroMask(), [node.inputs[0]], name: node.name)[0]
        }
        if !pools.isEmpty {
            let positive = try graph.append(PositiveSign(), [node.inputs[0]], name: node.name)[0]
            for pool in pools { try formTernaryPool(pool, signs, positive, &graph) }
            if mask == nil { graph.mask(probesOf: signs, by: positive, differs: true) }
        }
        if let mask { graph.mask(probesOf: signs, by: mask, differs: false) }
    }

    private func formTernaryPool(
        _ id: Graph.NodeID, _ signs: Graph.ValueID, _ positive: Graph.ValueID, _ graph: inout Graph
    ) throws {
        guard let pool = graph[id].op as? MaxPool else { return }
        let output = graph[id].outputs[0], name = graph[output].name
        let pooled = try [signs, positive].map { try graph.binaryPool($0, like: pool, output: output, minimum: nil) }
        _ = try graph.append(BinaryDifference(), pooled, name: graph[id].name, outputNames: [name + ".zeros"])
        let float = try graph.append(BinaryToFloat(), [pooled[0]], name: graph[id].name, outputNames: [name])[0]
        graph.replaceUses(of: output, with: float)
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
        for reader in graph.readers(of: node.outputs[0]) where graph[reader].op is BinaryToFloat {
            graph.replaceUses(of: graph[reader].outputs[0], with: sign)
        }
    }

    /// Those that read the decisions as numbers; nil where somebody else, or a graph output, reads them.
    private func numberReaders(of id: Graph.NodeID, _ graph: Graph) -> [Graph.NodeID]? {
        let bits = graph[id].outputs[0]
        var readers: [Graph.NodeID] = []
        for reader in graph.readers(of: bits) {
            guard graph[reader].op is BinaryToFloat, !graph.isOutput(graph[reader].outputs[0]) else { return nil }
            readers += graph.readers(of: graph[reader].outputs[0])
        }
        return graph.isOutput(bits) ? nil : readers
    }

    /// Whether every reader is a convolution with constant ±α weights, or a max-pool that only such ones read, so that the
    /// decisions may be masked.
    private func onlyBinaryConvolutionsRead(_ id: Graph.NodeID, _ graph: Graph) -> Bool {
        guard let readers = numberReaders(of: id, graph), !readers.isEmpty else { return false }
        return readers.allSatisfy { reader in
            let node = graph[reader], x = node.inputs[0]!
            guard graph[x].type.rank == 4, graph.producer(of: x, as: BinaryToFloat.self) != nil else { return false }
            guard node.op is MaxPool else { return isBinaryConvolution(node, graph) }
            let layers = graph.readers(of: node.outputs[0])
            return !graph.isOutput(node.outputs[0]) && !layers.isEmpty
                && layers.allSatisfy {
                    graph[$0].inputs[0] == node.outputs[0] && isBinaryConvolution(graph[$0], graph)
                }
        }
    }

    /// Whether a node is a convolution with constant ±α weights, so that it is binary where its input is.
    private func isBinaryConvolution(_ node: Graph.Node, _ graph: Graph) -> Bool {
        guard node.op is Conv, let weights = node.inputs[1].flatMap({ graph.constant($0) }),
            case .success = SnappedWeights.snap(weights),
            weights.elementCount / weights.shape[0] <= AccumulatorLimit.products
        else { return false }
        return node.inputs.dropFirst(2).allSatisfy { $0 == nil || graph.constant($0!) != nil }
    }
}

extension Graph {
    /// Where ternary decisions are not 0; nil where they never are.
    func mask(of decisions: ValueID) -> ValueID? {
        if let (_, binarize) = producer(of: decisions, as: Binarize.self), let x = binarize.inputs[0] {
            return firstReader(of: x, as: ZeroMask.self)?.outputs[0]
        }
        return firstReader(of: decisions, as: BinaryDifference.self)?.outputs[0]
    }

    private func firstReader<Op: Operator>(of value: ValueID, as: Op.Type) -> Node? {
        readers(of: value).lazy.map { self[$0] }.first { $0.op is Op }
    }

    fileprivate mutating func mask(probesOf decisions: ValueID, by mask: ValueID, differs: Bool) {
        updateProbes(of: decisions) { probe in
            probe.mask = mask
            probe.maskDiffers = differs
        }
    }
}
