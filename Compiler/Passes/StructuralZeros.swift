import BNNMIR

/// Finds out whether the number that a PyTorch Sign decides on can be exactly zero by the network's structure, so that
/// `sign(0) = 0` matters; ties between arbitrary floats are not meant.
///
/// What was found out about a value is kept for the signs behind it: they are asked about in execution order, and what
/// computes a value that was asked about must not change any more.
struct StructuralZeros {
    /// Why a value can be exactly zero; absent where it cannot.
    private var reasons: [Graph.ValueID: String] = [:]
    private var multiples = Set<Graph.ValueID>()
    private var codes = CodeZeros()
    private var zeroCodes = Set<Graph.ValueID>()
    private var sums = LatticeZeros()
    private var ternarySums = TernarySums()
    private var known = KnownZeros()
    private var followed = Set<Graph.NodeID>()

    /// Why an exact zero can arise, in a few words; nil where it cannot.
    mutating func reason(
        _ x: Graph.ValueID, in graph: Graph, _ context: CompilationContext
    ) throws -> String? {
        if let constant = graph.constant(x) { return constant.floats.contains(0) ? "it is a constant with a 0" : nil }
        if let table = try FoldedChain(endingIn: x, of: graph) { return try table.zeroReason(graph, context) }
        for id in graph.schedule(of: [x], where: { followed.insert($0).inserted }) { try follow(id, graph, context) }
        return reasons[x] ?? ternarySums.reason(x)
    }

    /// Follows exact zeros through one node with real-valued operands, those of its operands being known.
    private mutating func follow(_ id: Graph.NodeID, _ graph: Graph, _ context: CompilationContext) throws {
        let node = graph[id]
        ternarySums.follow(node, graph)
        try known.follow(node, graph)
        guard let output = node.outputs.first else { return }
        if Self.isMultiple(node, multiples, graph, context) { multiples.formUnion(node.outputs) }
        // Multiples of one number on both sides of 0 can cancel in an average, whether or not one of them is 0,
        // and so they can in a layer with weights ±α.
        if let input = node.inputs.first ?? nil, multiples.contains(input) {
            let isAverage = node.op is AveragePool || node.op is GlobalAveragePool
            if isAverage || Self.isUnbiasedBinaryWeighted(node, graph) {
                let place = "\(isAverage ? "average" : "sum") '\(graph[output].name)'"
                reasons[output] = "accumulators can cancel in the \(place)"
                return
            }
        }
        let code = try codes.reason(id, graph)
        if code != nil { zeroCodes.insert(output) }
        let reason =
            sums.follow(node, graph, context.lattices)
            ? sums.reason(output, graph)
            : code ?? Self.zeroSelection(node, zeroCodes, graph) ?? Self.zeroReason(node, reasons, graph, context)
                ?? known.reason(output, graph)
        guard let reason else { return }
        for output in node.outputs { reasons[output] = reason }
    }

    /// Whether a node's result, in some channel, is an accumulator times a number, or a decision: a binary layer without
    /// bias whose weights are exactly ±α, and what only scales or moves it.
    private static func isMultiple(
        _ node: Graph.Node, _ multiples: Set<Graph.ValueID>, _ graph: Graph, _ context: CompilationContext
    ) -> Bool {
        let input = node.inputs.first ?? nil
        let computed = node.inputs.compactMap { $0 }.filter { graph.constant($0) == nil }
        if let output = node.outputs.first, context.lattices[output]?.canCancel == true { return true }
        switch node.op {
        case is AccumulatorToFloat:
            let alpha = node.inputs[1].flatMap { graph.constant($0)?.doubles } ?? []
            let bias = node.inputs.count > 2 ? node.inputs[2].flatMap { graph.constant($0)?.doubles } : nil
            let noise = context.snaps[node.name]?.noise
            return alpha.indices.contains {
                // A bias that is a whole number of steps is part of the multiple.
                let steps = (bias?[$0] ?? 0) / alpha[$0]
                let isWhole = (bias?[$0] ?? 0) == 0 || (steps.isFinite && steps == steps.rounded())
                return isWhole && (noise?[$0] ?? 0) == 0
            }
        case is BinaryToFloat: return true
        case is Cast: return input.flatMap { graph.producer(of: $0, as: BinaryMatMul.self) } != nil
        case is Add, is Sub:
            // A constant added to the multiple is no part of it.
            let constants = node.inputs.compactMap { $0.flatMap { graph.constant($0) } }
            return !computed.isEmpty && computed.allSatisfy(multiples.contains)
                && constants.allSatisfy { $0.floats.contains(0) }
        case is Mul, is Neg: return !computed.isEmpty && computed.allSatisfy(multiples.contains)
        case is ScaleShift:
            let shift = node.inputs[2].flatMap { graph.constant($0)?.floats }
            return input.map(multiples.contains) == true && shift?.contains(0) == true
        case is MaxPool, is AveragePool, is GlobalAveragePool: return input.map(multiples.contains) == true
        case _ where node.movesElements: return input.map(multiples.contains) == true
        case is Concat: return node.inputs.contains { $0.map(multiples.contains) == true }
        case is Conv: return input.map(multiples.contains) == true && isUnbiasedBinaryWeighted(node, graph)
        default: return false
        }
    }

