import BNNMIR

/// Finds out whether the number that a PyTorch Sign decides on can be exactly zero by the network's structure, so that
/// `sign(0) = 0` matters; ties between arbitrary floats are not meant.
enum StructuralZeros {
    /// Why an exact zero can arise, in a few words; nil where it cannot.
    static func reason(_ x: Graph.ValueID, in graph: Graph, _ context: CompilationContext) throws -> String? {
        if let table = try FoldedChain(endingIn: x, of: graph) { return try table.zeroReason(graph, context) }
        return zeroFlow(x, graph)
    }

    /// Follows exact zeros through real-valued operators.
    private static func zeroFlow(_ start: Graph.ValueID, _ graph: Graph) -> String? {
        var value = start
        while let id = graph.producer(of: value) {
            let node = graph[id]
            let name = graph[node.outputs[0]].name
            switch node.op {
            case is Relu: return "its input passes the ReLU '\(name)'"
            case is Clip:
                for limit in node.inputs.dropFirst() where graph.uniform(limit) == 0 {
                    return "its input passes the clip at 0 '\(name)'"
                }
                value = node.inputs[0]!
            case is MaxPool, is AveragePool, is GlobalAveragePool, is GlobalMaxPool, is Reshape, is Transpose, is PRelu,
                is LeakyRelu,
                is Neg, is Abs, is Slice, is Pad, is DepthToSpace, is Resize:
                value = node.inputs[0]!
            case is ScaleShift:
                // A channel with shift 0 hands a zero on, one with any other does not.
                guard graph.constant(node.inputs[2]!)!.floats.contains(0) else { return nil }
                value = node.inputs[0]!
            case is Mul, is Div:
                guard let other = node.inputs.compactMap({ $0 }).first(where: { graph.constant($0) != nil }) else {
                    return nil
                }
                if graph.constant(other)!.floats.contains(0) {
                    return "its input is multiplied by a constant 0 at '\(name)'"
                }
                guard let data = node.inputs.compactMap({ $0 }).first(where: { graph.constant($0) == nil }) else {
                    return nil
                }
                value = data
            case is Conv:
                guard let w = node.inputs[1].flatMap({ graph.constant($0) }) else { return nil }
                let bias = node.inputs.count > 2 ? node.inputs[2].flatMap { graph.constant($0)?.floats } : nil
                let count = w.elementCount / w.shape[0]
                let floats = w.floats
                for m in 0..<w.shape[0]
                where (bias?[m] ?? 0) == 0 && floats[m * count..<(m + 1) * count].allSatisfy({ $0 == 0 }) {
                    return "channel \(m) of the convolution '\(name)' has weights and bias 0"
                }
                return nil
            default: return nil
            }
        }
        return nil
    }
}
