import BNNMIR

/// Turns BatchNormalization with constant statistics into ScaleShift, its coefficients computed as BatchNormalization
/// defines them, so that the result is the same to the bit; and spells BatchNormalization in training mode in reductions.
public struct CanonicalizeBatchNormalizations: Pass {
    public let takes = Stage.binary
    public init() {}

    public func run(_ graph: inout Graph, _ context: inout CompilationContext) throws {
        for id in graph.schedule() {
            let node = graph[id]
            if let op = node.op as? BatchNormalizationTraining {
                let results = try op.spelled(node.inputs.prefix(5).compactMap { $0 }, name: node.name, in: &graph)
                for (old, new) in zip(node.outputs, results) { graph.replaceUses(of: old, with: new) }
                context.remarks.append(
                    "'\(node.name)' (BatchNormalization) normalizes each execution by its own mean and variance: "
                        + "training_mode is 1")
                continue
            }
            guard let op = node.op as? BatchNormalization, let x = node.inputs[0], graph[x].type.elementType == .float32
            else { continue }
            let parameters = node.inputs[1...4].compactMap { $0.flatMap { graph.constant($0)?.floats } }
            guard parameters.count == 4 else { continue }
            let (a, b) = op.coefficients(parameters[0], parameters[1], parameters[2], parameters[3])
            let shape = [a.count] + [Int](repeating: 1, count: graph[x].type.rank - 2)
            let scale = graph.addConstant(node.name + ".a", Tensor(shape, a))
            let shift = graph.addConstant(node.name + ".b", Tensor(shape, b))
            let y = try graph.append(
                ScaleShift(), [x, scale, shift], name: node.name, outputNames: [graph[node.outputs[0]].name])
            graph.replaceUses(of: node.outputs[0], with: y[0])
        }
    }
}
