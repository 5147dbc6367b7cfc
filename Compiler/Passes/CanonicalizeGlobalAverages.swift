import BNNMIR

/// Spells a ReduceMean over both spatial axes of an image as GlobalAveragePool: the dynamo exporter writes the one, the
/// TorchScript exporter the other.
public struct CanonicalizeGlobalAverages: Pass {
    public let takes = Stage.binary
    public init() {}

    public func run(_ graph: inout Graph, _ context: inout CompilationContext) throws {
        for id in graph.schedule() {
            let node = graph[id]
            guard node.op is ReduceMean, let x = node.inputs[0], graph[x].type.rank == 4,
                graph[x].type.elementType == .float32, node.inputs.count > 1,
                let axes = node.inputs[1].flatMap({ graph.constant($0)?.integers }),
                Set(axes.map { $0 < 0 ? $0 + 4 : $0 }) == [2, 3]
            else { continue }
            let y = try graph.append(GlobalAveragePool(), [x], name: node.name)[0]
            try graph.replace(node.outputs[0], withReshapeOf: y)
        }
    }
}
