import BNNMIR
import TestSupport
import XCTest

@testable import BNNMPasses

/// Convolutions of inputs that take two values by a decision, and of weights that take two values in each output
/// channel: what stands behind the binary convolution, and that it means the same.
final class TwoValuedLayerTests: XCTestCase {
    /// x [1,2,4,4] → sign → ·scale + shift → convolution `conv` → y.
    private func network(
        scale: Float = 1, shift: Float = 0, _ weights: Tensor, bias: [Float]? = nil,
        window: Window = Window(kernel: 1), padding: Float? = nil
    ) throws -> SmallGraph {
        var g = SmallGraph([1, 2, 4, 4])
        var value = try g.signPlus(g.x, name: "sign")
        if scale != 1 { value = try g.add(Mul(), value, g.number(scale)) }
        if shift != 0 { value = try g.add(Add(), value, g.number(shift)) }
        if let padding {
            value = try g.add(Pad(), value, g.integers([0, 0, 1, 2, 0, 0, 0, 1]), g.number(padding))
        }
        let w = g.constant(weights.shape, weights.floats)
        let b = bias.map { g.constant([$0.count], $0) }
        g.output(try g.add(Conv(window: window), value, w, b, name: "conv"))
        return g
    }

    private let input: [Float] = (0..<32).map { Float(($0 * 7 + 3) % 11) - 5 }

    /// Two values a channel, in no order.
    private func weights(_ shape: [Int], _ pairs: [(Float, Float)]) -> Tensor {
        let count = shape.dropFirst().reduce(1, *)
        return Tensor(
            shape,
            (0..<shape.reduce(1, *)).map { index in
                let pair = pairs[index / count % pairs.count]
                return (index * index + index / 3) % 7 < 3 ? pair.0 : pair.1
            })
    }

    private func check(
        _ g: SmallGraph, operators: [String], accuracy: Float = 0, file: StaticString = #filePath, line: UInt = #line
    ) throws {
        let (graph, context) = try g.compiled(Pipeline.toReference)
        XCTAssertEqual(graph.operators, operators, file: file, line: line)
        XCTAssertEqual(context.floatReasons, [:], file: file, line: line)
        try assertSameMeaning(g.graph, graph, for: input, accuracy: accuracy, file: file, line: line)
        let fused = try g.compiled(Pipeline.through("ExpandElementwise")).graph
        try assertSameMeaning(graph, fused, for: input, "fused", file: file, line: line)
    }

    func testScaledDecisionsMayBeRepeatedAndPicked() throws {
        let movements: [(inout SmallGraph, Graph.ValueID) throws -> Graph.ValueID] = [
            { g, x in try g.add(Pad(mode: .edge), x, g.integers([0, 0, 1, 0, 0, 0, 0, 2])) },
            { g, x in try g.add(Pad(mode: .reflect), x, g.integers([0, 0, 1, 1, 0, 0, 1, 1])) },
            { g, x in try g.add(Slice(), x, g.integers([1]), g.integers([3]), g.integers([3])) },
            { g, x in try g.add(Transpose(permutation: [0, 1, 3, 2]), x) },
        ]
        for movement in movements {
            var g = SmallGraph([1, 2, 3, 4])
            let scaled = try g.add(Mul(), try g.add(Sign(), g.x, name: "sign"), g.number(0.3))
            let moved = try movement(&g, scaled)
            g.output(
                try g.add(
                    Conv(window: Window(kernel: 2)), moved,
                    g.constant([1, 2, 2, 2], [0.5, -0.5, 0.5, 0.5, -0.5, 0.5, 0.5, -0.5]), nil, name: "conv"))
            let (graph, context) = try g.compiled()
            XCTAssertEqual(context.floatReasons, [:])
            XCTAssertTrue(graph.operators.contains { $0.hasPrefix("BinaryConv") }, "\(graph.operators)")
            try assertSameMeaning(g.graph, graph, for: (0..<24).map { Float($0 * 7 % 11) - 4.5 }, accuracy: 1e-6)
        }
    }

    func testAScaledDecisionNeedsNothingMore() throws {
        try check(
            try network(scale: 0.5, weights([3, 2, 3, 3], [(0.5, -0.5)]), window: Window(kernel: 3, pad: 1)),
            operators: ["Binarize", "BinaryConv", "AccumulatorToFloat"])
        // A negative scale turns the weights, so that factors stay positive.
        let turned = try network(scale: -2, weights([3, 2, 1, 1], [(0.5, -0.5)]), bias: [1, 2, 3])
        try check(turned, operators: ["Binarize", "BinaryConv", "AccumulatorToFloat"])
        let graph = try turned.compiled(Pipeline.toReference).graph
        let node = try XCTUnwrap(graph.first(AccumulatorToFloat.self)).node
        XCTAssertEqual(graph.constant(node.inputs[1]!)?.floats, [1, 1, 1])
    }

