import BNNMIR

/// Makes a transposed convolution with constant weights one convolution of stride 1 for each phase of its output
/// (`SubPixelAxis`), whose results are then interleaved: no zero is multiplied, and weights that are ±α stay so, which
/// those of a convolution over an input spread out by zeros would not be of use for.
///
///     x → Slice where only a part is read → Conv ─┐
///     x → …                                       ├→ Concat → interleaving → Slice to the output's extent
///     x → …                               Conv ───┘
///
/// Over [N,C,L] it works on images [N,C,1,L].
public struct DecomposeTransposedConvolutions: Pass {
    public let takes = Stage.binary
    public init() {}

    /// More phases than this are more convolutions than anyone means: the operator then stays as it is.
    static let phaseLimit = 256

    public func run(_ graph: inout Graph, _ context: inout CompilationContext) throws {
        for id in graph.schedule() {
            let node = graph[id]
            guard let op = node.op as? ConvTranspose, let x = node.inputs[0], let w = node.inputs[1],
                graph.constant(x) == nil, graph[x].type.elementType == .float32, graph[x].type.elementCount > 0,
                let weights = graph.constant(w), weights.elementCount > 0,
                let geometry = try? op.geometry(graph[x].type),
                let decomposition = TransposedConvolution(op, geometry, weights, graph[x].type.shape)
            else { continue }
            let image = try graph.reshape(x, to: decomposition.input, name: node.name)
            let bias = node.inputs.count > 2 ? node.inputs[2] : nil
            let y = try decomposition.apply(to: image, bias: bias, node, &graph, &context)
            try graph.replace(node.outputs[0], withReshapeOf: y)
        }
    }
}

/// A transposed convolution over images, as the convolutions that it consists of.
private struct TransposedConvolution {
    let input: [Int]
    private let groups: Int
    /// [C, M/groups, kh, kw].
    private let weights: Tensor
    private let vertical: SubPixelAxis
    private let horizontal: SubPixelAxis

    /// nil where its numbers are beyond what is reasonable.
    init?(_ op: ConvTranspose, _ geometry: [TransposedAxis], _ weights: Tensor, _ input: [Int]) {
        let isImage = input.count == 4
        self.input = isImage ? input : [input[0], input[1], 1, input[2]]
        self.weights = isImage ? weights : weights.reshaped([weights.shape[0], weights.shape[1], 1, weights.shape[2]])
        groups = op.groups
        let axes = geometry.map { SubPixelAxis(axis: $0.axis, input: $0.input, output: $0.output) }
        vertical = isImage ? axes[0] : SubPixelAxis(axis: Window.Axis(kernel: 1), input: 1, output: 1)
        horizontal = axes[axes.count - 1]
        let limit = DecomposeTransposedConvolutions.phaseLimit
        guard vertical.axis.stride <= limit, horizontal.axis.stride <= limit,
            vertical.axis.stride * horizontal.axis.stride <= limit
        else { return nil }
        for axis in [vertical, horizontal] {
            for phase in 0..<axis.axis.stride {
                let window = axis.phase(phase).window
                guard (try? Window(window, window).validate()) != nil else { return nil }
            }
        }
    }

    private var outputChannels: Int { weights.shape[1] * groups }

    func apply(
        to image: Graph.ValueID, bias: Graph.ValueID?, _ node: Graph.Node, _ graph: inout Graph,
        _ context: inout CompilationContext
    ) throws -> Graph.ValueID {
        let strides = (vertical.axis.stride, horizontal.axis.stride)
        var phases: [Graph.ValueID] = []
        for row in 0..<strides.0 {
            for column in 0..<strides.1 {
                var name = node.name
                if strides != (1, 1) {
                    name += ".phase\(row * strides.1 + column)"
                    context.parts[name] = LayerPart(layer: node.name, role: .phase)
                }
                phases.append(
                    try phase(vertical.phase(row), horizontal.phase(column), of: image, bias, name: name, &graph))
            }
        }
        guard phases.count > 1 else { return phases[0] }
        let interleaving = Interleaving(
            rows: strides.0, columns: strides.1, extent: (vertical.output, horizontal.output))
        return try interleaving.apply(to: phases, name: graph[node.outputs[0]].name, &graph)
    }

    private func phase(
        _ vertical: SubPixelAxis.Phase, _ horizontal: SubPixelAxis.Phase, of image: Graph.ValueID,
        _ bias: Graph.ValueID?, name: String, _ graph: inout Graph
    ) throws -> Graph.ValueID {
        guard !vertical.taps.isEmpty, !horizontal.taps.isEmpty else {
            return try empty(image, bias, name: name, &graph)
        }
        var source = image
        if vertical.range.count < input[2] || horizontal.range.count < input[3] {
            func list(_ values: [Int]) -> Graph.ValueID {
                graph.addConstant(name + ".part", Tensor([values.count], values.map { Int64($0) }))
            }
            let operands = [
                image, list([vertical.range.lowerBound, horizontal.range.lowerBound]),
                list([vertical.range.upperBound, horizontal.range.upperBound]), list([2, 3]),
            ]
            source = try graph.append(Slice(), operands, name: name)[0]
        }
        let kernel = graph.addConstant(name + ".weights", kernel(vertical.taps, horizontal.taps))
        let op = Conv(window: Window(vertical.window, horizontal.window), groups: groups)
        return try graph.append(op, [source, kernel, bias], name: name)[0]
    }

    /// The weights of one phase as a convolution's, [M, C/groups, rows, columns].
    private func kernel(_ rows: [Int], _ columns: [Int]) -> Tensor {
        let (groupIn, groupOut) = (weights.shape[0] / groups, weights.shape[1])
        let strides = weights.shape.rowMajorStrides
        var indices: [Int] = []
        for m in 0..<outputChannels {
            for c in 0..<groupIn {
                let start = (m / groupOut * groupIn + c) * strides[0] + m % groupOut * strides[1]
                for row in rows { for column in columns { indices.append(start + row * strides[2] + column) } }
            }
        }
        return weights.gathered(indices, shape: [outputChannels, groupIn, rows.count, columns.count])
    }

    /// What no input reaches: the bias alone. Behind decisions a layer of weights 0, which is exact there and leaves all
    /// phases alike; else a constant, because 0 times an infinite input would not be 0.
    private func empty(
        _ image: Graph.ValueID, _ bias: Graph.ValueID?, name: String, _ graph: inout Graph
    ) throws -> Graph.ValueID {
        let (rows, columns) = (vertical.count, horizontal.count)
        let shape = [input[0], outputChannels, rows, columns]
        let source = graph.moved(image)?.source ?? image
        if graph.producer(of: source, as: BinaryToFloat.self) != nil || bias.map({ graph.constant($0) == nil }) == true
        {
            let kernel = [outputChannels, input[1] / groups, 1, 1]
            let zeros = graph.addConstant(name + ".weights", .filled(0, TensorType(.float32, kernel)))
            func axis(_ extent: Int, _ count: Int) -> Window.Axis {
                Window.Axis(kernel: 1, padBegin: 0, padEnd: max(0, count - extent))
            }
            let window = Window(axis(input[2], rows), axis(input[3], columns))
            let y = try graph.append(Conv(window: window, groups: groups), [image, zeros, bias], name: name)[0]
            return try Interleaving.cropped(y, rows: rows, columns: columns, name: name, &graph)
        }
        let values = bias.flatMap { graph.constant($0)?.floats } ?? [Float](repeating: 0, count: outputChannels)
        let tensor = Tensor([1, outputChannels, 1, 1], values).broadcast(to: shape)
        return graph.addConstant(name, tensor)
    }
}
