import BNNMIR
import XCTest

@testable import BNNMPasses

/// PyTorch's sign(0) is 0. Where the network's structure makes exact zeros, a Sign stays ternary unless the user says what
/// zero means; any other tie counts as +1.
final class StructuralZeroTests: XCTestCase {
    /// x [1,2,2,2] → what `zeros` adds → Sign `sign` → 1×1 binary layer.
    private func network(
        _ zeros: (inout SmallGraph) throws -> Graph.ValueID
    ) throws -> SmallGraph {
        var g = SmallGraph([1, 2, 2, 2])
        let sign = try g.add(Sign(), try zeros(&g), name: "sign")
        g.output(try g.add(Conv(window: Window(kernel: 1)), sign, g.constant([1, 2, 1, 1], [1, -1]), nil))
        return g
    }

    private let input: [Float] = [-3, 0, 2, 0.5, -1, 1, 0, -0.25]

    /// Checks all three meanings of zero; `reason` is the report's.
    private func checkTernary(
        _ g: SmallGraph, reason: String, layers: Int = 0, file: StaticString = #filePath, line: UInt = #line
    ) throws {
        let (exact, context) = try g.compiled()
        XCTAssertEqual(
            context.remarks, ["binarizer 'sign' is ternary: \(reason), and sign(0) is 0; zeros are masked"], file: file,
            line: line)
        XCTAssertEqual(exact.operators.filter { $0.hasPrefix("BinaryConv") }.count, layers + 1, file: file, line: line)
        XCTAssertNotNil(exact.probes.first { $0.name == "sign" }?.mask, file: file, line: line)
        try assertSameMeaning(g.graph, exact, for: input, "exact", file: file, line: line)

        for (rule, text, decision): (CompilationContext.SignZero, String, Float) in [
            (.plus, "+1", 1), (.minus, "-1", -1),
        ] {
            let (graph, context) = try g.compiled(signZero: rule)
            XCTAssertEqual(
                context.remarks, ["binarizer 'sign': \(reason); decided \(text) as --sign-zero asks"], file: file,
                line: line)
            XCTAssertEqual(
                graph.operators.filter { $0.hasPrefix("BinaryConv") }.count, layers + 1, file: file, line: line)
            // The same network with the zeros of Sign replaced.
            var reference = Interpreter.Replacing(g.graph)
            reference.replacement = decision
            XCTAssertEqual(
                try graph.outputs(for: input)[0], try reference.output(for: input), "\(rule)", file: file, line: line)
        }
    }

    func testASignBehindAReLU() throws {
        let g = try network { try $0.add(Relu(), $0.x, name: "relu") }
        try checkTernary(g, reason: "its input passes the ReLU 'relu'")
    }

    func testASignBehindAnAverageOfAccumulatorsThatCanCancel() throws {
        // One product each, −1 or +1, of which four make an average of 0 though none of them is.
        let g = try network { g in
            let decision = try g.signPlus(g.x, name: "first")
            let layer = try g.add(
                Conv(window: Window(kernel: 1), groups: 2), decision, g.constant([2, 1, 1, 1], [0.5, -0.5]), nil,
                name: "layer")
            return try g.add(AveragePool(window: Window(kernel: 2)), layer, name: "average")
        }
        try checkTernary(g, reason: "accumulators can cancel in the average 'average'", layers: 1)
    }

    func testASignBehindAnAverageWithAShiftIsBinary() throws {
        let g = try network { g in
            let decision = try g.signPlus(g.x, name: "first")
            let layer = try g.add(
                Conv(window: Window(kernel: 1), groups: 2), decision, g.constant([2, 1, 1, 1], [0.5, -0.5]),
                g.constant([2], [0.125, -0.25]), name: "layer")
            return try g.add(AveragePool(window: Window(kernel: 2)), layer, name: "average")
        }
        XCTAssertEqual(try g.compiled().context.remarks, [])
    }

    func testASignBehindAClipAtZero() throws {
        for limits: (Float, Float) in [(0, 6), (-1, 0)] {
            let g = try network { try $0.add(Clip(), $0.x, $0.number(limits.0), $0.number(limits.1), name: "clip") }
            try checkTernary(g, reason: "its input passes the clip at 0 'clip'")
        }
    }

    func testASignBehindAPoolOfAReLU() throws {
        let g = try network { g in
            try g.add(MaxPool(window: Window(kernel: 1)), try g.add(Relu(), g.x, name: "relu"))
        }
        try checkTernary(g, reason: "its input passes the ReLU 'relu'")
    }

