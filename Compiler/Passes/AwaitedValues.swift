import BNNMIR

/// The values of a graph that a convolution reads, or that a probe shows, be it through operators that only move or pool
/// elements: those worth keeping as decisions. Found in one walk from the outputs back.
struct AwaitedValues {
    private var values: Set<Graph.ValueID> = []

    init(_ graph: Graph) {
        // Every reader of a node's results comes before the node.
        for id in graph.schedule().reversed() {
            let node = graph[id]
            for output in node.outputs where graph.isProbed(output) { values.insert(output) }
            switch node.op {
            case is Conv: break
            case is MaxPool, is Reshape, is Transpose, is DepthToSpace, is Concat, is Slice, is Pad:
                guard node.outputs.contains(where: values.contains) else { continue }
            default: continue
            }
            for case let input? in node.inputs { values.insert(input) }
        }
    }

    func contains(_ value: Graph.ValueID) -> Bool { values.contains(value) }
}
