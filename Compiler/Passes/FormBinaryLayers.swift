import BNNMIR

/// Makes every convolution that multiplies decisions by ±α weights a BinaryConv, in execution order, and carries
/// decisions through what only moves or pools them. Weights are snapped here: from now on the graph's ±α are exact, and
/// this graph is the reference of `bnnm verify`.
///
/// A PyTorch Sign that can see an exact zero by structure (`StructuralZeros`) gets a mask beside its decisions where only
/// binary convolutions read it; elsewhere it becomes a plain Sign again, so that what follows stays in float, unless the
/// user said what zero means.
public struct FormBinaryLayers: Pass {
    public let takes = Stage.binary
    public init() {}

    public func run(_ graph: inout Graph, _ context: inout CompilationContext) throws {
        for id in graph.schedule() {
            switch graph[id].op {
            case let binarize as Binarize where binarize.zero == .zero: try settleZero(id, &graph, &context)
            case is Conv: try formConvolution(id, &graph, &context)
            case is MaxPool: try carryThroughPool(id, &graph)
            case is Reshape: try carryThroughReshape(id, &graph)
            default: break
            }
        }
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
        case .exact where onlyBinaryConvolutionsRead(id, graph):
            let mask = try graph.append(ZeroMask(), [x], name: node.name)[0]
            for index in graph.probes.indices where graph.probes[index].value == node.outputs[0] {
                graph.probes[index].mask = mask
            }
            context.remarks.append("binarizer '\(name)' is ternary: \(reason), and sign(0) is 0; zeros are masked")
        case .exact:
            try restoreSign(id, &graph)
            context.remarks.append(
                "binarizer '\(name)' is ternary and stays in float: \(reason), and sign(0) is 0; --sign-zero plus|minus makes it binary"
            )
        }
    }

    private func restoreSign(_ id: Graph.NodeID, _ graph: inout Graph) throws {
        let node = graph[id]
        let sign = try graph.append(Sign(), [node.inputs[0]], name: graph[node.outputs[0]].name)[0]
        for reader in graph.uses()[node.outputs[0]] ?? [] where graph[reader].op is BinaryToFloat {
            graph.replaceUses(of: graph[reader].outputs[0], with: sign)
        }
    }

    /// Those that read the decisions as numbers; nil where somebody else, or a graph output, reads them.
    private func numberReaders(of id: Graph.NodeID, _ graph: Graph) -> [Graph.NodeID]? {
        let uses = graph.uses(), bits = graph[id].outputs[0]
        var readers: [Graph.NodeID] = []
        for reader in uses[bits] ?? [] {
            guard graph[reader].op is BinaryToFloat, !graph.isOutput(graph[reader].outputs[0]) else { return nil }
            readers += uses[graph[reader].outputs[0]] ?? []
        }
        return graph.isOutput(bits) ? nil : readers
    }

    /// Whether every reader is a convolution with constant ±α weights, so that the decisions may be masked.
    private func onlyBinaryConvolutionsRead(_ id: Graph.NodeID, _ graph: Graph) -> Bool {
        guard let readers = numberReaders(of: id, graph), !readers.isEmpty else { return false }
        return readers.allSatisfy { reader in
            let node = graph[reader]
            guard node.op is Conv, node.inputs[0].map({ graph[$0].type.rank }) == 4,
                graph.producer(of: node.inputs[0]!, as: BinaryToFloat.self) != nil,
                let weights = node.inputs[1].flatMap({ graph.constant($0) }), case .success = SnappedWeights.snap(weights),
                weights.elementCount / weights.shape[0] <= AccumulatorLimit.products
            else { return false }
            return node.inputs.dropFirst(2).allSatisfy { $0 == nil || graph.constant($0!) != nil }
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
        let mask = graph.mask(of: unpacked.inputs[0]!)
        let acc = try graph.append(
            BinaryConv(window: window, groups: conv.groups, padValue: padValue, isMasked: mask != nil),
            [unpacked.inputs[0], bits] + (mask.map { [$0] } ?? []), name: node.name)[0]
        let y = try graph.append(
            AccumulatorToFloat(), [acc, alpha] + node.inputs.dropFirst(2), name: node.name,
            outputNames: [graph[node.outputs[0]].name])[0]
        graph.replaceUses(of: node.outputs[0], with: y)
        context.snaps[node.name] = snapped.report
    }

    // MARK: - What only moves decisions

    /// MaxPool of ±1 numbers is the maximum of decisions.
    private func carryThroughPool(_ id: Graph.NodeID, _ graph: inout Graph) throws {
        let node = graph[id]
        guard let pool = node.op as? MaxPool,
            let (_, unpacked) = graph.producer(of: node.inputs[0]!, as: BinaryToFloat.self),
            let bits = unpacked.inputs[0], graph[bits].type.rank == 4
        else { return }
        let pooled = try graph.binaryPool(bits, like: pool, output: node.outputs[0], minimum: nil)
        let float = try graph.append(BinaryToFloat(), [pooled], name: node.name)[0]
        graph.replaceUses(of: node.outputs[0], with: float)
    }

    private func carryThroughReshape(_ id: Graph.NodeID, _ graph: inout Graph) throws {
        let node = graph[id]
        guard let (_, unpacked) = graph.producer(of: node.inputs[0]!, as: BinaryToFloat.self) else { return }
        let bits = try graph.append(Reshape(), [unpacked.inputs[0], node.inputs[1]], name: node.name)[0]
        let float = try graph.append(BinaryToFloat(), [bits], name: node.name)[0]
        graph.replaceUses(of: node.outputs[0], with: float)
    }
}

/// Products of one accumulator: below this, every accumulator is exact in float32 and int32.
enum AccumulatorLimit {
    static let products = 1 << 24
}

extension Graph {
    /// Where ternary decisions are not 0; nil where they never are.
    fileprivate func mask(of decisions: ValueID) -> ValueID? {
        guard let (_, binarize) = producer(of: decisions, as: Binarize.self), let x = binarize.inputs[0] else { return nil }
        return (uses()[x] ?? []).lazy.map { self[$0] }.first { $0.op is ZeroMask }?.outputs[0]
    }

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
