import BNNMIR

/// A binarizer whose threshold is computed for each sample and channel, on a number that is an affine function of a
/// binary convolution's accumulator: sign(v − t) or sign(v + t), v = a·(α·acc + bias) + b.
///
/// Comparing accumulators instead needs no float map at all: the runtime turns t into an integer for each channel, once a
/// sample (`AccumulatorThresholds`), and v's global average, from which t is usually computed, comes from the
/// accumulators' integer sum (`AccumulatorAverages`).
///
/// *Source*: DySign, arXiv 2211.02292.
struct DynamicFold {
    private let acc: Graph.ValueID
    /// α and bias, then a and b of each further step, of each channel; α and a ≥ 0 once `negated` channels' accumulators
    /// are negated.
    private let steps: [(scale: [Float], shift: [Float])]
    private let negated: [Bool]
    private let threshold: Graph.ValueID
    /// Whether the graph adds the threshold instead of subtracting it.
    private let isAdded: Bool
    private let averages: [Graph.NodeID]
    private let limit: Int
    private let isStrict: Bool

    /// nil where the number decided on is not of this form, or somebody else reads it as a float.
    init?(_ x: Graph.ValueID, _ binarize: Binarize, _ graph: Graph) {
        guard let comparison = DynamicComparison(x, graph) else { return nil }
        // What reads v: the comparison, and global averages of it.
        let readers = Set(graph.readers(of: comparison.value)).subtracting([graph.producer(of: x)!])
        guard readers.allSatisfy({ graph[$0].op is GlobalAveragePool }), graph.readerCount(of: x) == 1 else {
            return nil
        }
        averages = readers.sorted()

        var value = comparison.value
        var constants: [(scale: [Float], shift: [Float])] = []
        let channels = graph[value].type.shape[1]
        while let (_, node) = graph.producer(of: value, as: ScaleShift.self) {
            let pair = node.inputs.dropFirst().map { graph.constant($0!)! }
            guard pair.allSatisfy({ $0.shape.dropFirst().allSatisfy { $0 == 1 } }), !graph.isOutput(value),
                value == comparison.value || graph.readerCount(of: value) == 1
            else { return nil }
            let vectors = pair.map { $0.broadcast(to: [channels, 1, 1]).floats }
            constants.insert((vectors[0], vectors[1]), at: 0)
            value = node.inputs[0]!
        }
        guard constants.count < EpilogueChain.stepLimit, !graph.isOutput(value),
            value == comparison.value || graph.readerCount(of: value) == 1,
            let (_, conversion) = graph.producer(of: value, as: AccumulatorToFloat.self),
            let accumulators = Accumulators(conversion.inputs[0]!, in: graph),
            graph.readerCount(of: accumulators.value) == 1,
            graph.producer(of: accumulators.value, as: BinaryConv.self)?.op.isMasked == false
        else { return nil }
        let alpha = graph.constant(conversion.inputs[1]!)!.floats
        let bias = conversion.inputs.count > 2 ? conversion.inputs[2].flatMap { graph.constant($0)?.floats } : nil
        constants.insert((alpha, bias ?? [Float](repeating: 0, count: channels)), at: 0)

        acc = accumulators.value
        threshold = comparison.threshold
        isAdded = comparison.isAdded
        isStrict = binarize.zero == .minus
        limit = accumulators.candidates.map { abs($0) }.max() ?? 0
        (steps, negated) = DynamicFold.oriented(constants, channels: channels)
    }

    /// Makes every scale ≥ 0: −a·y is a·(−y), to the bit, so signs move to the front, where they negate the accumulator.
    private static func oriented(
        _ constants: [(scale: [Float], shift: [Float])], channels: Int
    ) -> (steps: [(scale: [Float], shift: [Float])], negated: [Bool]) {
        var steps = constants
        var negated = [Bool](repeating: false, count: channels)
        for c in 0..<channels {
            var sign: Float = 1
            for index in steps.indices.reversed() {
                steps[index].shift[c] *= sign
                if steps[index].scale[c] < 0 { sign = -sign }
                steps[index].scale[c] = abs(steps[index].scale[c])
            }
            negated[c] = sign < 0
        }
        return (steps, negated)
    }

    func apply(name: String, _ graph: inout Graph) throws -> Graph.ValueID {
        let source = negated.contains(true) ? try graph.negatingChannels(negated, of: acc) : acc
        let constants = steps.flatMap { [$0.scale, $0.shift] }.map {
            graph.addConstant(name + ".affine", Tensor([$0.count], $0))
        }
        for id in averages {
            let (scale, shift) = affine
            let operands = [scale, shift].map { graph.addConstant(name + ".average", Tensor([$0.count], $0)) }
            let average = try graph.append(AccumulatorAverages(), [source] + operands, name: graph[id].name)[0]
            graph.replaceUses(of: graph[id].outputs[0], with: average)
        }
        // Looked up now: an average may have been its own operand's.
        var t = threshold
        if isAdded { t = try graph.append(Neg(), [t], name: name)[0] }
        let thresholds = try graph.append(
            AccumulatorThresholds(limit: limit, isStrict: isStrict), [t] + constants, name: name)[0]
        return try graph.append(DecideBy(), [source, thresholds], name: name)[0]
    }

    func record(name: String) -> BinarizerRecord {
        var counts = SwitchTable.Counts()
        counts.rising = negated.filter { !$0 }.count
        counts.falling = negated.count - counts.rising
        counts.most = 1
        return BinarizerRecord(
            name: name, domain: .dynamicAccumulator, counts: counts, ties: 0, withinNoise: 0,
            note: "threshold of each sample and channel", isDynamic: true)
    }

    /// All steps as one affine function of the (negated) accumulator, for averages.
    private var affine: (scale: [Float], shift: [Float]) {
        var scale = steps[0].scale.map { Double($0) }, shift = steps[0].shift.map { Double($0) }
        for step in steps.dropFirst() {
            for c in scale.indices {
                scale[c] *= Double(step.scale[c])
                shift[c] = shift[c] * Double(step.scale[c]) + Double(step.shift[c])
            }
        }
        return (scale.map { Float($0) }, shift.map { Float($0) })
    }
}

/// v − t or v + t, t computed and constant over the map of v.
struct DynamicComparison {
    let value: Graph.ValueID
    let threshold: Graph.ValueID
    let isAdded: Bool

    init?(_ x: Graph.ValueID, _ graph: Graph) {
        guard let id = graph.producer(of: x), graph[id].inputs.count == 2, let a = graph[id].inputs[0],
            let b = graph[id].inputs[1], graph[x].type.rank == 4, graph[x].type.elementType == .float32
        else { return nil }
        let shape = graph[x].type.shape
        func isVector(_ value: Graph.ValueID) -> Bool {
            graph.constant(value) == nil && graph[value].type.shape == [shape[0], shape[1], 1, 1]
        }
        guard shape[2] * shape[3] > 1, !graph.isOutput(x) else { return nil }
        switch graph[id].op {
        case is Sub where isVector(b) && graph[a].type.shape == shape: (value, threshold, isAdded) = (a, b, false)
        case is Add where isVector(b) && graph[a].type.shape == shape: (value, threshold, isAdded) = (a, b, true)
        case is Add where isVector(a) && graph[b].type.shape == shape: (value, threshold, isAdded) = (b, a, true)
        default: return nil
        }
    }
}