    func testASignOfASumOfTwoReLUs() throws {
        let g = try network { g in
            let left = try g.add(Relu(), g.x, name: "left")
            let right = try g.add(Relu(), try g.add(Sub(), g.x, g.number(0.5)), name: "right")
            return try g.add(Add(), left, right)
        }
        try checkTernary(g, reason: "its input passes the ReLU 'left'")
    }

    func testASignOfAFunctionThatIsZeroOverAWholeRange() throws {
        for op in [HardSwish(), HardSigmoid(alpha: 0.5, beta: 0.25), Gelu()] as [any Operator] {
            let g = try network { g in try g.add(op, g.x, name: "gate") }
            try checkTernary(g, reason: "its input passes 'gate', which is 0 over a whole range")
        }
        let g = try network { g in try g.add(Max(), g.x, g.number(0), name: "bound") }
        try checkTernary(g, reason: "its input passes the bound 0 at 'bound'")
        let rounded = try network { g in try g.add(Round(), g.x, name: "round") }
        try checkTernary(rounded, reason: "it is rounded to a whole number at 'round'")
    }

    func testASignOfAWindowOfPaddingAlone() throws {
        let g = try network { g in
            try g.add(
                Conv(window: Window(kernel: 1, pad: 1)), g.x, g.constant([2, 2, 1, 1], [0.3, 0.7, -1.1, 0.9]), nil,
                name: "conv")
        }
        try checkTernary(g, reason: "the convolution 'conv' has windows of padding alone, and no bias there")
    }

    func testASignOfWhatAMaskSelectsNothingOf() throws {
        var g = SmallGraph([1, 2, 2, 2])
        let mask = try g.add(Cast(to: .float32), try g.add(Greater(), g.x, g.number(0.25)), name: "mask")
        let selected = try g.add(MatMul(), mask, try g.add(Add(), g.x, g.number(0.1)), name: "selected")
        g.output(try g.add(Sign(), selected, name: "sign"))
        let (exact, context) = try g.compiled()
        XCTAssertTrue(
            context.remarks.contains { $0.contains("the code 'mask' can be 0 throughout a row of 'selected'") },
            "\(context.remarks)")
        try assertSameMeaning(g.graph, exact, for: input)
    }

    func testASignOfATernarySumTimesAnyNumber() throws {
        var g = SmallGraph([1, 2, 2, 2])
        let ternary = try g.add(Sign(), try g.add(Relu(), g.x), name: "first")
        let sum = try g.add(AveragePool(window: Window(kernel: 1)), ternary, name: "pool")
        g.output(try g.add(Sign(), try g.add(Mul(), sum, try g.add(Sigmoid(), g.x)), name: "sign"))
        let (exact, context) = try g.compiled()
        XCTAssertTrue(context.remarks.contains { $0.contains("'sign' is ternary") }, "\(context.remarks)")
        try assertSameMeaning(g.graph, exact, for: input)
    }

    func testASignOfATransposedConvolutionThatSomePixelsGetNothingFrom() throws {
        for relu in [false, true] {
            var g = SmallGraph([1, 2, 2, 2])
            let window = Window(kernel: 1, stride: 2)
            var value = try g.add(
                ConvTranspose(window: window, outputPadding: (1, 1)), g.x, g.constant([2, 1, 1, 1], [0.5, 0.75]),
                relu ? g.constant([1], [-1.5]) : nil)
            if relu { value = try g.add(Relu(), value) }
            g.output(try g.add(Add(), try g.add(Sign(), value, name: "sign"), g.number(2)))
            try assertSameMeaning(g.graph, try g.compiled().graph, for: input, "relu \(relu)")
        }
    }

