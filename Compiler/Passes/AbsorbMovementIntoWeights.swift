import BNNMIR

/// Makes a convolution read the image that its input is a movement of, by moving its weights instead:
///
/// - a 1×1 convolution over a flattened map reads the map itself, with a kernel as large as the map: the weights
///   [M,C·H·W,1,1] are [M,C,H,W], in the same order or, where the map was transposed before, in another. So a fully
///   connected layer needs no flattened copy of its input, and bits stay packed by channel;
/// - a convolution behind a shuffle of channels, in one group, reads them unshuffled.
public struct AbsorbMovementIntoWeights: Pass {
    public let takes = Stage.binary
    public init() {}

    public func run(_ graph: inout Graph, _ context: inout CompilationContext) throws {
        for id in graph.schedule() {
            let node = graph[id]
            guard let conv = node.op as? Conv, conv.groups == 1, let x = node.inputs[0], let chain = graph.moved(x),
                let w = node.inputs[1], let weights = graph.constant(w),
                let (op, moved) = conv.reading(chain.movement, weights)
            else { continue }
            let kernel = graph.addConstant(graph[w].name, moved)
            let y = try graph.append(
                op, [chain.source, kernel] + node.inputs.dropFirst(2), name: node.name,
                outputNames: [graph[node.outputs[0]].name])[0]
            graph.replaceUses(of: node.outputs[0], with: y)
        }
    }
}

extension Conv {
    /// The convolution, with its weights, of the source of a movement that is this one, with these weights, of the
    /// result; nil where there is none.
    fileprivate func reading(_ movement: Movement, _ weights: Tensor) -> (Conv, Tensor)? {
        let from = movement.source, to = movement.target
        guard from.count == 4, to.count == 4, from[0] == to[0], weights.elementCount > 0,
            movement.restricted(to: [from[0], 1, 1, 1])?.target == [from[0], 1, 1, 1]
        else { return nil }
        if window == Window(kernel: 1), to[2] == 1, to[3] == 1 {
            // Of one sample: from [C,H,W] to features.
            guard let sample = movement.restricted(to: [1] + from.dropFirst()) else { return nil }
            let op = Conv(window: Window(Window.Axis(kernel: from[2]), Window.Axis(kernel: from[3])))
            return (op, weights.alongInput(sample.inverse, to: [from[1], from[2], from[3]]))
        }
        guard from == to, !movement.isIdentity, let pixels = movement.restricted(to: [1, 1, from[2], from[3]]),
            pixels.isIdentity, let channels = movement.restricted(to: [1, from[1], 1, 1]), channels.target[1] == from[1]
        else { return nil }
        return (self, weights.alongInput(channels.inverse, to: [from[1], weights.shape[2], weights.shape[3]]))
    }
}

extension Tensor {
    /// Weights [M,C,kh,kw] with their input channels moved; `shape` is that of one output channel's.
    fileprivate func alongInput(_ movement: Movement, to shape: [Int]) -> Tensor {
        let channels = self.shape[1], taps = self.shape[2] * self.shape[3]
        let order = movement.apply(to: Tensor(movement.source, (0..<channels).map { Int64($0) })).integers ?? []
        let indices = order.flatMap { channel in (0..<taps).map { Int(channel) * taps + $0 } }
        return gatheredInRows(of: channels * taps, indices, shape: [self.shape[0]] + shape)
    }
}
