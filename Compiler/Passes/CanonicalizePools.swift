import BNNMIR

/// Spells pools in those that the runtime has:
///
/// - a pool over three axes as one over rows and columns and one over depth;
/// - an AveragePool that counts its own padding, but not what the ceiling mode adds beyond it, as one that counts no
///   padding, over a map padded with zeros.
///
/// Maxima are the same to the bit; a mean of means is rounded twice.
public struct CanonicalizePools: Pass {
    public let takes = Stage.binary
    public init() {}

    public func run(_ graph: inout Graph, _ context: inout CompilationContext) throws {
        for id in graph.schedule() {
            guard let volume = graph[id].op as? VolumePool else { continue }
            try decompose(volume, graph[id], &graph)
        }
        for id in graph.schedule() {
            guard let pool = graph[id].op as? AveragePool else { continue }
            try padExplicitly(pool, graph[id], &graph)
        }
    }

    private func decompose(_ volume: VolumePool, _ node: Graph.Node, _ graph: inout Graph) throws {
        guard var value = node.inputs[0], graph[value].type.elementCount > 0 else { return }
        for (pool, shape) in try volume.parts(graph[value].type.shape) {
            value = try graph.append(pool, [try graph.reshape(value, to: shape, name: node.name)], name: node.name)[0]
        }
        try graph.replace(node.outputs[0], withReshapeOf: value)
    }

    private func padExplicitly(_ pool: AveragePool, _ node: Graph.Node, _ graph: inout Graph) throws {
        guard pool.countIncludePad, pool.autoPad == .explicit, let x = node.inputs[0],
            graph[x].type.rank == 4, graph[x].type.elementType == .float32
        else { return }
        let shape = graph[x].type.shape, output = graph[node.outputs[0]].type.shape
        guard (try? pool.explicitWindow(input: shape, output: output)) == nil else { return }
        let (v, u) = (pool.window.vertical, pool.window.horizontal)
        let pads = [0, 0, v.padBegin, u.padBegin, 0, 0, v.padEnd, u.padEnd]
        var padded = x
        if pool.window.hasPadding {
            let operand = graph.addConstant(node.name + ".pads", Tensor([8], pads.map { Int64($0) }))
            padded = try graph.append(Pad(), [x, operand], name: node.name)[0]
        }
        func axis(_ axis: Window.Axis, input: Int, output: Int) -> Window.Axis {
            let end = (output - 1) * axis.stride + axis.span
            return Window.Axis(
                kernel: axis.kernel, stride: axis.stride, dilation: axis.dilation, padBegin: 0,
                padEnd: max(0, end - (input + axis.padBegin + axis.padEnd)))
        }
        let window = Window(
            axis(v, input: shape[2], output: output[2]), axis(u, input: shape[3], output: output[3]))
        let y = try graph.append(
            AveragePool(window: window), [padded], name: node.name, outputNames: [graph[node.outputs[0]].name])[0]
        graph.replaceUses(of: node.outputs[0], with: y)
    }
}
