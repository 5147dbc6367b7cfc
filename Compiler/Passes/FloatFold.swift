import BNNMIR

/// A binarizer's decisions as a function of a float32 further up: through every operator that is monotone, the chain's
/// decision changes at one number, which bisection over all float32 numbers finds exactly.
struct FloatFold {
    private let chain: Chain
    private let table: SwitchTable
    private let sampleShape: [Int]
    private let note: String
    private let isDynamic: Bool

    init(_ x: Graph.ValueID, _ decision: any Decision, _ graph: Graph) throws {
        if !(decision is ZeroMask), let (classifier, node) = graph.producer(of: x, as: ScalarClassifier.self),
            let source = node.inputs[0]
        {
            // Its switch points are known since it was recognized.
            chain = Chain(source: source, result: x, nodes: [graph.producer(of: x)!])
            sampleShape = [Int](repeating: 1, count: graph[source].type.rank - 1)
            table = SwitchTable(columns: [
                SwitchTable.Column(start: classifier.startsAtPlus ? 1 : -1, points: classifier.switchPoints)
            ])
            note = "classifier"
            isDynamic = false
            return
        }
        // Where a number is 0 is no monotone question: asked of the number itself.
        chain =
            decision is ZeroMask
            ? Chain(source: x, result: x, nodes: []) : FloatFold.monotoneChain(endingIn: x, graph)
        let shape = graph[chain.source].type.shape
        isDynamic = DynamicComparison(chain.source, graph) != nil
        note = isDynamic ? "threshold of each sample and channel" : ""
        if chain.nodes.isEmpty {
            // On the number itself: it may change at 0 and at the smallest positive number.
            var last: Int64 = -1
            let points = [0, Float.leastNonzeroMagnitude].filter { point in
                defer { last = decision.decide(point) }
                return decision.decide(point) != last
            }
            sampleShape = [Int](repeating: 1, count: shape.count - 1)
            table = SwitchTable(columns: [SwitchTable.Column(start: -1, points: points)])
            return
        }
        let position = chain.dependsOnPosition(graph)
        sampleShape = shape.dropFirst().enumerated().map { $0.offset == 0 || position ? $0.element : 1 }
        table = try FloatFold.bisect(chain, decision, sampleShape: sampleShape, graph)
    }

    func apply(name: String, _ graph: inout Graph) throws -> Graph.ValueID {
        let points = graph.addConstant(name + ".switch_points", table.floatTensor(shape: sampleShape))
        return try graph.append(Decide(), [chain.source, points], name: name)[0]
    }

    func record(name: String) -> BinarizerRecord {
        BinarizerRecord(
            name: name, domain: .float, counts: table.counts, ties: 0, withinNoise: 0, note: note,
            isDynamic: isDynamic)
    }

    /// The operators above `x` that are monotone in one operand and whose results nothing else reads.
    private static func monotoneChain(endingIn x: Graph.ValueID, _ graph: Graph) -> Chain {
        var source = x
        var nodes: [Graph.NodeID] = []
        while nodes.count < Chain.nodeLimit, let id = graph.producer(of: source),
            graph.readerCount(of: source) <= 1, !graph.isOutput(source)
        {
            let node = graph[id]
            let data = Set(node.inputs.compactMap { $0 }.filter { graph.constant($0) == nil })
            guard Elementwise.isElementwise(node.op), Elementwise.treatsSamplesAlike(node, in: graph),
                data.count == 1, let next = data.first,
                graph[next].type == graph[source].type, graph[source].type.elementType == .float32,
                Elementwise.direction(of: node, data: next, in: graph) != nil
            else { break }
            nodes.append(id)
            source = next
        }
        return Chain(source: source, result: x, nodes: nodes.reversed())
    }

    private static func bisect(
        _ chain: Chain, _ decision: any Decision, sampleShape: [Int], _ graph: Graph
    ) throws -> SwitchTable {
        let count = sampleShape.reduce(1, *)
        func decisions(_ x: [Float]) throws -> [Float] {
            try chain.evaluate(Tensor([1] + sampleShape, x), in: graph).floats
        }
        // The widest interval at whose ends nothing overflows to a NaN (∞·0, ∞ − ∞).
        var bound = Float.greatestFiniteMagnitude
        var low: [Float] = [], high: [Float] = []
        repeat {
            low = try decisions([Float](repeating: -bound, count: count))
            high = try decisions([Float](repeating: bound, count: count))
            if !(low + high).contains(where: \.isNaN) { break }
            bound = bound.squareRoot()
        } while bound > 2
        let start = low.map { Int(decision.decide($0)) }
        let end = high.map { Int(decision.decide($0)) }

        // Invariant: the decision at `below` is that of the low end, at `above` that of the high end.
        var below = [Int32](repeating: OrderedFloat.key(-bound), count: count)
        var above = [Int32](repeating: OrderedFloat.key(bound), count: count)
        while zip(below, above).contains(where: { Int64($1) - Int64($0) > 1 }) {
            let middle = zip(below, above).map { Int32((Int64($0) + Int64($1)) >> 1) }
            let seen = try decisions(middle.map { OrderedFloat.value($0) })
            for i in 0..<count where Int64(above[i]) - Int64(below[i]) > 1 {
                if Int(decision.decide(seen[i])) == start[i] { below[i] = middle[i] } else { above[i] = middle[i] }
            }
        }
        return SwitchTable(
            columns: (0..<count).map { i in
                SwitchTable.Column(start: start[i], points: start[i] == end[i] ? [] : [OrderedFloat.value(above[i])])
            })
    }
}

/// Float32 numbers as integers in the same order; −0 and +0 share 0.
enum OrderedFloat {
    static func key(_ value: Float) -> Int32 {
        let bits = Int32(bitPattern: value.bitPattern)
        return bits >= 0 ? bits : Int32.min &- bits
    }

    static func value(_ key: Int32) -> Float {
        Float(bitPattern: UInt32(bitPattern: key >= 0 ? key : Int32.min &- key))
    }
}