    func testZerosThatNoInputReachesAreFollowedThroughLayersAndFunctionsOfZero() throws {
        let layers: [(String, (inout SmallGraph, Graph.ValueID) throws -> Graph.ValueID)] = [
            ("function", { try $0.add(Tanh(), try $0.add(Neg(), $1)) }),
            (
                "1x1 layer",
                { try $0.add(Conv(window: Window(kernel: 1)), $1, $0.constant([3, 1, 1, 1], [0.3, -0.7, 2])) }
            ),
            (
                "transposed layer",
                {
                    try $0.add(
                        ConvTranspose(window: Window(kernel: 1, stride: 2)), $1, $0.constant([1, 1, 1, 1], [0.3]))
                }
            ),
            ("pool", { try $0.add(AveragePool(window: Window(kernel: 1, stride: 1)), $1) }),
            ("padding", { try $0.add(Pad(), try $0.add(Abs(), $1), $0.integers([0, 0, 1, 0, 0, 0, 0, 2])) }),
            ("slice", { try $0.add(Slice(), $1, $0.integers([1]), $0.integers([4]), $0.integers([2])) }),
        ]
        for (name, layer) in layers {
            var g = SmallGraph([1, 2, 2, 2])
            let up = try g.add(
                ConvTranspose(window: Window(kernel: 1, stride: 2), outputPadding: (1, 1)), g.x,
                g.constant([2, 1, 1, 1], [0.5, 0.75]))
            let value = try layer(&g, up)
            g.output(try g.add(Add(), try g.add(Sign(), value, name: "sign"), g.number(2)))
            let (graph, context) = try g.compiled()
            XCTAssertEqual(context.structuralZeros["sign"]?.outcome, .ternary, name)
            try assertSameMeaning(g.graph, graph, for: input, name)
        }
    }

    func testALayerWithABiasOverThemIsNoZero() throws {
        var g = SmallGraph([1, 2, 2, 2])
        let up = try g.add(
            ConvTranspose(window: Window(kernel: 1, stride: 2), outputPadding: (1, 1)), g.x,
            g.constant([2, 1, 1, 1], [0.5, 0.75]))
        let value = try g.add(
            Conv(window: Window(kernel: 1)), up, g.constant([1, 1, 1, 1], [0.3]), g.constant([1], [0.25]))
        g.output(try g.add(Add(), try g.add(Sign(), value, name: "sign"), g.number(2)))
        XCTAssertNil(try g.compiled().context.structuralZeros["sign"])
    }

    func testASignOfASumOfScaledTernaryDecisions() throws {
        // Scaled and padded, so that no mask fits; then a product of two ternary activations.
        var g = SmallGraph([1, 2, 2, 2])
        let ternary = try g.add(Sign(), try g.add(Relu(), g.x), name: "first")
        let scaled = try g.add(Mul(), ternary, g.number(0.3))
        let layer = try g.add(
            Conv(window: Window(kernel: 2)), scaled, g.constant([1, 2, 2, 2], [1, -1, 1, 1, -1, -1, 1, -1]), nil)
        g.output(try g.add(Add(), try g.add(Sign(), layer, name: "sign"), g.number(2)))
        try assertSameMeaning(g.graph, try g.compiled().graph, for: [1, 1, -1, -1, 1, 1, -1, -1])

        var product = SmallGraph([1, 2, 2, 2])
        let left = try product.add(Sign(), try product.add(Relu(), product.x), name: "left")
        let right = try product.add(Sign(), try product.add(Relu(), product.x), name: "right")
        let sum = try product.add(MatMul(), left, right)
        product.output(try product.add(Add(), try product.add(Sign(), sum, name: "sign"), product.number(2)))
        try assertSameMeaning(product.graph, try product.compiled().graph, for: input)
    }

    func testASignOfABinaryWeightedSumOfAverages() throws {
        var g = SmallGraph([1, 4, 1, 2])
        let sign = try g.signPlus(g.x, name: "first")
        let average = try g.add(GlobalAveragePool(), sign)
        let layer = try g.add(
            Conv(window: Window(kernel: 1)), average, g.constant([1, 4, 1, 1], [0.5, -0.5, 0.5, -0.5]), nil)
        g.output(try g.add(Neg(), try g.add(Sign(), layer, name: "sign")))
        try assertSameMeaning(g.graph, try g.compiled().graph, for: [1, 1, 1, 1, -1, 1, -1, 1])
    }

    func testASumOfAReLUAndAnyNumberMakesNoZero() throws {
        let g = try network { g in
            try g.add(Add(), try g.add(Relu(), try g.add(Sub(), g.x, g.number(0.5))), g.x)
        }
        XCTAssertEqual(try g.compiled().context.remarks, [])
    }

    func testASignOfAProductWithAReLU() throws {
        let g = try network { g in try g.add(Mul(), g.x, try g.add(Relu(), g.x, name: "relu")) }
        try checkTernary(g, reason: "its input passes the ReLU 'relu'")
    }

