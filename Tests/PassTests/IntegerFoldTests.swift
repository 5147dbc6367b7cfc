import BNNMIR
import XCTest

@testable import BNNMPasses

/// Chains behind a binary layer become integer comparisons that decide as the chain does, for every accumulator: the
/// input has every pattern of signs, so every accumulator occurs.
final class IntegerFoldTests: XCTestCase {
    private static let inputs = 6
    private static let patterns = 1 << inputs

    /// Pixel p of channel c is the sign of bit c of p.
    private var everyPattern: [Float] {
        (0..<Self.inputs * Self.patterns).map { ($0 % Self.patterns) >> ($0 / Self.patterns) & 1 == 1 ? -1 : 1 }
    }

    /// x [1,6,8,8] → sign → 1×1 layer of ±α weights, a channel for each α.
    private func layer(
        _ alpha: [Float], bias: [Float]? = nil, _ g: inout SmallGraph
    ) throws -> Graph.ValueID {
        let k = Self.inputs
        let weights = (0..<alpha.count * k).map { ($0 * $0 + $0 / k) % 3 == 0 ? -alpha[$0 / k] : alpha[$0 / k] }
        return try g.add(
            Conv(window: Window(kernel: 1)), try g.signPlus(g.x, name: "first"),
            g.constant([alpha.count, k, 1, 1], weights), bias.map { g.constant([$0.count], $0) }, name: "conv")
    }

    /// Checks that the network folds its second binarizer to integers as counted, and still means the same.
    private func check(
        _ counts: SwitchTable.Counts? = nil, domain: BinarizerRecord.Domain = .accumulator, note: String? = nil,
        ties: Int? = nil, file: StaticString = #filePath, line: UInt = #line,
        _ chain: (inout SmallGraph) throws -> Graph.ValueID
    ) throws {
        var g = SmallGraph([1, Self.inputs, 8, 8])
        g.output(try g.signPlus(try chain(&g), name: "second"))
        try check(g, counts, domain: domain, note: note, ties: ties, file: file, line: line)
    }

    private func check(
        _ g: SmallGraph, _ counts: SwitchTable.Counts? = nil, domain: BinarizerRecord.Domain = .accumulator,
        note: String? = nil, ties: Int? = nil, file: StaticString = #filePath, line: UInt = #line
    ) throws {
        let (graph, context) = try g.compiled()
        let record = try XCTUnwrap(context.binarizers.last, file: file, line: line)
        XCTAssertEqual(record.name, "second", file: file, line: line)
        XCTAssertEqual(record.domain, domain, file: file, line: line)
        if let counts { XCTAssertEqual(record.counts, counts, file: file, line: line) }
        if let note { XCTAssertEqual(record.note, note, file: file, line: line) }
        if let ties { XCTAssertEqual(record.ties, ties, file: file, line: line) }
        let fused = try g.compiled(Pipeline.through("OrientChannels")).graph
        try assertSameMeaning(g.graph, fused, for: everyPattern, "fused", file: file, line: line)
        try assertSameMeaning(g.graph, graph, for: everyPattern, "laid out", file: file, line: line)
    }

    private func counts(
        rising: Int = 0, falling: Int = 0, constant: Int = 0, several: Int = 0, most: Int
    ) -> SwitchTable.Counts {
        var counts = SwitchTable.Counts()
        counts.rising = rising
        counts.falling = falling
        counts.constant = constant
        counts.several = several
        counts.most = most
        return counts
    }

    func testBatchNormalizationWithPositiveNegativeAndZeroGamma() throws {
        try check(counts(rising: 1, falling: 1, constant: 2, most: 1)) { g in
            let y = try layer([0.3, 0.7, 0.2, 0.1], &g)
            return try g.batchNormalization(
                y, gamma: [1.3, -0.6, 0, 0], beta: [0.11, 0.2, 0.5, -0.5], mean: [0.1, 0.4, 3, 3],
                variance: [0.7, 2, 1, 1])
        }
    }

