import BNNMIR

/// Makes every convolution that multiplies decisions by ±α weights a BinaryConv, in execution order, and carries
/// decisions through what only moves or pools them. Weights are snapped here: from now on the graph's ±α are exact, and
/// this graph is the reference of `bnnm verify`.
///
/// A PyTorch Sign that can see an exact zero by structure (`StructuralZeros`) becomes a plain Sign again, so that what
/// follows stays in float, unless the user said what zero means.
public struct FormBinaryLayers: Pass {
    public let takes = Stage.binary
    public init() {}

    public func run(_ graph: inout Graph, _ context: inout CompilationContext) throws {
        for id in graph.schedule() {
            switch graph[id].op {
            case let binarize as Binarize where binarize.zero == .zero: try settleZero(id, &graph, &context)
            case is Conv: try formConvolution(id, &graph, &context)
            default: try carryThrough(id, &graph)
            }
        }
        // A probe of what stayed numbers has no decisions to show.
        graph.probes = graph.probes.filter { graph[$0.value].type.elementType == .binary }
    }

    // MARK: - Zeros

    private func settleZero(_ id: Graph.NodeID, _ graph: inout Graph, _ context: inout CompilationContext) throws {
        let node = graph[id]
        guard let x = node.inputs[0], let reason = try StructuralZeros.reason(x, in: graph, context) else { return }
        let name = graph[node.outputs[0]].name
        switch context.signZero {
        case .plus, .minus:
            graph[id].op = Binarize(zero: context.signZero == .plus ? .plus : .minus)
            context.remarks.append(
                "binarizer '\(name)': \(reason); decided \(context.signZero == .plus ? "+1" : "-1") as --sign-zero asks"
            )
        case .exact:
            let sign = try graph.append(Sign(), [x], name: name)[0]
            for reader in graph.uses()[node.outputs[0]] ?? [] where graph[reader].op is BinaryToFloat {
                graph.replaceUses(of: graph[reader].outputs[0], with: sign)
            }
            context.remarks.append(
                "binarizer '\(name)' is ternary and stays in float: \(reason), and sign(0) is 0; --sign-zero plus|minus makes it binary"
            )
        }
    }

    // MARK: - Layers

    private func formConvolution(_ id: Graph.NodeID, _ graph: inout Graph, _ context: inout CompilationContext) throws {
        let node = graph[id]
        guard let conv = node.op as? Conv, let x = node.inputs[0], let w = node.inputs[1], graph[x].type.rank == 4
        else { return }
        var window = conv.window
        var padValue = 0
        var source = x
        if let pad = SpatialPad(producing: x, in: graph), abs(pad.value) == 1, !window.hasPadding {
            source = pad.source
            window = pad.added(to: window)
            padValue = Int(pad.value)
        }
        guard let (_, unpacked) = graph.producer(of: source, as: BinaryToFloat.self) else { return }
        func stays(_ reason: String) { context.floatReasons[node.name] = reason }
        guard let weights = graph.constant(w) else {
            return stays("its input is binary, but its weights depend on the model's input")
        }
        let snapped: SnappedWeights
        switch SnappedWeights.snap(weights) {
        case .success(let result): snapped = result
        case .failure(let refusal): return stays("its input is binary, but \(refusal.description)")
        }
        let products = weights.elementCount / weights.shape[0]
        guard products <= AccumulatorLimit.products else {
            return stays(
                "its \(products) products an output are more than the \(AccumulatorLimit.products) that accumulators hold exactly"
            )
        }
        if let bias = node.inputs.count > 2 ? node.inputs[2] : nil, graph.constant(bias) == nil {
            return stays("its input and weights are binary, but its bias depends on the model's input")
        }
        let bits = graph.addConstant(graph[w].name, snapped.signs)
        let alpha = graph.addConstant(graph[w].name + ".alpha", Tensor([snapped.alpha.count], snapped.alpha))
        let acc = try graph.append(
            BinaryConv(window: window, groups: conv.groups, padValue: padValue), [unpacked.inputs[0], bits],
            name: node.name)[0]
        let y = try graph.append(
            AccumulatorToFloat(), [acc, alpha] + node.inputs.dropFirst(2), name: node.name,
            outputNames: [graph[node.outputs[0]].name])[0]
        graph.replaceUses(of: node.outputs[0], with: y)
        context.snaps[node.name] = snapped.report
    }
}

/// Products of one accumulator: below this, every accumulator is exact in float32 and int32.
enum AccumulatorLimit {
    static let products = 1 << 24
}

extension Graph {
    /// A BinaryPool over `bits` with the geometry of `pool`, whose result is `output`; `minimum` nil is a maximum in
    /// every channel. Ceiling mode is spelled as padding at the end, which never wins.
    mutating func binaryPool(_ bits: ValueID, like pool: MaxPool, output: ValueID, minimum: [Bool]?) throws -> ValueID {
        let input = self[bits].type.shape
        let window = pool.explicitWindow(input: input, output: self[output].type.shape)
        let flags = (minimum ?? [Bool](repeating: false, count: input[1])).map { Int64($0 ? 1 : 0) }
        let operand = addConstant(self[output].name + ".minimum", Tensor([input[1]], flags, .bool))
        return try append(BinaryPool(window: window), [bits, operand], name: self[output].name)[0]
    }
}