    /// Whether a node is a convolution that stays one, in some channel of which all weights are ±α, as far as snapping
    /// would make them so, and there is no bias.
    private static func isUnbiasedBinaryWeighted(_ node: Graph.Node, _ graph: Graph) -> Bool {
        guard node.op is Conv, let w = node.inputs[1].flatMap({ graph.constant($0) }), w.shape[0] > 0 else {
            return false
        }
        let bias = node.inputs.count > 2 ? node.inputs[2] : nil
        let biases = bias.flatMap { graph.constant($0)?.floats }
        guard bias == nil || biases != nil else { return false }
        let count = w.elementCount / w.shape[0], weights = w.floats
        return (0..<w.shape[0]).contains { channel in
            guard (biases?[channel] ?? 0) == 0, count > 0 else { return false }
            let alpha = abs(weights[channel * count])
            // Real weights differ at the second.
            return weights[channel * count..<(channel + 1) * count].allSatisfy { abs(abs($0) - alpha) <= 2e-5 * alpha }
        }
    }

    /// Why a node's result can be exactly zero.
    /// - Parameter reasons: of the values before it that can.
    private static func zeroReason(
        _ node: Graph.Node, _ reasons: [Graph.ValueID: String], _ graph: Graph, _ context: CompilationContext
    ) -> String? {
        let operands = node.inputs.compactMap { $0 }
        let constants = operands.compactMap { graph.constant($0) }
        let computed = operands.filter { graph.constant($0) == nil }
        let first = operands.first.flatMap { reasons[$0] }
        let name = node.outputs.first.map { graph[$0].name } ?? node.name
        switch node.op {
        case is Cast where first == nil:
            return computed.first.flatMap { graph.producer(of: $0, as: BinaryMatMul.self) }.flatMap { product in
                zeroProduct(product.op, product.node, graph)
            }
        case is Cast: return first
        case is Relu: return "its input passes the ReLU '\(name)'"
        case is Clip:
            return constants.contains { $0.floats == [0] } ? "its input passes the clip at 0 '\(name)'" : first
        case is HardSwish, is HardSigmoid, is Gelu: return "its input passes '\(name)', which is 0 over a whole range"
        case is Floor, is Ceil, is Round: return "it is rounded to a whole number at '\(name)'"
        case is Min,
            is Max where constants.contains { $0.floats.contains(0) }:
            return "its input passes the bound 0 at '\(name)'"
        case is Min, is Max, is Where: return computed.lazy.compactMap { reasons[$0] }.first
        case is MaxPool, is AveragePool, is GlobalAveragePool, is GlobalMaxPool, is PRelu, is LeakyRelu, is Neg, is Abs,
            is Sign, is Resize, is Tanh, is Elu, is Erf, is Sqrt, is Sin:
            return first
        case _ where node.movesElements: return first
        case is ScaleShift:
            // A channel with shift 0 hands a zero on, one with any other does not.
            return constants.last?.floats.contains(0) == true ? first : nil
        case is Add, is Sub:
            // Zero where all operands are.
            guard constants.allSatisfy({ $0.floats.contains(0) }), computed.allSatisfy({ reasons[$0] != nil }) else {
                return nil
            }
            return computed.first.flatMap { reasons[$0] }
        case is Mul where constants.contains { $0.floats.contains(0) }:
            return "its input is multiplied by a constant 0 at '\(name)'"
        case is Mul: return computed.lazy.compactMap { reasons[$0] }.first
        case is Div: return first
        case is Concat where constants.contains { $0.floats.contains(0) }: return "a part of '\(name)' is a constant 0"
        case is Concat: return computed.lazy.compactMap { reasons[$0] }.first
        case is Conv: return zeroChannel(node, graph)
        case is AccumulatorToFloat: return zeroAccumulator(node, graph, context)
        default: return nil
        }
    }

