import BNNMIR

/// Makes a 1×1 convolution over a flattened map read the map itself, with a kernel as large as the map: the weights
/// [M,C·H·W,1,1] are [M,C,H,W] in the same order. So a fully connected layer needs no flattened copy of its input, and
/// bits stay packed by channel.
public struct AbsorbReshapesIntoConvolutions: Pass {
    public let takes = Stage.binary
    public init() {}

    public func run(_ graph: inout Graph, _ context: inout CompilationContext) throws {
        for id in graph.schedule() {
            let node = graph[id]
            guard let conv = node.op as? Conv, conv.window == Window(kernel: 1), conv.groups == 1,
                let flat = node.inputs[0], let (_, reshape) = graph.producer(of: flat, as: Reshape.self),
                let map = reshape.inputs[0], let weights = node.inputs[1].flatMap({ graph.constant($0) })
            else { continue }
            let from = graph[map].type.shape, to = graph[flat].type.shape
            guard from.count == 4, to.count == 4, from[0] == to[0], to[2] == 1, to[3] == 1 else { continue }
            let kernel = graph.addConstant(
                graph[node.inputs[1]!].name, weights.reshaped([weights.shape[0], from[1], from[2], from[3]]))
            let window = Window(Window.Axis(kernel: from[2]), Window.Axis(kernel: from[3]))
            let y = try graph.append(Conv(window: window), [map, kernel] + node.inputs.dropFirst(2), name: node.name)[0]
            graph.replaceUses(of: node.outputs[0], with: y)
        }
    }
}
