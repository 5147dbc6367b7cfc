import BNNMIR
import TestSupport
import XCTest

@testable import BNNMPasses

/// Binarizers of floats: monotone operators in front of one fold into the exact float32 number at which its decision
/// changes.
final class FloatFoldTests: XCTestCase {
    private static let channels = 6

    /// Compares the reference and the folded graph at each channel's switch points and the floats around them, and at a
    /// spread of numbers.
    private func check(
        folds: Bool = true, file: StaticString = #filePath, line: UInt = #line,
        _ build: (inout SmallGraph) throws -> Graph.ValueID
    ) throws {
        var g = SmallGraph([1, Self.channels, 1, 1])
        g.output(try build(&g))
        let reference = try g.compiled(Pipeline.before("FoldDecisions")).graph
        let (fused, context) = try g.compiled(Pipeline.through("OrientChannels"))
        XCTAssertEqual(context.binarizers.last?.domain, .float, file: file, line: line)
        XCTAssertEqual(
            fused.operators == ["Decide", "BinaryToFloat"], folds, "\(fused.operators)", file: file, line: line)
        let decide = try XCTUnwrap(fused.first(Decide.self), file: file, line: line)
        let points = try XCTUnwrap(fused.constant(decide.node.inputs[1]!), file: file, line: line)
        let column = Tensor.broadcastIndices(from: [1] + points.shape.dropFirst(), to: [1, Self.channels, 1, 1])
        let columns = points.elementCount / points.shape[0]
        var inputs = [-1e30, -2, -0x1p-149, -0.0, 0, 0x1p-149, 0.5, 3, 1e30].map {
            [Float](repeating: $0, count: Self.channels)
        }
        inputs.append([Float](repeating: .nan, count: Self.channels))
        for row in 0..<points.shape[0] {
            let at = column.map { points.floats[row * columns + $0] }.map { $0.isFinite ? $0 : 0 }
            inputs += [at, at.map(\.nextUp), at.map(\.nextDown), at.map(\.nextUp.nextUp), at.map(\.nextDown.nextDown)]
        }
        // The runtime has none of the operators that stay here.
        let laidOut = folds ? try g.compiled().graph : fused
        for input in inputs {
            try assertSameMeaning(reference, fused, for: input, "at \(input)", file: file, line: line)
            try assertSameMeaning(reference, laidOut, for: input, "laid out, at \(input)", file: file, line: line)
        }
    }

    func testASignAloneSwitchesAtZero() throws {
        try check { try $0.signPlus($0.x, name: "where") }
        try check { g in
            try g.add(Where(), try g.add(Greater(), g.x, g.number(0)), g.number(1), g.number(-1))
        }
    }

    func testBatchNormalizationFoldsExactlyForManyCoefficients() throws {
        for seed in 0..<UInt64(40) {
            var random = SeededRandom(seed: seed)
            try check { g in
                let c = Self.channels
                var gamma = random.floats(c, bound: random.pick([1, 1e-6, 1e6]))
                if random.chance(1, in: 2) { gamma[random.below(c)] = 0 }
                let y = try g.batchNormalization(
                    g.x, gamma: gamma, beta: random.floats(c), mean: random.floats(c, bound: 10),
                    variance: random.floats(c).map { abs($0) + 0.01 })
                return try g.signPlus(y, name: "where")
            }
        }
    }

    func testChainsOfMonotoneOperatorsFoldExactly() throws {
        for seed in 0..<UInt64(60) {
            var random = SeededRandom(seed: seed + 1000)
            try check { g in
                var value = g.x
                for _ in 0..<(random.below(4) + 1) {
                    let perChannel = g.constant([1, Self.channels, 1, 1], random.floats(Self.channels, bound: 3))
                    switch random.below(7) {
                    case 0: value = try g.add(Add(), value, perChannel)
                    case 1: value = try g.add(Sub(), perChannel, value)
                    case 2: value = try g.add(Mul(), perChannel, value)
                    case 3: value = try g.add(Clip(), value, g.number(-1.5), g.number(1.25))
                    case 4: value = try g.add(LeakyRelu(alpha: 0.1), value)
                    case 5: value = try g.add(Neg(), value)
                    default: value = try g.add(Div(), value, perChannel)
                    }
                }
                let limit = try g.add(Greater(), value, g.number(random.float()))
                return try g.add(Where(), limit, g.number(1), g.number(-1))
            }
        }
    }

    func testALearnedShiftOfEachChannelFoldsExactly() throws {
        try check { g in
            let shift = g.constant([1, Self.channels, 1, 1], [0.1, -0.1, 1e-8, -1e8, 0, 0x1p-149])
            return try g.add(Sign(), try g.add(Add(), g.x, shift))
        }
    }

    func testAnOperatorThatIsNotMonotoneStays() throws {
        try check(folds: false) { g in
            let distance = try g.add(Sub(), try g.add(Abs(), g.x), g.number(0.5))
            return try g.signPlus(distance, name: "where")
        }
        try check(folds: false) { g in
            let y = try g.add(PRelu(), g.x, g.constant([Self.channels, 1, 1], [1, -1, 0.5, 0, 2, -2]))
            return try g.signPlus(try g.add(Add(), y, g.number(0.5)), name: "where")
        }
    }

    func testNaNDecidesMinusWhicheverWayTheChainGoes() throws {
        for factor: Float in [1, -1, 0] {
            var g = SmallGraph([1, 1, 1, 2])
            let y = try g.add(Add(), try g.add(Mul(), g.x, g.number(factor)), g.number(0.5))
            g.output(try g.add(Sign(), y))
            for passes in [Pipeline.before("FoldDecisions"), Pipeline.passes] {
                let graph = try g.compiled(passes).graph
                XCTAssertEqual(try graph.outputs(for: [.nan, 0])[0], [-1, 1], "factor \(factor)")
            }
        }
    }

    func testAResidualSumIsDecidedAsItIs() throws {
        var g = SmallGraph([1, 2, 2, 2])
        let layer = try g.add(
            Conv(window: Window(kernel: 1)), try g.signPlus(g.x, name: "first"),
            g.constant([2, 2, 1, 1], [0.3, -0.3, 0.7, 0.7]), nil)
        let sum = try g.batchNormalization(
            try g.add(Add(), layer, g.x), gamma: [1, -1], beta: [0.2, 0.1], mean: [0, 0], variance: [1, 1])
        g.output(try g.signPlus(sum, name: "second"))
        let (graph, context) = try g.compiled()
        XCTAssertEqual(context.binarizers.map(\.domain), [.float, .float])
        var random = SeededRandom(seed: 3)
        for _ in 0..<50 { try assertSameMeaning(g.graph, graph, for: random.floats(8, bound: 2)) }
    }
}
