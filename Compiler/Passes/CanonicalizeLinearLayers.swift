import BNNMIR

/// Spells fully connected layers as 1×1 convolutions over a map of one pixel: MatMul and Gemm of an [N,K] tensor with a
/// constant [K,M] matrix become Reshape → Conv → Reshape. A layer behind a Flatten becomes a convolution with a kernel
/// as large as the map (`AbsorbReshapesIntoConvolutions`), so one operator serves all layers that multiply by weights.
public struct CanonicalizeLinearLayers: Pass {
    public let takes = Stage.binary
    public init() {}

    public func run(_ graph: inout Graph, _ context: inout CompilationContext) throws {
        for id in graph.schedule() {
            let node = graph[id]
            guard node.op is MatMul || node.op is Gemm, let x = node.inputs[0], let w = node.inputs[1],
                graph.constant(x) == nil, let matrix = graph.constant(w), matrix.type.rank == 2,
                graph[x].type.rank == 2, graph[x].type.elementType == .float32
            else { continue }
            var weights = matrix
            var bias: Graph.ValueID?
            if let gemm = node.op as? Gemm {
                // Other factors would need a second rounding of the weights.
                guard !gemm.transA, gemm.alpha == 1, gemm.beta == 1 else { continue }
                if gemm.transB { weights = matrix.transposed2D() }
                if node.inputs.count > 2, let c = node.inputs[2] {
                    let count = weights.shape[1]
                    guard let tensor = graph.constant(c), let vector = [1, count].broadcast(with: tensor.shape),
                        vector == [1, count]
                    else { continue }
                    bias = graph.addConstant(
                        graph[c].name,
                        tensor.broadcast(to: tensor.type.rank == 2 ? [1, count] : [count]).reshaped([count]))
                }
            }
            let (n, k, m) = (graph[x].type.shape[0], weights.shape[0], weights.shape[1])
            let kernel = graph.addConstant(graph[w].name, weights.transposed2D().reshaped([m, k, 1, 1]))
            let image = try graph.reshape(x, to: [n, k, 1, 1], name: node.name)
            let y = try graph.append(Conv(window: Window(kernel: 1)), [image, kernel, bias], name: node.name)[0]
            try graph.replace(node.outputs[0], withReshapeOf: y)
        }
    }
}

extension Tensor {
    /// A matrix with rows and columns exchanged. Precondition: rank 2.
    func transposed2D() -> Tensor {
        gathered(shape: [shape[1], shape[0]], strides: [1, shape[1]])
    }
}
