import BNNMIR

/// The chain from a binary convolution's accumulators to the number a binarizer decides on, tabulated: for every number
/// an accumulator can be, what the graph computes from it, in float32 and in the graph's own operator order.
///
///     acc → AccumulatorToFloat → [before pool → MaxPool]… → after pool → binarizer
///
/// Max-pools may stand anywhere in it, because they hand on one of the numbers they see.
struct FoldedChain {
    let accumulators: Accumulators
    /// In execution order.
    let pools: [Graph.NodeID]
    /// What leads to each pool, from the conversion or the pool before it.
    let beforePools: [Chain]
    /// The last pooled number → the number decided on.
    let afterPool: Chain
    /// AccumulatorToFloat.
    let conversion: Graph.NodeID
    /// Shape of a sample of candidates: [M,1,1], or [M,H,W] where the chain depends on position.
    let sampleShape: [Int]

    /// nil where `result` does not depend on the accumulators of one binary convolution alone.
    init?(endingIn result: Graph.ValueID, of graph: Graph) throws {
        var chain = Chain.ending(in: result, of: graph)
        afterPool = chain
        var pools: [Graph.NodeID] = []
        var beforePools: [Chain] = []
        while let id = graph.producer(of: chain.source), graph[id].op is MaxPool, let pooled = graph[id].inputs[0] {
            chain = Chain.ending(in: pooled, of: graph)
            pools.insert(id, at: 0)
            beforePools.insert(chain, at: 0)
        }
        self.pools = pools
        self.beforePools = beforePools
        guard let id = graph.producer(of: chain.source), graph[id].op is AccumulatorToFloat,
            let accumulators = Accumulators(graph[id].inputs[0]!, in: graph)
        else { return nil }
        conversion = id
        self.accumulators = accumulators
        let channels = graph[accumulators.value].type.shape[1]
        let decided = graph[result].type.shape
        // Constants that differ from place to place before a pool meet every window differently: not a chain.
        guard !beforePools.contains(where: { $0.dependsOnPosition(graph) }), decided.count == 4 else { return nil }
        sampleShape = [channels] + (afterPool.dependsOnPosition(graph) ? [decided[2], decided[3]] : [1, 1])
    }

    var dependsOnPosition: Bool { sampleShape[1] != 1 || sampleShape[2] != 1 }
    var columnCount: Int { sampleShape.reduce(1, *) }

    /// The last pooled number (as converted, where nothing is pooled) and the number decided on, for a range of candidates.
    struct Table {
        let pooled: [Float]
        let decided: [Float]
    }

    /// Rows are the candidates in `range` of `accumulators.candidates`, columns the elements of `sampleShape`.
    /// - Parameter offset: of each channel, added to what the convolution gives: the noise of unsnapped weights.
    func table(_ range: Range<Int>, in graph: Graph, offset: [Float]? = nil) throws -> Table {
        let shape = [range.count] + sampleShape
        let values = range.flatMap { [Int64](repeating: Int64(accumulators.candidates[$0]), count: columnCount) }
        let node = graph[conversion]
        let constants = node.inputs.dropFirst().map { $0.flatMap { graph.constant($0) } }
        var pooled = try node.op.evaluate([Tensor(shape, values, .int32)] + constants)[0]
        if let offset { pooled = try Add().evaluate([pooled, Tensor([offset.count, 1, 1], offset)])[0] }
        for chain in beforePools { pooled = try chain.evaluate(pooled, in: graph) }
        let decided = try afterPool.evaluate(pooled, in: graph)
        return Table(pooled: pooled.floats, decided: decided.floats)
    }

    /// Candidate ranges that keep a table at some hundred thousand numbers, which caches hold.
    var ranges: [Range<Int>] {
        let rows = max(1, (1 << 18) / max(1, columnCount))
        let count = accumulators.candidates.count
        return stride(from: 0, to: count, by: rows).map { $0..<min(count, $0 + rows) }
    }

    /// Why some accumulator gives exactly zero, in a channel whose weights were exactly ±α; where they were not, a zero
    /// lies within the export's noise and is a tie like any other.
    func zeroReason(_ graph: Graph, _ context: CompilationContext) throws -> String? {
        let noise = context.snaps[graph[conversion].name]?.noise
        for range in ranges {
            let decided = try table(range, in: graph).decided
            for (index, value) in decided.enumerated() where value == 0 {
                let channel = index % columnCount / (sampleShape[1] * sampleShape[2])
                guard (noise?[channel] ?? 0) == 0 else { continue }
                let candidate = accumulators.candidates[range.lowerBound + index / columnCount]
                return
                    "in channel \(channel) the accumulator \(candidate) of '\(graph[conversion].name)' gives exactly 0"
            }
        }
        return nil
    }
}
