import BNNMIR
import XCTest

@testable import BNNMPasses

/// Which convolutions of decisions become BinaryConv, what stands behind them, and why others stay in float.
final class BinaryLayerTests: XCTestCase {
    /// x [1,2,4,4] → sign → convolution `conv` [M,2,k,k] → y.
    private func network(
        _ weights: Tensor, bias: [Float]? = nil, window: Window = Window(kernel: 1), groups: Int = 1,
        padding: Float? = nil
    ) throws -> SmallGraph {
        var g = SmallGraph([1, 2, 4, 4])
        var value = try g.signPlus(g.x, name: "sign")
        if let padding {
            value = try g.add(Pad(), value, g.integers([0, 0, 1, 2, 0, 0, 0, 1]), g.number(padding))
        }
        let w = g.constant(weights.shape, weights.floats)
        let b = bias.map { g.constant([$0.count], $0) }
        g.output(try g.add(Conv(window: window, groups: groups), value, w, b, name: "conv"))
        return g
    }

    private let input: [Float] = (0..<32).map { Float(($0 * 7 + 3) % 11) - 5 }

    func testPlusMinusAlphaWeightsBecomeABinaryLayerWithTheirAlphas() throws {
        let weights = Tensor([3, 2, 1, 1], [0.5, -0.5, -0.25, -0.25, 3, 3])
        let g = try network(weights)
        let (graph, context) = try g.compiled(Pipeline.toReference)
        XCTAssertEqual(graph.operators, ["Binarize", "BinaryConv", "AccumulatorToFloat"])
        let float = try XCTUnwrap(graph.first(AccumulatorToFloat.self)).node
        XCTAssertEqual(graph.constant(float.inputs[1]!)?.floats, [0.5, 0.25, 3])
        let conv = try XCTUnwrap(graph.first(BinaryConv.self)).node
        XCTAssertEqual(graph.constant(conv.inputs[1]!)?.integers, [1, -1, -1, -1, 1, 1])
        XCTAssertEqual(context.floatReasons, [:])
        XCTAssertEqual(context.snaps["conv"]?.noise, [0, 0, 0])
        try assertSameMeaning(g.graph, graph, for: input)
        try assertSameMeaning(g.graph, try g.compiled().graph, for: input)
    }

    func testOtherWeightsKeepTheLayerInFloatWithTheReason() throws {
        let values: [Float] = [0.5, 0.5, 0.5, -0.5, 0.5, 0.25, -0.5, 0.5]
        let g = try network(Tensor([2, 2, 1, 2], values), window: Window(.init(kernel: 1), .init(kernel: 2)))
        let (graph, context) = try g.compiled(Pipeline.toReference)
        XCTAssertEqual(graph.operators, ["Binarize", "BinaryToFloat", "Conv"])
        XCTAssertEqual(
            context.floatReasons,
            [
                "conv":
                    "its input is binary, but its weights take more than two values: in output channel 1, w is 0.25 at"
                    + " element 1, besides -0.5 and 0.5"
            ])
        try assertSameMeaning(g.graph, try g.compiled().graph, for: input)
    }

    func testWeightsThatAreNotFiniteKeepTheLayerInFloatWithTheReason() throws {
        for bad: Float in [.infinity, .nan] {
            let context = try network(Tensor([1, 2, 1, 1], [bad, -bad])).compiled(Pipeline.toReference).context
            XCTAssertEqual(
                context.floatReasons,
                ["conv": "its input is binary, but its weights are not finite in output channel 0"])
        }
    }

    func testWeightsThatDependOnTheInputKeepTheLayerInFloatWithTheReason() throws {
        var g = SmallGraph([1, 2, 1, 1])
        let sign = try g.signPlus(g.x, name: "sign")
        g.output(try g.add(Conv(window: Window(kernel: 1)), sign, g.x, nil, name: "conv"))
        let context = try g.compiled(Pipeline.toReference).context
        XCTAssertEqual(
            context.floatReasons, ["conv": "its input is binary, but its weights depend on the model's input"])
    }

    func testAFloatLayerOfAFloatInputHasNoReason() throws {
        var g = SmallGraph([1, 2, 2, 2])
        g.output(
            try g.add(Conv(window: Window(kernel: 1)), g.x, g.constant([1, 2, 1, 1], [1, -1]), nil, name: "conv"))
        let (graph, context) = try g.compiled(Pipeline.toReference)
        XCTAssertEqual(graph.operators, ["Conv"])
        XCTAssertEqual(context.floatReasons, [:])
    }

    func testABiasIsAddedBehindTheAccumulatorAndRoundedOnce() throws {
        // 0.1·acc + 0.3 in float64 differs from float32 in between.
        let g = try network(Tensor([2, 2, 1, 1], [0.1, -0.1, 0.7, 0.7]), bias: [0.3, -1e-3])
        let graph = try g.compiled(Pipeline.toReference).graph
        XCTAssertEqual(graph.operators, ["Binarize", "BinaryConv", "AccumulatorToFloat"])
        try assertSameMeaning(g.graph, graph, for: input)
        try assertSameMeaning(g.graph, try g.compiled().graph, for: input)
    }

    func testAFoldedBatchNormalizationGivesSmallWeightsOfOneMagnitude() throws {
        let gamma: [Float] = [1.7, -0.3], variance: [Float] = [0.21, 4.4]
        let signs: [Float] = [1, -1, -1, 1]
        let weights = signs.enumerated().map { index, sign in
            sign * 0.037 * (gamma[index / 2] / (variance[index / 2] + 1e-5).squareRoot())
        }
        let (graph, context) = try network(Tensor([2, 2, 1, 1], weights), bias: [0.11, 0.9]).compiled(
            Pipeline.toReference)
        XCTAssertEqual(graph.operators, ["Binarize", "BinaryConv", "AccumulatorToFloat"])
        XCTAssertEqual(context.snaps["conv"]?.relativeDeviation, 0)
    }

