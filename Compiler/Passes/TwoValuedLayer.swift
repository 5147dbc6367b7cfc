import BNNMIR

/// The binary operators that a convolution of two-valued inputs and weights becomes:
///
///     BinaryConv → AccumulatorToFloat                          gain·(accumulator·acc + offset …
///       + BinaryConv with weights +1 → float → · constant        + windowSum·sum
///       + constant of each border class, spread over the map     + offset, where it differs at the border)
///       → ScaleShift                                             + shift
///
/// Terms that are 0 everywhere have no operators: with inputs ±s and weights ±α only the first line is there.
struct TwoValuedLayer {
    private let node: Graph.Node
    private let conv: BinaryConv
    private let inputs: [(minus: Double, plus: Double)]
    private let weights: SnappedWeights
    private let classes: BorderClasses
    let terms: LayerTerms

    /// - Parameters:
    ///   - inputs: the input's two numbers, for each output channel.
    ///   - sourceShape: of the input without the padding that `window` has.
    init(
        node: Graph.Node, window: Window, groups: Int, padValue: Int, inputs: [(minus: Double, plus: Double)],
        weights: SnappedWeights, sourceShape: [Int], _ graph: Graph
    ) {
        self.node = node
        conv = BinaryConv(window: window, groups: groups, padValue: padValue)
        self.inputs = inputs
        self.weights = weights
        classes = BorderClasses(
            window, input: sourceShape, output: graph[node.outputs[0]].type.shape, countsPadding: padValue != 0)
        let bias = node.inputs.count > 2 ? node.inputs[2].flatMap { graph.constant($0)?.floats } : nil
        terms = LayerTerms(inputs: inputs, weights: weights, bias: bias, sums: classes.sums(of: weights.signs))
    }

    /// Adds the operators, and tells `context` how the weights were snapped.
    /// - Parameter mask: where ternary inputs ±1 are not 0; nil where they never are.
    /// - Returns: what stands for the convolution's result.
    func build(
        _ bits: Graph.ValueID, mask: Graph.ValueID?, _ graph: inout Graph, _ context: inout CompilationContext
    ) throws -> Graph.ValueID {
        var conv = conv
        conv.isMasked = mask != nil
        let acc = try append(conv, [bits, signs(&graph)] + (mask.map { [$0] } ?? []), &graph)
        let isBorderless = classes.count == 1 || !terms.hasOffsets
        var operands = [vector("alpha", terms.accumulator, &graph)]
        if terms.hasGain || terms.hasOffsets {
            let biases = terms.bias.indices.map {
                (classes.count == 1 ? terms.offsets[0][$0] : 0) + (terms.isScaled[$0] ? 0 : terms.bias[$0])
            }
            if biases.contains(where: { $0 != 0 }) { operands.append(vector("bias", biases, &graph)) }
        } else {
            operands += node.inputs.dropFirst(2).compactMap { $0 }
        }
        var y = try append(AccumulatorToFloat(), [acc] + operands, &graph)
        if terms.needsWindowSums {
            y = try append(Add(), [y, try windowSums(bits, mask: mask, &graph, &context)], &graph)
        }
        if !isBorderless { y = try append(Add(), [y, try borderMap(&graph)], &graph) }
        if terms.hasGain {
            let shift = terms.bias.indices.map { terms.isScaled[$0] ? terms.bias[$0] : 0 }
            let constants = [("gain", terms.gain), ("shift", shift)].map { vector($0, $1, &graph, shape: [-1, 1, 1]) }
            y = try append(ScaleShift(), [y] + constants, &graph)
        }
        var report = weights.report
        for (channel, pair) in inputs.enumerated() {
            // In what AccumulatorToFloat gives.
            let gain = terms.isScaled[channel] ? terms.gain[channel] : 1
            report.noise[channel] *= Float(max(abs(pair.minus), abs(pair.plus)) / gain)
        }
        context.snaps[node.name] = report
        if terms.needsWindowSums || !isBorderless {
            var lattice = terms.lattice
            lattice.step = mask == nil ? 2 : 1
            context.lattices[y] = lattice
        }
        return y
    }

    /// The weights' signs, turned in channels where the input's decision +1 stands for the smaller number.
    private func signs(_ graph: inout Graph) -> Graph.ValueID {
        let falls = inputs.map { $0.plus < $0.minus }
        return graph.addConstant(graph[node.inputs[1]!].name, weights.signs.negatingChannels(falls))
    }

    /// windowSum·sum for each output channel.
    private func windowSums(
        _ bits: Graph.ValueID, mask: Graph.ValueID?, _ graph: inout Graph, _ context: inout CompilationContext
    ) throws -> Graph.ValueID {
        let name = node.name + ".window_sum"
        let shape = [conv.groups] + weights.signs.shape.dropFirst()
        let ones = graph.addConstant(
            name, Tensor(TensorType(.binary, shape), .integer([Int64](repeating: 1, count: shape.reduce(1, *)))))
        var conv = conv
        conv.isMasked = mask != nil
        let acc = try graph.append(conv, [bits, ones] + (mask.map { [$0] } ?? []), name: name)[0]
        let one = graph.addConstant(name + ".alpha", Tensor([conv.groups], [Float](repeating: 1, count: conv.groups)))
        var sums = try graph.append(AccumulatorToFloat(), [acc, one], name: name)[0]
        let channels = inputs.count
        if conv.groups > 1, conv.groups != channels {
            let indices = (0..<channels).map { Int64($0 / (channels / conv.groups)) }
            let operand = graph.addConstant(name + ".group", Tensor([channels], indices))
            sums = try graph.append(Gather(axis: 1), [sums, operand], name: name)[0]
        }
        let factors = graph.addConstant(
            name + ".factor", Tensor([1, channels, 1, 1], terms.windowSum.map { Float($0) }))
        context.parts[name] = LayerPart(layer: node.name, role: .windowSum)
        return try graph.append(Mul(), [sums, factors], name: name)[0]
    }

    /// The offsets of each border class [1,M,rows,columns], spread over the map [1,M,H,W].
    private func borderMap(_ graph: inout Graph) throws -> Graph.ValueID {
        let name = node.name + ".border"
        let values = inputs.indices.flatMap { channel in terms.offsets.map { Float($0[channel]) } }
        var map = graph.addConstant(
            name, Tensor([1, inputs.count, classes.rows.count, classes.columns.count], values))
        for (axis, indices) in [(2, classes.rowIndices), (3, classes.columnIndices)]
        where indices != Array(0..<graph[map].type.shape[axis]) {
            let operand = graph.addConstant(name + ".class", Tensor([indices.count], indices.map { Int64($0) }))
            map = try graph.append(Gather(axis: axis), [map, operand], name: name)[0]
        }
        return map
    }

    private func vector(
        _ role: String, _ values: [Double], _ graph: inout Graph, shape: [Int] = [-1]
    ) -> Graph.ValueID {
        let shape = shape.map { $0 < 0 ? values.count : $0 }
        return graph.addConstant("\(graph[node.inputs[1]!].name).\(role)", Tensor(shape, values.map { Float($0) }))
    }

    private func append(
        _ op: any Operator, _ operands: [Graph.ValueID], _ graph: inout Graph
    ) throws -> Graph.ValueID {
        let outputName = op is BinaryConv ? node.name : graph[node.outputs[0]].name
        return try graph.append(op, operands, name: node.name, outputNames: [outputName])[0]
    }
}
