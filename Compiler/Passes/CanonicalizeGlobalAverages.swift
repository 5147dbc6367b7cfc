import BNNMIR

/// Spells means over all places of a map as GlobalAveragePool: a ReduceMean over both spatial axes of an image (the
/// dynamo exporter writes the one, the TorchScript exporter the other), over the one of [N,C,L] behind a 1-D layer, and
/// over the tokens of [N,T,C].
public struct CanonicalizeGlobalAverages: Pass {
    public let takes = Stage.binary
    public init() {}

    public func run(_ graph: inout Graph, _ context: inout CompilationContext) throws {
        for id in graph.schedule() {
            let node = graph[id]
            guard node.op is ReduceMean, let x = node.inputs[0], graph[x].type.elementType == .float32,
                node.inputs.count > 1, let axes = node.inputs[1].flatMap({ graph.constant($0)?.integers }),
                let image = try image(x, averagedOver: axes.map { Int($0) }, node, &graph)
            else { continue }
            let y = try graph.append(GlobalAveragePool(), [image], name: node.name)[0]
            try graph.replace(node.outputs[0], withReshapeOf: y)
        }
    }

    /// The image over whose pixels a mean of `x` over some axes goes; nil where there is none.
    private func image(
        _ x: Graph.ValueID, averagedOver axes: [Int], _ node: Graph.Node, _ graph: inout Graph
    ) throws -> Graph.ValueID? {
        let shape = graph[x].type.shape
        let axes = Set(axes.map { $0 < 0 ? $0 + shape.count : $0 })
        switch shape.count {
        case 4: return axes == [2, 3] ? x : nil
        case 3 where axes == [1]:
            guard let toImage = Movement(ofTokens: shape) else { return nil }
            return try graph.move(x, by: toImage, name: node.name)
        case 3 where axes == [2]:
            // Only where it is an image already: numbers of tokens would have to change places.
            let image = [shape[0], shape[1], 1, shape[2]]
            guard let chain = graph.moved(x), chain.movement.keepsMemoryOrder, chain.movement.source == image else {
                return nil
            }
            return chain.source
        default: return nil
        }
    }
}
