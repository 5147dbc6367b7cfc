import BNNMIR

/// Spells fully connected layers as 1×1 convolutions, so that one operator serves all layers that multiply by weights:
///
/// - x [N,K] times constant weights [K,M] is a convolution over maps of one pixel, Reshape → Conv → Reshape; behind a
///   Flatten it becomes one with a kernel as large as the map (`AbsorbMovementIntoWeights`);
/// - tokens x [N,…,T,K] times constant weights are a convolution over images [N,K,1,T], between Transposes;
/// - constant weights [M,K] times x [N,K,T] are one over the same images as they stand.
///
/// A Gemm is such a product, or a MatMul of operands that the model computes; its factors alpha and beta, where they are
/// not 1, are multiplications behind it.
public struct CanonicalizeLinearLayers: Pass {
    public let takes = Stage.binary
    public init() {}

    public func run(_ graph: inout Graph, _ context: inout CompilationContext) throws {
        for id in graph.schedule() {
            let node = graph[id]
            switch node.op {
            case is MatMul:
                guard let a = node.inputs[0], let b = node.inputs[1],
                    let y = try product(a, b, bias: nil, node, &graph)
                else { continue }
                graph.replaceUses(of: node.outputs[0], with: y)
            case let gemm as Gemm:
                let y = try lowered(gemm, node, &graph)
                graph.replaceUses(of: node.outputs[0], with: y)
            default: continue
            }
        }
    }

    // MARK: - Gemm

    private func lowered(_ gemm: Gemm, _ node: Graph.Node, _ graph: inout Graph) throws -> Graph.ValueID {
        let output = graph[node.outputs[0]]
        let a = try matrix(node.inputs[0]!, isTransposed: gemm.transA, &graph)
        let addend = node.inputs.count > 2 ? node.inputs[2] : nil
        let isBias = gemm.alpha == 1 && gemm.beta == 1 && graph.constant(a) == nil
        let bias = isBias ? addend.flatMap { vector($0, count: output.type.shape[1], &graph) } : nil
        var y: Graph.ValueID
        if let rows = try weightRows(gemm, a, node.inputs[1]!, bias: bias, node, &graph) {
            y = rows
        } else {
            let b = try matrix(node.inputs[1]!, isTransposed: gemm.transB, &graph)
            y =
                try product(a, b, bias: bias, node, &graph)
                ?? graph.append(MatMul(), [a, b], name: node.name, outputNames: [output.name])[0]
        }
        y = try scaled(y, by: gemm.alpha, node, &graph)
        guard let addend, bias == nil || graph.producer(of: y, as: MatMul.self) != nil else { return y }
        let sum = [y, try scaled(addend, by: gemm.beta, node, &graph)]
        return try graph.append(Add(), sum, name: node.name, outputNames: [output.name])[0]
    }

    /// The product of a and constant weights that are stored as a convolution wants them, [M,K]; nil where b is no such.
    private func weightRows(
        _ gemm: Gemm, _ a: Graph.ValueID, _ b: Graph.ValueID, bias: Graph.ValueID?, _ node: Graph.Node,
        _ graph: inout Graph
    ) throws -> Graph.ValueID? {
        guard gemm.transB, let rows = graph.constant(b), isProduct(a, b, graph), graph.constant(a) == nil else {
            return nil
        }
        return try convolution(a, rows, weightName: graph[b].name, bias: bias, node, &graph)
    }

    private func matrix(_ value: Graph.ValueID, isTransposed: Bool, _ graph: inout Graph) throws -> Graph.ValueID {
        guard isTransposed else { return value }
        let name = graph[value].name
        if let tensor = graph.constant(value) { return graph.addConstant(name, tensor.transposed2D()) }
        return try graph.append(Transpose(permutation: [1, 0]), [value], name: name)[0]
    }

    /// A constant addend of each column as a bias; nil where it is another.
    private func vector(_ value: Graph.ValueID, count: Int, _ graph: inout Graph) -> Graph.ValueID? {
        guard let tensor = graph.constant(value), [1, count].broadcast(with: tensor.shape) == [1, count] else {
            return nil
        }
        return graph.addConstant(
            graph[value].name,
            tensor.reshaped([Int](repeating: 1, count: 2 - tensor.type.rank) + tensor.shape).broadcast(to: [1, count])
                .reshaped([count]))
    }