    func testAThresholdExactlyOnAnAccumulatorDecidesAsTheComparisonSays() throws {
        // α = 1: the chain is exactly 0 at accumulator 2 (−2 in the channel with γ = −1).
        let comparisons: [(any Operator, truth: Float)] = [
            (GreaterOrEqual(), 1), (Greater(), 1), (Less(), 1), (LessOrEqual(), 1), (GreaterOrEqual(), -1),
            (Less(), -1),
        ]
        for (comparison, truth) in comparisons {
            var g = SmallGraph([1, Self.inputs, 8, 8])
            let y = try g.batchNormalization(
                try layer([1, 1], &g), gamma: [1, -1], beta: [0, 0], mean: [2, -2], variance: [1, 1])
            let condition = try g.add(comparison, y, g.number(0))
            g.output(try g.add(Where(), condition, g.number(truth), g.number(-truth), name: "second"))
            try check(g, ties: 2)
        }
    }

    func testAThresholdAnUlpBesideAnAccumulator() throws {
        let twos: [Float] = [Float(2).nextDown, Float(2).nextUp, Float(-2).nextDown, Float(-2).nextUp]
        try check(ties: 0) { g in
            let y = try layer([1, 1, 1, 1], &g)
            return try g.add(Sub(), y, g.constant([1, 4, 1, 1], twos))
        }
    }

    func testRoundingOfTheChainDecidesNotTheRealNumber() throws {
        // 0.1·acc − 0.2 with float32 rounding: whatever it gives at acc = 2, the comparison gives too.
        for bias: Float in [-0.2, Float(-0.2).nextUp, Float(-0.2).nextDown] {
            try check { g in
                let y = try layer([0.1, 0.1], bias: [bias, -bias], &g)
                return try g.batchNormalization(
                    y, gamma: [1e-3, -3e4], beta: [0, 0], mean: [0, 0], variance: [1, 1])
            }
        }
    }

    func testAbsGivesTwoSwitchPoints() throws {
        try check(counts(constant: 1, several: 2, most: 2)) { g in
            let y = try layer([1, 1, 1], &g)
            let distance = try g.add(Abs(), y)
            return try g.batchNormalization(
                distance, gamma: [1, -1, 1], beta: [-3, 3, 1], mean: [0, 0, 0], variance: [1, 1, 1])
        }
    }

    func testANegativeSlopeAndASineGiveSeveralSwitchPoints() throws {
        try check { g in
            let y = try g.add(PRelu(), try layer([1, 0.5], &g), g.constant([2, 1, 1], [-0.5, 0.25]))
            return try g.add(Sub(), y, g.number(0.75))
        }
        try check { g in try g.add(Sin(), try g.add(Add(), try layer([0.9, 1.7], &g), g.number(0.1))) }
    }

    func testAMaxPoolBeforeBatchNormalizationRunsOnBitsByDirection() throws {
        try check(counts(rising: 1, falling: 1, constant: 1, most: 1), note: "max-pool on bits") { g in
            let y = try g.add(MaxPool(window: Window(kernel: 3, stride: 2, pad: 1)), try layer([0.5, 0.5, 0.5], &g))
            return try g.batchNormalization(
                y, gamma: [1, -1, 0], beta: [0.3, 0.3, 0.3], mean: [0, 0, 0], variance: [1, 1, 1])
        }
    }

    func testAMaxPoolBehindBatchNormalizationRunsOnBitsByDirection() throws {
        try check(counts(rising: 1, falling: 1, constant: 1, most: 1), note: "max-pool on bits") { g in
            let y = try g.batchNormalization(
                try layer([0.5, 0.5, 0.5], &g), gamma: [1, -1, 0], beta: [0.3, 0.3, 0.3], mean: [0, 0, 0],
                variance: [1, 1, 1])
            return try g.add(MaxPool(window: Window(kernel: 2, stride: 2)), y)
        }
    }

