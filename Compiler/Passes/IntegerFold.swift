import BNNMIR

/// A binarizer's decisions as a function of an accumulator, and the rewriting that uses it.
struct IntegerFold {
    private enum Pooling {
        case none
        /// Decide first, pool the decisions; the flags say which channels take the minimum.
        case decisions(minimum: [Bool])
        /// Pool the accumulators, then decide; channels whose pooled number falls as the accumulator rises are negated.
        case accumulators(negated: [Bool])
        /// The pooled number is not monotone in the accumulator: no integer form.
        case impossible
    }

    private let chain: FoldedChain
    private let pooling: Pooling
    private var table: SwitchTable
    private var ties = 0
    private var withinNoise = 0

    /// Precondition: the chain has at most one pool.
    /// - Parameter noise: of each channel, the most that the unsnapped weights' sum can differ; nil where none does.
    init(_ chain: FoldedChain, _ binarize: any Decision, noise: [Float]?, _ graph: Graph) throws {
        self.chain = chain
        let candidates = chain.accumulators.candidates
        var columns = (0..<chain.columnCount).map { _ in ColumnScan() }
        for range in chain.ranges {
            let rows = try chain.table(range, in: graph)
            let disturbed = try noise.map { noise in
                try [noise, noise.map { -$0 }].map { try chain.table(range, in: graph, offset: $0).decided }
            }
            for row in 0..<range.count {
                for column in 0..<chain.columnCount {
                    let index = row * chain.columnCount + column
                    ties += rows.decided[index] == 0 ? 1 : 0
                    let decision = binarize.decide(rows.decided[index])
                    columns[column].add(
                        accumulator: candidates[range.lowerBound + row], pooled: rows.pooled[index],
                        decision: Int(decision))
                    if let disturbed, disturbed.contains(where: { binarize.decide($0[index]) != decision }) {
                        withinNoise += 1
                    }
                }
            }
        }

        let plane = chain.sampleShape[1] * chain.sampleShape[2]
        let channels = stride(from: 0, to: columns.count, by: plane).map { Array(columns[$0..<$0 + plane]) }
        if chain.pools.isEmpty {
            pooling = .none
        } else if !chain.dependsOnPosition, columns.allSatisfy(\.decisionIsMonotoneInPooled) {
            pooling = .decisions(minimum: columns.map(\.decisionFallsWithPooled))
        } else if channels.allSatisfy({ $0.allSatisfy(\.pooledRises) || $0.allSatisfy(\.pooledFalls) }) {
            pooling = .accumulators(negated: channels.map { !$0.allSatisfy(\.pooledRises) })
        } else {
            pooling = .impossible
        }
        table = SwitchTable(columns: columns.map(\.column))
        if case .accumulators(let negated) = pooling {
            // Candidates are symmetric about 0, so a negated column's table is the old one read backwards.
            for index in table.columns.indices where negated[index / plane] {
                table.columns[index] = table.columns[index].negated(among: candidates)
            }
        }
    }

    /// Adds the comparisons; the decision's value, or nil where there is no integer form.
    func apply(name: String, _ graph: inout Graph) throws -> Graph.ValueID? {
        var acc = chain.accumulators.value
        switch pooling {
        case .impossible: return nil
        case .none: return try decide(acc, name: name, &graph)
        case .decisions(let minimum):
            let bits = try decide(acc, name: name, &graph)
            let pool = graph[chain.pools[0]]
            return try graph.binaryPool(bits, like: pool.op as! MaxPool, output: pool.outputs[0], minimum: minimum)
        case .accumulators(let negated):
            if negated.contains(true) { acc = try graph.negatingChannels(negated, of: acc) }
            let pool = graph[chain.pools[0]]
            let pooled = try graph.append(pool.op, [acc], name: pool.name)[0]
            return try decide(pooled, name: name, &graph)
        }
    }

    func record(name: String) -> BinarizerRecord {
        let note =
            switch pooling {
            case .none, .impossible: ""
            case .decisions: "max-pool on bits"
            case .accumulators: "max-pool on accumulators"
            }
        return BinarizerRecord(
            name: name, domain: .accumulator, counts: table.counts, ties: ties, withinNoise: withinNoise,
            note: note)
    }

    private func decide(_ value: Graph.ValueID, name: String, _ graph: inout Graph) throws -> Graph.ValueID {
        let points = graph.addConstant(name + ".switch_points", table.integerTensor(shape: chain.sampleShape))
        return try graph.append(Decide(), [value, points], name: name)[0]
    }
}

/// One column while candidates go by in ascending order.
private struct ColumnScan {
    private(set) var column = SwitchTable.Column(start: -1, points: [])
    private(set) var pooledRises = true
    private(set) var pooledFalls = true
    private var last: (pooled: Float, decision: Int)?
    /// The extremes of the pooled numbers that decide −1 and +1.
    private var minus: ClosedRange<Float>?
    private var plus: ClosedRange<Float>?

    mutating func add(accumulator: Int, pooled: Float, decision: Int) {
        if let last {
            if decision != last.decision { column.points.append(Float(accumulator)) }
            // Written so that a NaN makes both false.
            pooledRises = pooledRises && pooled >= last.pooled
            pooledFalls = pooledFalls && pooled <= last.pooled
        } else {
            column.start = decision
        }
        last = (pooled, decision)
        func grown(_ range: ClosedRange<Float>?) -> ClosedRange<Float>? {
            guard !pooled.isNaN else { return -Float.infinity...Float.infinity }
            return range.map { min($0.lowerBound, pooled)...max($0.upperBound, pooled) } ?? pooled...pooled
        }
        if decision < 0 { minus = grown(minus) } else { plus = grown(plus) }
    }

    var decisionIsMonotoneInPooled: Bool {
        guard let minus, let plus else { return true }
        return minus.upperBound < plus.lowerBound || plus.upperBound < minus.lowerBound
    }

    var decisionFallsWithPooled: Bool {
        guard let minus, let plus else { return false }
        return plus.upperBound < minus.lowerBound
    }
}

extension SwitchTable.Column {
    /// The column of the negated number, whose value is one of `candidates` (symmetric about 0, ascending): its decision
    /// at k is this one's at −k.
    func negated(among candidates: [Int]) -> SwitchTable.Column {
        let end = points.count % 2 == 0 ? start : -start
        // The decision changes between p's predecessor q and p; read backwards, between −p and −q: it is new from −q on.
        let flipped = points.reversed().map { point -> Float in
            let index = candidates.firstIndex(of: Int(point))!
            return -Float(candidates[index - 1])
        }
        return SwitchTable.Column(start: end, points: flipped)
    }
}

extension Graph {
    /// The accumulators of a BinaryConv with those of some output channels negated, by negating their weights.
    mutating func negatingChannels(_ negated: [Bool], of acc: ValueID) throws -> ValueID {
        let node = self[producer(of: acc)!]
        let weights = constant(node.inputs[1]!)!
        let operand = addConstant(self[node.inputs[1]!].name, weights.negatingChannels(negated))
        return try append(node.op, [node.inputs[0], operand] + node.inputs.dropFirst(2), name: node.name)[0]
    }
}

extension Tensor {
    /// Weights [M,…] with those of some output channels negated. Precondition: integers, and a flag for each channel.
    func negatingChannels(_ negated: [Bool]) -> Tensor {
        guard negated.contains(true), var values = integers else { return self }
        let count = elementCount / shape[0]
        for channel in negated.indices where negated[channel] {
            for index in channel * count..<(channel + 1) * count { values[index] = -values[index] }
        }
        return Tensor(type, .integer(values))
    }
}
