import BNNMIR

/// Convolutions of two-valued inputs and two-valued weights, found and refused here; `TwoValuedLayer` makes the graph of
/// binary operators. With inputs ±1 and weights ±α that is a BinaryConv and an AccumulatorToFloat.
extension FormBinaryLayers {
    func formConvolution(_ id: Graph.NodeID, _ graph: inout Graph, _ context: inout CompilationContext) throws {
        let node = graph[id]
        guard let conv = node.op as? Conv, let x = node.inputs[0], let w = node.inputs[1], graph[x].type.rank == 4
        else { return }
        var window = conv.window
        var source = x
        var filler: Double?
        if let pad = SpatialPad(producing: x, in: graph), !window.hasPadding {
            source = pad.source
            filler = Double(pad.value)
            window = pad.added(to: window)
        }
        guard let values = try TwoValues(source, in: graph) else {
            context.floatLayers[node.name] = try FloatReason(ofInput: source, weights: w, graph)
            return
        }
        func stays(_ kind: FloatReason.Kind, _ reason: String) throws {
            context.floatLayers[node.name] = FloatReason(
                kind, "its input is binary, but \(reason)", isFallback: try graph.isTwoValued(w))
        }

        // Padding that equals one of the two values is that decision; a convolution's own padding is 0.
        var padValue = 0
        if filler != nil || window.hasPadding {
            let number = filler ?? 0
            if values.minus.allSatisfy({ $0 == number }) {
                padValue = -1
            } else if values.plus.allSatisfy({ $0 == number }) {
                padValue = 1
            } else if let filler {
                return try stays(
                    .otherPadding, "it is padded with \(Float(filler)), which is neither of its two values")
            }
        }
        guard let weights = graph.constant(w) else {
            return try stays(.computedWeights, "its weights depend on the model's input")
        }
        let products = weights.elementCount / max(1, weights.shape[0])
        guard products <= AccumulatorLimit.products else {
            return try stays(
                .tooManyProducts,
                "its \(products) products an output are more than the \(AccumulatorLimit.products) that accumulators hold exactly"
            )
        }
        let snapped: SnappedWeights
        switch SnappedWeights.snap(weights) {
        case .success(let result): snapped = result
        case .failure(let refusal): return try stays(refusal.kind, refusal.description)
        }
        if let bias = node.inputs.count > 2 ? node.inputs[2] : nil, graph.constant(bias) == nil {
            return try stays(.computedBias, "its bias depends on the model's input")
        }
        guard
            let inputs = values.ofOutputs(weights.shape[0], groups: conv.groups, channels: graph[source].type.shape[1])
        else { return try stays(.mixedGroup, "it takes other values in other channels of a group") }
        let layer = TwoValuedLayer(
            node: node, window: window, groups: conv.groups, padValue: padValue, inputs: inputs, weights: snapped,
            sourceShape: graph[source].type.shape, graph)
        guard layer.terms.isFinite else { return try stays(.factorsBeyondFloat, "its factors are beyond float32") }
        let bits = try values.movedBits(&graph)
        let y = try layer.build(bits, mask: graph.mask(of: bits), &graph, &context)
        graph.replaceUses(of: node.outputs[0], with: y)
    }
}

extension TwoValues {
    /// The input's two numbers for each output channel of a convolution; nil where those of a group's input channels
    /// differ.
    fileprivate func ofOutputs(_ outputs: Int, groups: Int, channels: Int) -> [(minus: Double, plus: Double)]? {
        let groupIn = channels / groups, groupOut = outputs / groups
        let pairs = (0..<channels).map { pair(ofChannel: $0) }
        guard pairs.indices.allSatisfy({ pairs[$0] == pairs[$0 / groupIn * groupIn] }) else { return nil }
        return (0..<outputs).map { pairs[$0 / groupOut * groupIn] }
    }
}
