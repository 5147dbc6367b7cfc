import BNNMIR

/// Gives layers and pools the two spatial axes that the runtime has: over [N,C,L] they work on images [N,C,1,L], and a
/// global pool over any number of axes on all of them as one. GlobalMaxPool becomes a MaxPool as large as the map.
public struct CanonicalizeSpatialRanks: Pass {
    public let takes = Stage.binary
    public init() {}

    public func run(_ graph: inout Graph, _ context: inout CompilationContext) throws {
        for id in graph.schedule() {
            let node = graph[id]
            guard let x = node.inputs.first ?? nil, graph[x].type.elementCount > 0 else { continue }
            let shape = graph[x].type.shape
            switch node.op {
            case is Conv where shape.count == 3:
                guard let w = node.inputs[1] else { continue }
                let kernel = try graph.withRowAxis(w, name: graph[w].name)
                try apply(
                    node.op, to: [shape[0], shape[1], 1, shape[2]], [kernel] + node.inputs.dropFirst(2), id, &graph)
            case is MaxPool where shape.count == 3, is AveragePool where shape.count == 3:
                try apply(node.op, to: [shape[0], shape[1], 1, shape[2]], [], id, &graph)
            case is GlobalAveragePool where shape.count != 4:
                try apply(node.op, to: [shape[0], shape[1], 1, shape.dropFirst(2).reduce(1, *)], [], id, &graph)
            case is GlobalMaxPool:
                let rows = shape.count < 4 ? 1 : shape[2]
                let image = [shape[0], shape[1], rows, shape.dropFirst(2).reduce(1, *) / rows]
                let window = Window(Window.Axis(kernel: image[2]), Window.Axis(kernel: image[3]))
                guard (try? window.validate()) != nil else { continue }
                try apply(MaxPool(window: window), to: image, [], id, &graph)
            default: continue
            }
        }
    }

    /// The operator over its data under the shape `image`, its result under the shape it has.
    private func apply(
        _ op: any Operator, to image: [Int], _ operands: [Graph.ValueID?], _ id: Graph.NodeID, _ graph: inout Graph
    ) throws {
        let node = graph[id]
        let data = try graph.reshape(node.inputs[0]!, to: image, name: node.name)
        let name = graph[node.outputs[0]].name
        let y = try graph.append(op, [data] + operands, name: node.name, outputNames: [name])[0]
        try graph.replace(node.outputs[0], withReshapeOf: y)
    }
}

extension Graph {
    /// Weights [M,C,k] as [M,C,1,k].
    mutating func withRowAxis(_ weights: ValueID, name: String) throws -> ValueID {
        let shape = self[weights].type.shape
        let image = [shape[0], shape[1], 1, shape[2]]
        if let tensor = constant(weights) { return addConstant(name, tensor.reshaped(image)) }
        return try reshape(weights, to: image, name: name)
    }
}
