import BNNMIR

/// Estimates how the results of a node are distributed, from samples of its operands. Elements are taken to be
/// independent of each other, but for those of one index in elementwise operators, which are computed as they are.
struct SampleEstimate {
    let graph: Graph
    let node: Graph.Node
    /// Of the node's operands, nil where absent or not known.
    let operands: [Sample?]
    /// What products that add up are drawn from.
    let numbers: RandomNumbers

    /// One sample for each result; nil where nothing is known.
    func results() -> [Sample?] {
        node.outputs.indices.map { index in
            let estimate = index == 0 ? first() : nil
            return estimate ?? passedOn(graph[node.outputs[index]].type.elementType)
        }
    }

    private func first() -> Sample? {
        if node.inputs.isEmpty { return (try? node.op.evaluate([]).first).flatMap { Sample(of: $0) } }
        switch node.op {
        case is Conv, is ConvTranspose, is VolumeConv, is Gemm, is MatMul: return products()
        case is BatchNormalization:
            guard let mean = sample(3), let variance = sample(4) else { return nil }
            return normalized(mean: mean.values, variance: variance.values)
        case is LayerNormalization, is BatchNormalizationTraining:
            guard let x = sample(0) else { return nil }
            let count = x.values.count
            return normalized(
                mean: [Double](repeating: x.mean, count: count), variance: [Double](repeating: x.variance, count: count)
            )
        case let pool as IndexedMaxPool:
            let volume = pool.axes.map(\.kernel).reduce(1, *)
            return sample(0)?.grouped((volume + 1) / 2) { $0.max() ?? 0 }
        case is GlobalAveragePool, is AveragePool:
            return sample(0)?.grouped(elementRatio) { $0.reduce(0, +) / Double($0.count) }
        case let pool as MaxPool: return sample(0).map { Self.pooled($0, by: pool) }
        case let op as any Reduction: return reduced(op)
        case is Softmax: return softmax()
        case is any ExtremePosition:
            var numbers = self.numbers
            return Sample((0..<Sample.count).map { _ in Double(numbers.next() & 1) }, .int64)
        case is Concat:
            let known = operands.compactMap { $0 }
            guard known.count == operands.count, !known.isEmpty else { return nil }
            return Sample(
                (0..<Sample.count).map { known[$0 % known.count].tensor.doubles[$0] }, known[0].tensor.elementType)
        case is any RealFunction, is any BinaryElementwise, is any ComparisonOperator, is any LogicalOperator, is Not,
            is Where, is Clip, is Cast, is Pow:
            return elementwise()
        default: return nil
        }
    }

    /// The largest of each window. Neighbours are alike: a window counts for half its elements.
    static func pooled(_ x: Sample, by pool: MaxPool) -> Sample {
        let area = pool.window.vertical.kernel * pool.window.horizontal.kernel
        return x.grouped((area + 1) / 2) { $0.max() ?? 0 }
    }

    private func sample(_ index: Int) -> Sample? { operands.indices.contains(index) ? operands[index] : nil }

    /// Elements of the first operand for each of the result.
    private var elementRatio: Int {
        guard case let x?? = node.inputs.first else { return 1 }
        return graph[x].type.elementCount / max(graph[node.outputs[0]].type.elementCount, 1)
    }

    /// What only moves elements has those of its first operand of the same type.
    private func passedOn(_ elementType: ElementType) -> Sample? {
        operands.lazy.compactMap { $0 }.first { $0.tensor.elementType == elementType }
    }

    private func elementwise() -> Sample? {
        guard !operands.contains(where: { $0 == nil }) || node.op is Clip else { return nil }
        let inputs = operands.map { $0?.tensor }
        // The limits of Clip are single numbers.
        let shaped = inputs.enumerated().map { index, tensor in
            node.op is Clip && index > 0 ? tensor?.gathered([0], shape: []) : tensor
        }
        guard (try? node.op.inferTypes(shaped.map { $0.map { Operand($0) } })) != nil,
            let result = try? node.op.evaluate(shaped).first
        else { return nil }
        return Sample(shaped: result)
    }

    private func products() -> Sample? {
        guard let x = sample(0), let w = sample(1),
            let fanIn = FanIn(graph: graph, node: node).count(weights: 1)
        else { return nil }
        let count = Double(fanIn)
        let mean = count * x.mean * w.mean
        let variance = max(0, count * (x.meanSquare * w.meanSquare - x.mean * x.mean * w.mean * w.mean))
        let bias = node.op is MatMul ? nil : sample(2)?.values
        var numbers = self.numbers
        return Sample(
            (0..<Sample.count).map { mean + variance.squareRoot() * Double(numbers.normal()) + (bias?[$0] ?? 0) },
            x.tensor.elementType)
    }

    private func normalized(mean: [Double], variance: [Double]) -> Sample? {
        guard let x = sample(0) else { return nil }
        let scale = sample(1)?.values, shift = sample(2)?.values
        return Sample(
            x.values.enumerated().map { index, value in
                (value - mean[index]) / (variance[index] + 1e-5).squareRoot() * (scale?[index] ?? 1)
                    + (shift?[index] ?? 0)
            }, x.tensor.elementType)
    }

    private func reduced(_ op: any Reduction) -> Sample? {
        guard let x = sample(0), x.tensor.elementType.isFloat else { return nil }
        let size = max(elementRatio, 1)
        let more = Double(size) / Double(min(size, 256))
        let factor =
            switch op {
            case is ReduceSum, is ReduceL1, is ReduceSumSquare: more
            case is ReduceL2: more.squareRoot()
            default: 1.0
            }
        return x.grouped(size) { op.reduce($0) * factor }
    }

    private func softmax() -> Sample? {
        guard let x = sample(0), case let id?? = node.inputs.first, let length = graph[id].type.shape.last else {
            return nil
        }
        let powers = x.values.map { Double.exp(min($0, 80)) }
        let total = powers.reduce(0, +) / Double(powers.count) * Double(max(length, 1))
        return Sample(powers.map { $0 / total }, x.tensor.elementType)
    }
}
