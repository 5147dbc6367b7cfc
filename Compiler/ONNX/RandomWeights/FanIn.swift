import BNNMIR

/// How many products each result of a layer adds up.
struct FanIn {
    let graph: Graph
    let node: Graph.Node

    /// - Parameter weights: the operand that is the weights. nil where the node multiplies by no weights there.
    func count(weights index: Int) -> Int? {
        guard node.inputs.indices.contains(index), let id = node.inputs[index] else { return nil }
        let shape = graph[id].type.shape
        switch node.op {
        case is Conv: return index == 1 ? shape.dropFirst().reduce(1, *) : nil
        case let op as ConvTranspose:
            guard index == 1, let channels = shape.first else { return nil }
            // Each tap reaches one result in stride × stride.
            let taps = shape.dropFirst(2).reduce(1, *)
            return max(1, channels * taps / (op.groups * op.window.vertical.stride * op.window.horizontal.stride))
        case let op as VolumeConv:
            guard index == 1, let channels = shape.first else { return nil }
            guard op.isTransposed else { return shape.dropFirst().reduce(1, *) }
            let taps = shape.dropFirst(2).reduce(1, *), strides = op.axes.map(\.stride).reduce(1, *)
            return max(1, channels * taps / (op.groups * strides))
        case let op as Gemm:
            guard shape.count == 2, index < 2 else { return nil }
            let isTransposed = index == 1 ? op.transB : op.transA
            return shape[(index == 1) == isTransposed ? 1 : 0]
        case is MatMul:
            guard index < 2, let last = shape.last else { return nil }
            return index == 0 || shape.count < 2 ? last : shape[shape.count - 2]
        default: return nil
        }
    }
}