    func testASignOfAnAccumulatorThatCanBeZero() throws {
        let g = try network { g in
            let first = try g.signPlus(g.x, name: "first")
            return try g.add(
                Conv(window: Window(kernel: 1)), first, g.constant([2, 2, 1, 1], [0.5, 0.5, -2, 2]), nil, name: "conv")
        }
        try checkTernary(g, reason: "in channel 0 the accumulator 0 of 'conv' gives exactly 0", layers: 1)
    }

    func testASignOfAnAccumulatorThatItsBiasMakesZero() throws {
        let g = try network { g in
            let first = try g.signPlus(g.x, name: "first")
            let weights = g.constant([2, 2, 1, 1], [0.5, 0.5, -2, 2])
            return try g.add(
                Conv(window: Window(kernel: 1)), first, weights, g.constant([2], [0.25, -4]), name: "conv")
        }
        try checkTernary(g, reason: "in channel 1 the accumulator 2 of 'conv' gives exactly 0", layers: 1)
    }

    func testAnOddNumberOfProductsIsNeverZero() throws {
        var g = SmallGraph([1, 3, 1, 2])
        let layer = try g.add(
            Conv(window: Window(kernel: 1)), try g.signPlus(g.x, name: "first"), g.constant([1, 3, 1, 1], [1, -1, 1]),
            nil)
        g.output(try g.add(Sign(), layer, name: "sign"))
        let (graph, context) = try g.compiled()
        XCTAssertEqual(context.remarks, [])
        XCTAssertFalse(graph.operators.contains("Sign"))
        try assertSameMeaning(g.graph, graph, for: [1, -1, 2, -2, 3, 3])
    }

    func testAZeroWithinTheNoiseOfTheWeightsIsATieThatCountsPlus() throws {
        var g = SmallGraph([1, 2, 1, 4])
        let w: Float = 0.3
        let layer = try g.add(
            Conv(window: Window(kernel: 1)), try g.signPlus(g.x, name: "first"),
            g.constant([1, 2, 1, 1], [w, w.nextUp]), nil)
        g.output(try g.add(Sign(), layer, name: "sign"))
        let (graph, context) = try g.compiled()
        XCTAssertEqual(context.remarks, [])
        XCTAssertEqual(context.binarizers.last?.ties, 1)
        // Sums 2, 0, 0 and −2 times α.
        XCTAssertEqual(try graph.outputs(for: [1, 1, -1, -1, 1, -1, 1, -1])[0], [1, 1, 1, -1])
    }

    func testATieOfAFloatCountsPlus() throws {
        var g = SmallGraph([1, 4])
        g.output(try g.add(Neg(), try g.add(Sign(), g.x, name: "sign")))
        let (graph, context) = try g.compiled()
        XCTAssertEqual(context.remarks, [])
        XCTAssertEqual(try graph.outputs(for: [0, -0.0, -0x1p-149, 0x1p-149])[0], [-1, -1, 1, -1])
    }

    func testASignThatIsTheWholeModelIsArithmetic() throws {
        var g = SmallGraph([1, 4])
        g.output(try g.add(Sign(), g.x, name: "sign"))
        XCTAssertEqual(try g.compiled().graph.outputs(for: [0, -0.0, -0x1p-149, 0x1p-149])[0], [0, 0, -1, 1])
    }

    func testAReLUThatIsShiftedMakesNoZero() throws {
        var g = SmallGraph([1, 2, 1, 1])
        let relu = try g.add(Relu(), g.x)
        let shifted = try g.batchNormalization(
            relu, gamma: [1, 2], beta: [-0.5, 0.5], mean: [0, 0], variance: [1, 1])
        g.output(try g.add(Sign(), shifted, name: "sign"))
        XCTAssertEqual(try g.compiled().context.remarks, [])
    }
}

extension Interpreter {
    /// An imported graph in which every Sign decides its zeros in one way.
    fileprivate struct Replacing {
        let graph: Graph
        var replacement: Float = 1

        init(_ graph: Graph) { self.graph = graph }

        func output(for input: [Float]) throws -> [Float] {
            let tensor = Tensor(graph[graph.inputs[0]].type.shape, input)
            return try Interpreter(graph).run([tensor]) { id, results in
                guard graph[id].op is Sign else { return results }
                return results.map { Tensor($0.shape, $0.floats.map { $0 == 0 ? replacement : $0 }) }
            }[0].floats
        }
    }
}