    func testAShiftedDecisionWithoutPaddingChangesTheBias() throws {
        let g = try network(
            scale: 0.5, shift: 0.25, weights([2, 2, 3, 3], [(0.5, -0.5)]), bias: [1, -1],
            window: Window(kernel: 3))
        try check(g, operators: ["Binarize", "BinaryConv", "AccumulatorToFloat"])
    }

    func testZeroPaddingOfCodesIsADecision() throws {
        for (scale, value): (Float, Int) in [(0.5, -1), (-0.5, 1)] {
            // 0/1 codes, and −1/0 codes, with padding 0.
            for shift: Float in [0.5, -0.5] {
                let g = try network(
                    scale: scale, shift: shift, weights([3, 2, 3, 3], [(1, -1)]), window: Window(kernel: 3, pad: 1))
                try check(g, operators: ["Binarize", "BinaryConv", "AccumulatorToFloat"])
                let conv = try XCTUnwrap(g.compiled(Pipeline.toReference).graph.first(BinaryConv.self)).op
                XCTAssertEqual(conv.padValue, (scale < 0) == (shift > 0) ? 1 : -1, "\(value)")
            }
        }
    }

    func testCodesTimesWeightsThatNoSumHoldsExactlyAreScaledLast() throws {
        // α·(acc + Σv) of an α with 24 bits: 0 exactly where acc is −Σv.
        let uneven = Tensor([2, 2, 3, 3], (0..<36).map { ($0 % 18 == 4 || $0 == 11 ? -1 : 1) * ($0 < 18 ? 0.3 : 0.7) })
        for (bias, accuracy): ([Float]?, Float) in [(nil, 0), ([1, 0.1], 1e-6)] {
            try check(
                try network(scale: 0.5, shift: 0.5, uneven, bias: bias, window: Window(kernel: 3, pad: 1)),
                operators: ["Binarize", "BinaryConv", "AccumulatorToFloat", "ScaleShift"], accuracy: accuracy)
        }
    }

    func testZeroPaddingOfShiftedDecisionsAddsAConstantOfEachBorderClass() throws {
        let g = try network(
            scale: 0.5, shift: 0.25, weights([3, 2, 3, 3], [(0.5, -0.5)]), window: Window(kernel: 3, pad: 1))
        try check(
            g, operators: ["Binarize", "BinaryConv", "AccumulatorToFloat", "Gather", "Gather", "Add"], accuracy: 1e-6)
        let graph = try g.compiled(Pipeline.toReference).graph
        let gather = try XCTUnwrap(graph.first(Gather.self)).node
        XCTAssertEqual(graph.constant(gather.inputs[0]!)?.shape, [1, 3, 3, 3])
        XCTAssertEqual(graph.constant(gather.inputs[1]!)?.integers, [0, 1, 1, 2])
    }

    func testAPadWithOneOfTheTwoValuesIsADecision() throws {
        for (value, decision): (Float, Int) in [(-0.25, -1), (0.75, 1)] {
            let g = try network(
                scale: 0.5, shift: 0.25, weights([2, 2, 3, 3], [(0.5, -0.5)]), window: Window(kernel: 3),
                padding: value)
            try check(g, operators: ["Binarize", "BinaryConv", "AccumulatorToFloat"])
            XCTAssertEqual(
                try g.compiled(Pipeline.toReference).graph.first(BinaryConv.self)?.op.padValue, decision)
        }
    }

    func testAPadWithAThirdValueKeepsTheLayerInFloatWithTheReason() throws {
        let g = try network(weights([2, 2, 3, 3], [(1, -1)]), window: Window(kernel: 3), padding: 0.5)
        XCTAssertEqual(
            try g.compiled(Pipeline.toReference).context.floatReasons,
            ["conv": "its input is binary, but it is padded with 0.5, which is neither of its two values"])
    }

    func testWeightsOfTwoValuesAddAMultipleOfTheWindowsSum() throws {
        for pad in [0, 1] {
            let g = try network(
                weights([3, 2, 3, 3], [(0.75, 0.125), (0.5, -0.5), (-2, -0.25)]), bias: [0, 1, 2],
                window: Window(kernel: 3, pad: pad))
            try check(
                g,
                operators: [
                    "Binarize", "BinaryConv", "AccumulatorToFloat", "BinaryConv", "AccumulatorToFloat", "Mul", "Add",
                ], accuracy: 1e-6)
            XCTAssertEqual(try g.compiled(Pipeline.toReference).context.windowSums, ["conv.window_sum"])
        }
    }

    func testCodesTimesCodesAreExact() throws {
        let g = try network(
            scale: 0.15, shift: 0.15, weights([3, 2, 3, 3], [(0, 0.3), (0.7, 0)]), window: Window(kernel: 3, pad: 1))
        try check(
            g,
            operators: [
                "Binarize", "BinaryConv", "AccumulatorToFloat", "BinaryConv", "AccumulatorToFloat", "Mul", "Add",
                "ScaleShift",
            ], accuracy: 1e-6)
    }