    private func scaled(
        _ value: Graph.ValueID, by factor: Float, _ node: Graph.Node, _ graph: inout Graph
    ) throws -> Graph.ValueID {
        guard factor != 1 else { return value }
        let type = TensorType(graph[value].type.elementType, [])
        let operands = [value, graph.addConstant(node.name, .filled(Double(factor), type))]
        if let constant = graph.constant(value) {
            let product = try Mul().evaluate([constant, graph.constant(operands[1])])[0]
            return graph.addConstant(graph[value].name, product)
        }
        return try graph.append(Mul(), operands, name: node.name)[0]
    }

    // MARK: - Products

    /// a·b as a convolution; nil where neither is constant weights, or they are not float32.
    private func product(
        _ a: Graph.ValueID, _ b: Graph.ValueID, bias: Graph.ValueID?, _ node: Graph.Node, _ graph: inout Graph
    ) throws -> Graph.ValueID? {
        guard isProduct(a, b, graph) else { return nil }
        if graph.constant(a) == nil, let weights = graph.constant(b)?.singleMatrix(isRight: true) {
            return try convolution(
                a, weights.transposed2D(), weightName: graph[b].name, bias: bias, node, &graph)
        }
        if graph.constant(b) == nil, bias == nil, [2, 3].contains(graph[b].type.rank),
            let weights = graph.constant(a)?.singleMatrix(isRight: false)
        {
            let shape = graph[b].type.shape
            let (depth, width) = (shape[shape.count - 2], shape[shape.count - 1])
            let image = try graph.reshape(b, to: [shape.count == 3 ? shape[0] : 1, depth, 1, width], name: node.name)
            let kernel = graph.addConstant(graph[a].name, weights.reshaped(weights.shape + [1, 1]))
            let y = try graph.append(Conv(window: Window(kernel: 1)), [image, kernel], name: node.name)[0]
            let output = graph[node.outputs[0]]
            return try graph.reshape(y, to: output.type.shape, name: output.name)
        }
        return nil
    }

    private func isProduct(_ a: Graph.ValueID, _ b: Graph.ValueID, _ graph: Graph) -> Bool {
        graph[a].type.elementType == .float32 && graph[a].type.elementCount > 0 && graph[b].type.elementCount > 0
    }

    /// Tokens times weights, given as rows [M,K].
    private func convolution(
        _ a: Graph.ValueID, _ rows: Tensor, weightName: String, bias: Graph.ValueID?, _ node: Graph.Node,
        _ graph: inout Graph
    ) throws -> Graph.ValueID? {
        guard let toImage = Movement(ofTokens: graph[a].type.shape) else { return nil }
        let image = try graph.move(a, by: toImage, name: node.name)
        let kernel = graph.addConstant(weightName, rows.reshaped(rows.shape + [1, 1]))
        let y = try graph.append(Conv(window: Window(kernel: 1)), [image, kernel, bias], name: node.name)[0]
        guard let back = Movement(of: graph[y].type.shape)?.transposed([0, 2, 3, 1]) else { return nil }
        let output = graph[node.outputs[0]]
        return try graph.move(y, by: back.reshaped(to: output.type.shape), name: output.name)
    }
}

extension Movement {
    /// How rows of numbers [N,…,K] become an image [N,K,1,T]; a matrix [N,K] becomes maps of one pixel, a vector [K] one
    /// of them.
    init?(ofTokens shape: [Int]) {
        guard let depth = shape.last, let rows = Movement(of: shape) else { return nil }
        let pixels = [shape.count < 2 ? 1 : shape[0], 1, shape.dropFirst().dropLast().reduce(1, *), depth]
        guard let image = rows.reshaped(to: pixels).transposed([0, 3, 1, 2]) else { return nil }
        self = image
    }
}

extension Tensor {
    /// A matrix with rows and columns exchanged. Precondition: rank 2.
    func transposed2D() -> Tensor {
        gathered(shape: [shape[1], shape[0]], strides: [1, shape[1]])
    }

    /// This operand of a MatMul as a matrix; nil where it is several.
    fileprivate func singleMatrix(isRight: Bool) -> Tensor? {
        if type.rank == 1 { return reshaped(isRight ? [elementCount, 1] : [1, elementCount]) }
        guard type.rank >= 2, shape.dropLast(2).allSatisfy({ $0 == 1 }) else { return nil }
        return reshaped([Int](shape.suffix(2)))
    }
}