    /// A channel of a binary layer, its weights exactly ±α, that some accumulator makes zero.
    private static func zeroAccumulator(
        _ node: Graph.Node, _ graph: Graph, _ context: CompilationContext
    ) -> String? {
        guard let accumulators = node.inputs[0].flatMap({ Accumulators($0, in: graph) }),
            let alpha = node.inputs[1].flatMap({ graph.constant($0)?.doubles })
        else { return nil }
        let bias = node.inputs.count > 2 ? node.inputs[2].flatMap { graph.constant($0)?.doubles } : nil
        let candidates = Set(accumulators.candidates), noise = context.snaps[node.name]?.noise
        for (channel, alpha) in alpha.enumerated() where (noise?[channel] ?? 0) == 0 {
            let bias = bias?[channel] ?? 0
            // The only accumulator whose number can be zero is the one nearest to −bias / α.
            let nearest = alpha == 0 ? 0 : (-bias / alpha).rounded()
            let isReached = alpha == 0 || Int(exactly: nearest).map(candidates.contains) == true
            if isReached, Float(alpha * nearest + bias) == 0 {
                return "in channel \(channel) of '\(node.name)' an accumulator gives exactly 0"
            }
        }
        return nil
    }

    /// A product of real numbers and codes of which one is 0, as an attention map of 0 and 1 that selects nothing.
    private static func zeroSelection(
        _ node: Graph.Node, _ zeroCodes: Set<Graph.ValueID>, _ graph: Graph
    ) -> String? {
        guard node.op is MatMul, let output = node.outputs.first,
            let code = node.inputs.compactMap({ $0 }).first(where: zeroCodes.contains)
        else { return nil }
        return "the code '\(graph[code].name)' can be 0 throughout a row of '\(graph[output].name)'"
    }

    /// A product of decisions, which is zero for some; two signed operands add up an even number of terms for that.
    private static func zeroProduct(_ op: BinaryMatMul, _ node: Graph.Node, _ graph: Graph) -> String? {
        let isSigned = op.leftForm == .signed && op.rightForm == .signed
        let products = node.inputs[0].flatMap { graph[$0].type.shape.last } ?? 0
        return isSigned && products % 2 != 0 ? nil : "the product of decisions '\(node.name)' can be 0"
    }

    /// A channel of a convolution that is zero whatever its input, everywhere or where a window has padding alone.
    private static func zeroChannel(_ node: Graph.Node, _ graph: Graph) -> String? {
        guard let w = node.inputs[1].flatMap({ graph.constant($0) }), let output = node.outputs.first else {
            return nil
        }
        let bias = node.inputs.count > 2 ? node.inputs[2] : nil
        let biases = bias.flatMap { graph.constant($0)?.floats }
        guard bias == nil || biases != nil, w.shape[0] > 0 else { return nil }
        if biases?.contains(0) ?? true, hasWindowOfPadding(node, graph) {
            return "the convolution '\(graph[output].name)' has windows of padding alone, and no bias there"
        }
        let count = w.elementCount / w.shape[0]
        let floats = w.floats
        for m in 0..<w.shape[0]
        where (biases?[m] ?? 0) == 0 && floats[m * count..<(m + 1) * count].allSatisfy({ $0 == 0 }) {
            return "channel \(m) of the convolution '\(graph[output].name)' has weights and bias 0"
        }
        return nil
    }

    /// Whether some window of a convolution over an image covers no pixel of it.
    static func hasWindowOfPadding(_ node: Graph.Node, _ graph: Graph) -> Bool {
        guard let conv = node.op as? Conv, let x = node.inputs[0], let output = node.outputs.first,
            graph[x].type.rank == 4, graph[output].type.rank == 4
        else { return false }
        let axes = [conv.window.vertical, conv.window.horizontal]
        return axes.enumerated().contains { index, axis in
            (0..<graph[output].type.shape[2 + index]).contains {
                axis.validTaps(output: $0, input: graph[x].type.shape[2 + index]).isEmpty
            }
        }
    }
}