    func testChannelsMayDifferBetweenGroupsOnly() throws {
        for (scales, isBinary): ([Float], Bool) in [([1, 1, 3, 3], true), ([1, 2, 3, 3], false)] {
            var g = SmallGraph([1, 4, 2, 2])
            let sign = try g.signPlus(g.x, name: "sign")
            let scaled = try g.add(Mul(), sign, g.constant([1, 4, 1, 1], scales))
            let w = weights([6, 2, 1, 1], [(1, -1), (2, 0.5), (0, 1), (1, -3), (5, 4), (1, 2)])
            g.output(
                try g.add(
                    Conv(window: Window(kernel: 1), groups: 2), scaled, g.constant(w.shape, w.floats), nil, name: "conv"
                ))
            let (graph, context) = try g.compiled(Pipeline.toReference)
            XCTAssertEqual(graph.operators.contains("BinaryConv"), isBinary)
            XCTAssertEqual(
                context.floatReasons,
                isBinary ? [:] : ["conv": "its input is binary, but it takes other values in other channels of a group"]
            )
            try assertSameMeaning(g.graph, graph, for: Array(input.prefix(16)), accuracy: 1e-5)
        }
    }

    func testScaledDecisionsAreMovedAndPooledAsBits() throws {
        for scale: Float in [0.5, -0.25] {
            var g = SmallGraph([1, 2, 4, 4])
            let sign = try g.signPlus(g.x, name: "sign")
            let scaled = try g.add(Mul(), sign, g.constant([1, 2, 1, 1], [scale, scale]))
            let pooled = try g.add(MaxPool(window: Window(kernel: 2, stride: 2)), scaled)
            let shifted = try g.add(Add(), pooled, g.number(0.75))
            let turned = try g.add(Transpose(permutation: [0, 1, 3, 2]), shifted)
            let doubled = try g.add(Mul(), turned, g.number(2))
            let w = weights([3, 2, 2, 2], [(0.5, -0.5), (1, 0), (1, -1)])
            g.output(try g.add(Conv(window: Window(kernel: 2)), doubled, g.constant(w.shape, w.floats), nil))
            try check(
                g,
                operators: [
                    "Binarize", "BinaryPool", "Transpose", "BinaryConv", "AccumulatorToFloat", "BinaryConv",
                    "AccumulatorToFloat", "Mul", "Add", "ScaleShift",
                ])
        }
    }

    func testPoolsOfChannelsWithOppositeScalesTakeMaximumAndMinimum() throws {
        var g = SmallGraph([1, 2, 4, 4])
        let sign = try g.signPlus(g.x, name: "sign")
        let scaled = try g.add(Mul(), sign, g.constant([1, 2, 1, 1], [2, -3]))
        let pooled = try g.add(MaxPool(window: Window(kernel: 2)), scaled)
        g.output(
            try g.add(Conv(window: Window(kernel: 1), groups: 2), pooled, g.constant([2, 1, 1, 1], [1, -1]), nil))
        try check(g, operators: ["Binarize", "BinaryPool", "BinaryConv", "AccumulatorToFloat"])
    }

    func testValuesThatDifferFromPlaceToPlaceAreNoTwoValues() throws {
        var g = SmallGraph([1, 2, 2, 2])
        let sign = try g.signPlus(g.x, name: "sign")
        let scaled = try g.add(Mul(), sign, g.constant([1, 1, 2, 2], [1, 2, 3, 4]))
        g.output(try g.add(Conv(window: Window(kernel: 1)), scaled, g.constant([1, 2, 1, 1], [1, -1]), nil))
        XCTAssertFalse(try g.compiled(Pipeline.toReference).graph.operators.contains("BinaryConv"))
    }

    func testADecisionTimesAComputedNumberIsNoTwoValues() throws {
        var g = SmallGraph([1, 2, 2, 2])
        let product = try g.add(Mul(), try g.signPlus(g.x, name: "sign"), g.x)
        g.output(try g.add(Conv(window: Window(kernel: 1)), product, g.constant([1, 2, 1, 1], [1, -1]), nil))
        XCTAssertFalse(try g.compiled(Pipeline.toReference).graph.operators.contains("BinaryConv"))
    }

    func testMoreProductsThanAccumulatorsHoldKeepTheLayerInFloat() throws {
        let side = 4097
        var graph = Graph(name: "wide", stage: .canonical)
        let x = graph.addInput("x", TensorType(.float32, [1, 1, side, side]))
        let sign = try graph.append(Sign(), [x], name: "sign")[0]
        let ones = [Float](repeating: 1, count: side * side)
        let w = graph.addConstant("w", Tensor([1, 1, side, side], ones))
        let y = try graph.append(Conv(window: Window(kernel: side)), [sign, w], name: "conv")[0]
        graph.outputs = [Graph.Output(name: "y", value: y)]
        var context = CompilationContext()
        let passes: [any Pass] = [RecognizeBinarizers(), FormBinaryLayers()]
        try Pipeline.run(passes, on: &graph, &context)
        let reason = try XCTUnwrap(context.floatReasons["conv"])
        XCTAssertTrue(reason.contains("its 16785409 products an output are more than the 16777216"), reason)
    }
}
