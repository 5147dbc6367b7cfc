import BNNMIR

/// Spells a Conv or ConvTranspose over three or more spatial axes as one over two: along each axis before the last two,
/// the slices that an output multiplies become channels of a sample of its own, slices of zeros where there is none.
///
///     x [N,C,D,H,W] → Pad by a slice of zeros → Gather the slices of each output → [N·D′, C·k, H, W]
///       → Conv, ConvTranspose → [N·D′, M, H′, W′] → [N,M,D′,H′,W′]
///
/// The same products are summed, and rounded once. Weights must be constant, and finite: what is padded stays zero.
public struct UnrollVolumeConvolutions: Pass {
    public let takes = Stage.binary
    public init() {}

    public func run(_ graph: inout Graph, _ context: inout CompilationContext) throws {
        for id in graph.schedule() {
            let node = graph[id]
            guard let op = node.op as? VolumeConv, let x = node.inputs[0], let w = node.inputs[1],
                graph[x].type.elementType == .float32, graph[x].type.elementCount > 0,
                let weights = graph.constant(w), weights.elementCount > 0, weights.floats.allSatisfy(\.isFinite)
            else { continue }
            let bias = node.inputs.count > 2 ? node.inputs[2] : nil
            let y = try unrolled(op, x, weights, bias, node, &graph)
            graph.replaceUses(of: node.outputs[0], with: y)
        }
    }

    private func unrolled(
        _ op: VolumeConv, _ x: Graph.ValueID, _ weights: Tensor, _ bias: Graph.ValueID?, _ node: Graph.Node,
        _ graph: inout Graph
    ) throws -> Graph.ValueID {
        let type = graph[x].type, target = graph[node.outputs[0]].type.shape
        let name = graph[node.outputs[0]].name
        let unrolledCount = op.axes.count - 2
        var value = x
        for axis in 0..<unrolledCount {
            value = try slices(
                of: value, alongAxis: 2 + axis, op.sources(alongAxis: axis, of: type), name: node.name, &graph)
        }
        // [N, C, D′₀, k₀, D′₁, k₁, …, H, W] → [N·D′…, C·k…, H, W].
        let split = graph[value].type.shape
        let outputs = (0..<unrolledCount).map { 2 + 2 * $0 }, taps = outputs.map { $0 + 1 }
        let order = [0] + outputs + [1] + taps + [split.count - 2, split.count - 1]
        let turned = try graph.append(Transpose(permutation: order), [value], name: node.name)[0]
        let samples = target[0] * target[2..<2 + unrolledCount].reduce(1, *)
        let products = type.shape[1] * taps.map { split[$0] }.reduce(1, *)
        let images = try graph.reshape(turned, to: [samples, products] + split.suffix(2), name: node.name)

        let kernel = graph.addConstant(graph[node.inputs[1]!].name, self.weights(weights, of: op))
        let y = try graph.append(layer(op), [images, kernel, bias], name: node.name, outputNames: [name])[0]
        // [N·D′…, M, H′, W′] → [N, M, D′…, H′, W′].
        let parts = [target[0]] + target[2..<2 + unrolledCount] + [target[1]] + target.suffix(2)
        let volumes = try graph.reshape(y, to: parts, name: node.name)
        let back = [0, 1 + unrolledCount] + (1...unrolledCount) + [unrolledCount + 2, unrolledCount + 3]
        return try graph.append(Transpose(permutation: back), [volumes], name: node.name, outputNames: [name])[0]
    }

    /// The slices that the taps at each output read, with an axis of outputs and one of taps in the place of `axis`
    /// (which is twice as far along for each axis done before).
    private func slices(
        of value: Graph.ValueID, alongAxis axis: Int, _ sources: [[Int?]], name: String, _ graph: inout Graph
    ) throws -> Graph.ValueID {
        let place = 2 * axis - 2
        var shape = graph[value].type.shape
        let extent = shape[place]
        var source = value
        if sources.contains(where: { $0.contains(nil) }) {
            var pads = [Int64](repeating: 0, count: 2 * shape.count)
            pads[shape.count + place] = 1
            source = try graph.append(
                Pad(), [value, graph.addConstant(name + ".pads", Tensor([pads.count], pads))], name: name)[0]
        }
        let indices = sources.flatMap { $0.map { Int64($0 ?? extent) } }
        let picks = graph.addConstant(name + ".slices", Tensor([indices.count], indices))
        let gathered = try graph.append(Gather(axis: place), [source, picks], name: name)[0]
        shape.replaceSubrange(place...place, with: [sources.count, indices.count / max(1, sources.count)])
        return try graph.reshape(gathered, to: shape, name: name)
    }

    /// The kernel over the last two axes, whose input channels are those of the volume's with their taps.
    private func weights(_ weights: Tensor, of op: VolumeConv) -> Tensor {
        let shape = weights.shape, taps = shape[2..<shape.count - 2].reduce(1, *), plane = [Int](shape.suffix(2))
        guard op.isTransposed else { return weights.reshaped([shape[0], shape[1] * taps] + plane) }
        return weights.reshaped([shape[0], shape[1], taps] + plane).permuted([0, 2, 1, 3, 4])
            .reshaped([shape[0] * taps, shape[1]] + plane)
    }

    /// The layer over the last two axes.
    private func layer(_ op: VolumeConv) -> any Operator {
        let window = Window(over: op.axes)
        guard case .transposed(let outputPadding, let outputShape, let autoPad) = op.kind else {
            return Conv(window: window, groups: op.groups)
        }
        let last = outputPadding.count - 1
        return ConvTranspose(
            window: window, groups: op.groups, outputPadding: (outputPadding[last - 1], outputPadding[last]),
            outputShape: outputShape.map { Array($0.suffix(2)) }, autoPad: autoPad)
    }
}