    func testAMaxPoolBeforeAbsRunsOnAccumulators() throws {
        try check(note: "max-pool on accumulators") { g in
            let y = try g.add(MaxPool(window: Window(kernel: 2, stride: 2)), try layer([0.5, 0.5], &g))
            return try g.add(Sub(), try g.add(Abs(), y), g.number(0.75))
        }
    }

    func testAMaxPoolBeforeBatchNormalizationOfEachElementRunsOnAccumulators() throws {
        var g = SmallGraph([1, Self.inputs, 8, 8])
        // γ < 0 before the pool, so that its channel's accumulators are negated.
        let y = try g.batchNormalization(
            try layer([0.5, 0.5], &g), gamma: [1, -2], beta: [0.3, 0.3], mean: [0, 0], variance: [1, 1])
        let pooled = try g.add(MaxPool(window: Window(kernel: 4, stride: 4)), y)
        let flat = try g.add(Flatten(), pooled)
        let normalized = try g.batchNormalization(
            flat, gamma: [1, -1, 0.5, 0, -1, 1, 2, -0.25], beta: [0.5, 0.25, -1, 1, 0, 0.125, 1, -3],
            mean: [1, 0, 2, 0, -1, 0.5, 3, 1], variance: [Float](repeating: 1, count: 8))
        g.output(try g.signPlus(normalized, name: "second"))
        try check(g, note: "max-pool on accumulators")
    }

    func testABatchNormalizationOfEachElementHasASwitchPointForEach() throws {
        var g = SmallGraph([1, Self.inputs, 8, 8])
        let flat = try g.add(Flatten(), try layer([0.5, 0.5], &g))
        let count = 128
        func numbers(_ factor: Int, _ shift: Float) -> [Float] {
            (0..<count).map { Float($0 * factor % 13) / 3 + shift }
        }
        let normalized = try g.batchNormalization(
            flat, gamma: numbers(7, -2), beta: numbers(5, -2), mean: numbers(3, -2), variance: numbers(2, 0.5))
        g.output(try g.signPlus(normalized, name: "second"))
        try check(g)
    }

    func testAChainThatIsAlsoAnOutputStaysInFloatAndRight() throws {
        var g = SmallGraph([1, Self.inputs, 8, 8])
        let y = try g.batchNormalization(
            try layer([0.5, 0.25], &g), gamma: [1, -1], beta: [0.3, 0.5], mean: [0, 0], variance: [1, 1])
        g.output(try g.signPlus(y, name: "second"))
        g.output(y, name: "floats")
        try check(g, domain: .float)
    }

    func testAChainThatAFloatLayerReadsTooStaysInFloatAndRight() throws {
        var g = SmallGraph([1, Self.inputs, 8, 8])
        let y = try g.batchNormalization(
            try layer([0.5, 0.25], &g), gamma: [1, -1], beta: [0.3, 0.5], mean: [0, 0], variance: [1, 1])
        let decisions = try g.signPlus(y, name: "second")
        g.output(try g.add(Add(), decisions, y))
        try check(g, domain: .float)
    }

    func testTwoBinarizersOfOneChain() throws {
        var g = SmallGraph([1, Self.inputs, 8, 8])
        let y = try g.add(Add(), try layer([0.5, 0.25], &g), g.number(0.1))
        g.output(try g.signPlus(try g.add(Sub(), y, g.number(1)), name: "other"), name: "a")
        g.output(try g.signPlus(try g.add(Neg(), y), name: "second"), name: "b")
        let (graph, _) = try g.compiled()
        try assertSameMeaning(g.graph, graph, for: everyPattern)
    }

    func testOverflowAndNaNInTheChainDecideMinus() throws {
        // 3·10³⁸·acc overflows; ∞ − ∞ is NaN.
        try check { g in
            let y = try layer([1, 1], &g)
            let large = try g.add(Mul(), y, g.number(3e38))
            return try g.add(Add(), large, try g.add(Neg(), try g.add(Abs(), large)))
        }
    }
}