    func testAChannelOfZeroWeightsIsBinaryAndGivesItsBias() throws {
        let g = try network(Tensor([2, 2, 1, 1], [0, -0.0, 1, -1]), bias: [0.75, 0])
        let graph = try g.compiled(Pipeline.toReference).graph
        XCTAssertEqual(graph.operators, ["Binarize", "BinaryConv", "AccumulatorToFloat"])
        XCTAssertEqual(try graph.outputs(for: input)[0].prefix(16), ArraySlice([Float](repeating: 0.75, count: 16)))
        try assertSameMeaning(g.graph, try g.compiled().graph, for: input)
    }

    func testAPadWithOnesBecomesThePaddingOfTheLayer() throws {
        for value: Float in [1, -1] {
            let g = try network(
                Tensor([2, 2, 3, 3], (0..<36).map { $0 % 5 < 2 ? 1 : -1 }), window: Window(kernel: 3), padding: value)
            let graph = try g.compiled(Pipeline.toReference).graph
            XCTAssertEqual(graph.operators, ["Binarize", "BinaryConv", "AccumulatorToFloat"])
            let conv = try XCTUnwrap(graph.first(BinaryConv.self)).op
            XCTAssertEqual(conv.padValue, Int(value))
            XCTAssertEqual(conv.window.vertical, Window.Axis(kernel: 3, padBegin: 1, padEnd: 0))
            XCTAssertEqual(conv.window.horizontal, Window.Axis(kernel: 3, padBegin: 2, padEnd: 1))
            try assertSameMeaning(g.graph, graph, for: input)
            try assertSameMeaning(g.graph, try g.compiled().graph, for: input)
        }
    }

    func testAPadWithZerosAddsToThePaddingOfTheLayer() throws {
        let window = Window(kernel: 3, pad: 1)
        let g = try network(Tensor([1, 2, 3, 3], (0..<18).map { $0 % 5 < 2 ? 1 : -1 }), window: window, padding: 0)
        let graph = try g.compiled(Pipeline.toReference).graph
        XCTAssertEqual(graph.operators, ["Binarize", "BinaryConv", "AccumulatorToFloat"])
        let conv = try XCTUnwrap(graph.first(BinaryConv.self)).op
        XCTAssertEqual(conv.padValue, 0)
        XCTAssertEqual(conv.window.vertical, Window.Axis(kernel: 3, padBegin: 2, padEnd: 1))
        XCTAssertEqual(conv.window.horizontal, Window.Axis(kernel: 3, padBegin: 3, padEnd: 2))
        try assertSameMeaning(g.graph, graph, for: input)
        try assertSameMeaning(g.graph, try g.compiled().graph, for: input)
    }

    func testAPadWithOnesBeforeALayerThatPadsItselfStays() throws {
        let window = Window(kernel: 3, pad: 1)
        let g = try network(Tensor([1, 2, 3, 3], (0..<18).map { $0 % 5 < 2 ? 1 : -1 }), window: window, padding: 1)
        let graph = try g.compiled(Pipeline.toReference).graph
        XCTAssertTrue(graph.operators.contains("Pad"), "\(graph.operators)")
        try assertSameMeaning(g.graph, graph, for: input)
    }

    func testGroupedLayersKeepTheirGroups() throws {
        let g = try network(Tensor([4, 1, 1, 1], [1, -1, 0.5, -0.5]), groups: 2)
        let graph = try g.compiled(Pipeline.toReference).graph
        XCTAssertEqual(graph.first(BinaryConv.self)?.op.groups, 2)
        try assertSameMeaning(g.graph, try g.compiled().graph, for: input)
    }

    func testALinearLayerBehindAFlattenBecomesAConvolutionAsLargeAsTheMap() throws {
        for transposed in [false, true] {
            var g = SmallGraph([1, 2, 2, 2])
            let flat = try g.add(Flatten(), try g.signPlus(g.x, name: "sign"))
            let signs: [Float] = (0..<24).map { $0 % 7 < 3 ? 0.5 : -0.5 }
            let matrix = g.constant(transposed ? [3, 8] : [8, 3], signs)
            g.output(try g.add(Gemm(transB: transposed), flat, matrix, g.constant([3], [1, 0, -2])))
            let graph = try g.compiled(Pipeline.toReference).graph
            XCTAssertEqual(graph.operators, ["Binarize", "BinaryConv", "AccumulatorToFloat", "Reshape"])
            XCTAssertEqual(graph.first(BinaryConv.self)?.op.window, Window(kernel: 2))
            let values = Array(input.prefix(8))
            try assertSameMeaning(g.graph, graph, for: values)
            try assertSameMeaning(g.graph, try g.compiled().graph, for: values)
        }
    }

    func testMaxPoolOfDecisionsIsAPoolOfBits() throws {
        var g = SmallGraph([1, 2, 4, 4])
        let pooled = try g.add(
            MaxPool(window: Window(kernel: 3, stride: 2, pad: 1), ceilMode: true), try g.signPlus(g.x, name: "sign"))
        g.output(try g.add(Conv(window: Window(kernel: 1)), pooled, g.constant([1, 2, 1, 1], [1, -1]), nil))
        let graph = try g.compiled(Pipeline.toReference).graph
        XCTAssertEqual(graph.operators, ["Binarize", "BinaryPool", "BinaryConv", "AccumulatorToFloat"])
        try assertSameMeaning(g.graph, graph, for: input)
        try assertSameMeaning(g.graph, try g.compiled().graph, for: input)
    }
}
