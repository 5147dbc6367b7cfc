import BNNMIR
import XCTest

@testable import BNNMPasses

/// What is fused behind a layer, what is not, and that it stays the same function.
final class FuseEpiloguesTests: XCTestCase {
    private func perChannel(_ g: inout SmallGraph, _ values: [Float]) -> Graph.ValueID {
        g.constant([values.count, 1, 1], values)
    }

    private func binaryConv(_ g: inout SmallGraph, _ value: Graph.ValueID, name: String) throws -> Graph.ValueID {
        let weights = (0..<2 * 2 * 9).map { Float($0 % 4 == 0 ? -0.5 : 0.5) }
        return try g.add(
            Conv(window: Window(kernel: 3, pad: 1)), try g.signPlus(value, name: name + ".sign"),
            g.constant([2, 2, 3, 3], weights), nil, name: name)
    }

    private let input: [Float] = (0..<32).map { Float($0 * 7 % 13) - 6 }

    private func fused(_ g: SmallGraph) throws -> Graph {
        let graph = try g.compiled().graph
        try assertSameMeaning(g.graph, graph, for: input)
        return graph
    }

    private func epilogues(_ graph: Graph) -> [Epilogue] {
        graph.schedule().compactMap { id in
            switch graph[id].op {
            case let op as WithEpilogue<ChannelsLast<BinaryConvThen<AccumulatorToFloat>>>: op.epilogue
            case let op as WithEpilogue<ChannelsLast<Conv>>: op.epilogue
            case let op as Map: op.epilogue
            default: nil
            }
        }
    }

    func testAResidualBlockIsOnePassThatStoresValuesAndBits() throws {
        var g = SmallGraph([1, 2, 4, 4])
        let first = try binaryConv(&g, g.x, name: "a")
        let sum = try g.add(Add(), first, g.x)
        let activated = try g.add(PRelu(), sum, perChannel(&g, [0.25, -0.5]))
        let second = try binaryConv(&g, activated, name: "b")
        g.output(try g.add(Add(), second, activated))
        let graph = try fused(g)
        let found = epilogues(graph)
        XCTAssertEqual(found.map { $0.steps.map(\.description) }, [["add", "PReLU"], ["add"]])
        XCTAssertEqual(found.map(\.storesValues), [true, true])
        XCTAssertEqual(found.map { $0.switchPoints != nil }, [true, false])
        XCTAssertEqual(
            graph.operators,
            [
                "Transpose", "Decide", "BinaryConv+AccumulatorToFloat@NHWC+Epilogue",
                "BinaryConv+AccumulatorToFloat@NHWC+Epilogue", "Transpose",
            ])
    }

    func testValuesThatNobodyReadsAreNotStored() throws {
        var g = SmallGraph([1, 2, 4, 4])
        let sum = try g.add(Add(), try binaryConv(&g, g.x, name: "a"), g.x)
        g.output(try binaryConv(&g, sum, name: "b"))
        let found = epilogues(try fused(g))
        XCTAssertEqual(found.map(\.storesValues), [false])
        XCTAssertEqual(found.map { $0.switchPoints != nil }, [true])
    }

    func testGlobalAveragesComeFromTheProducer() throws {
        var g = SmallGraph([1, 2, 4, 4])
        let y = try g.add(Add(), try binaryConv(&g, g.x, name: "a"), g.x)
        let average = try g.add(GlobalAveragePool(), y)
        g.output(try binaryConv(&g, try g.add(Sub(), y, average), name: "b"))
        let graph = try fused(g)
        let found = epilogues(graph)
        XCTAssertEqual(found.map(\.storesAverages), [true, false])
        // The second one binarizes against the average: a vector of each sample.
        XCTAssertEqual(found.map { $0.steps.map(\.description) }, [["add"], ["subtract"]])
        XCTAssertFalse(graph.operators.contains("GlobalAveragePool@NHWC"))
    }

    func testAValueWithTwoReadersEndsTheChain() throws {
        var g = SmallGraph([1, 2, 4, 4])
        let y = try g.add(Add(), try binaryConv(&g, g.x, name: "a"), g.x)
        let left = try g.add(Relu(), y), right = try g.add(PRelu(), y, perChannel(&g, [0.5, 2]))
        g.output(try g.add(Mul(), left, right))
        let found = epilogues(try fused(g))
        XCTAssertEqual(found.first?.steps.map(\.description), ["add"])
    }

    func testAGraphOutputEndsTheChain() throws {
        var g = SmallGraph([1, 2, 4, 4])
        let y = try g.add(Add(), try binaryConv(&g, g.x, name: "a"), g.x)
        g.output(y)
        g.output(try g.add(Relu(), y), name: "z")
        let found = epilogues(try fused(g))
        XCTAssertEqual(found.map { $0.steps.map(\.description) }, [["add"]])
    }

    func testLongChainsAreCutWhereAnEpilogueIsFull() throws {
        var g = SmallGraph([1, 2, 4, 4])
        var y = try binaryConv(&g, g.x, name: "a")
        for index in 0..<20 {
            y = index % 2 == 0 ? try g.add(Add(), y, g.x) : try g.add(LeakyRelu(alpha: 0.5), y)
        }
        g.output(y)
        let found = epilogues(try fused(g))
        XCTAssertEqual(found.map(\.steps.count), [8, 8, 4])
    }

    func testConstantsThatDifferFromPlaceToPlaceStayOutside() throws {
        var g = SmallGraph([1, 2, 4, 4])
        let y = try binaryConv(&g, g.x, name: "a")
        let shifted = try g.add(Add(), y, g.constant([1, 2, 4, 4], input))
        g.output(try g.add(Relu(), shifted))
        XCTAssertEqual(epilogues(try fused(g)).count, 0)
    }

    // MARK: - Quotients

    private func conv(_ g: inout SmallGraph, _ value: Graph.ValueID) throws -> Graph.ValueID {
        let weights = g.constant([2, 2, 1, 1], [0.5, -1, 2, 0.75])
        return try g.add(Conv(window: Window(kernel: 1)), value, weights)
    }

    func testAQuotientByAConstantOfTheChannelsRunsWithWhatFollowsBehindALayer() throws {
        for divisor in [[3], [1.5, -7]] as [[Float]] {
            for isBinary in [false, true] {
                var g = SmallGraph([1, 2, 4, 4])
                let y = try isBinary ? binaryConv(&g, g.x, name: "a") : conv(&g, g.x)
                let quotient = try g.add(Div(), try g.add(Add(), y, g.x), perChannel(&g, divisor))
                g.output(try g.add(Relu(), quotient))
                let found = epilogues(try fused(g))
                XCTAssertEqual(found.map { $0.steps.map(\.description) }, [["add"], ["quotient", "ReLU"]])
            }
        }
    }

    func testAQuotientAloneOrByAnythingElseStays() throws {
        let divisors: [(shape: [Int], values: [Float])] = [
            ([], [3]), ([1, 2, 4, 4], (0..<32).map { Float($0) + 0.5 }),
        ]
        for (shape, values) in divisors {
            var g = SmallGraph([1, 2, 4, 4])
            g.output(try g.add(Div(), g.x, g.constant(shape, values)))
            XCTAssertTrue(epilogues(try fused(g)).isEmpty)
        }
        // The dividend is what may run through steps.
        var g = SmallGraph([1, 2, 4, 4])
        g.output(try g.add(Div(), g.number(3), try conv(&g, try g.add(Abs(), g.x))))
        XCTAssertFalse(epilogues(try fused(g)).contains { $0.steps.contains { "\($0)" == "quotient" } })
    }

    func testAQuotientByPowersOfTwoIsAProduct() throws {
        let products: [([Float], isProduct: Bool)] = [
            ([8], true), ([-0.25, 1024], true), ([2, 3], false), ([0], false), ([.infinity], false),
            ([0x1p-126], true), ([0x1p-127], false), ([0x1p126], true), ([0x1p127], false),
        ]
        for (divisor, isProduct) in products {
            var g = SmallGraph([1, 2, 4, 4])
            g.output(try g.add(Div(), g.x, perChannel(&g, divisor)))
            let graph = try fused(g)
            XCTAssertEqual(graph.operators.contains("ScaleShift"), isProduct, "\(divisor)")
            XCTAssertEqual(graph.operators.contains("Div"), !isProduct, "\(divisor)")
        }
    }

    func testAGELUAsExportedIsOnePass() throws {
        var g = SmallGraph([1, 2, 4, 4])
        let quotient = try g.add(Div(), g.x, g.number(Float(2).squareRoot()))
        let sum = try g.add(Add(), try g.add(Erf(), quotient), g.number(1))
        g.output(try g.add(Mul(), try g.add(Mul(), g.x, sum), g.number(0.5)))
        let graph = try fused(g)
        XCTAssertEqual(
            epilogues(graph).map { $0.steps.map(\.description) },
            [["quotient", "erf", "scale, shift", "multiply", "scale, shift"]])
        XCTAssertEqual(graph.operators, ["Identity+Epilogue"])
    }

    func testAShiftBehindAScaleIsOneStepWithIt() throws {
        var g = SmallGraph([1, 2, 4, 4])
        var y = try conv(&g, g.x)
        y = try g.add(Add(), try g.add(Mul(), y, perChannel(&g, [3, -0.5])), perChannel(&g, [0.25, 7]))
        // Another shift rounds by itself.
        y = try g.add(Add(), y, perChannel(&g, [0.3, -6.1]))
        y = try g.add(Mul(), y, perChannel(&g, [1.5, 5]))
        g.output(y)
        let found = epilogues(try fused(g))
        XCTAssertEqual(found.map { $0.steps.map(\.description) }, [["scale, shift", "scale, shift", "scale, shift"]])
    }

    // MARK: - Rows

    /// Tokens [2,3,4].
    private func tokens() -> SmallGraph { SmallGraph([2, 3, 4]) }

    private func fusedTokens(_ g: SmallGraph) throws -> Graph {
        let graph = try g.compiled().graph
        try assertSameMeaning(try g.compiled(Pipeline.before("FuseRows")).graph, graph, for: Array(input.prefix(24)))
        return graph
    }

    func testASoftmaxIsAPassOfItsOwn() throws {
        var g = tokens()
        g.output(try g.add(Softmax(axis: -1), g.x))
        let graph = try fusedTokens(g)
        XCTAssertEqual(epilogues(graph).map { $0.steps.map(\.description) }, [["softmax"]])
        var again = graph
        var context = CompilationContext()
        try Pipeline.run([FuseRows(), FuseEpilogues()], on: &again, &context, verify: true)
        XCTAssertEqual(again.operators, graph.operators)
    }

    func testAScaleInFrontOfASoftmaxRunsWithIt() throws {
        var g = tokens()
        g.output(try g.add(Softmax(axis: -1), try g.add(Div(), g.x, g.number(8))))
        let graph = try fusedTokens(g)
        XCTAssertEqual(epilogues(graph).map { $0.steps.map(\.description) }, [["scale, shift", "softmax"]])
        XCTAssertEqual(graph.operators, ["Identity+Epilogue"])
    }

    func testALayerNormalizationRunsWithItsScaleAndShiftAndWhatFollows() throws {
        var g = tokens()
        let scale = g.constant([4], [1, -2, 0.5, 3]), shift = g.constant([4], [0.5, 0, 1, -1])
        let y = try g.add(LayerNormalization(axis: -1), g.x, scale, shift)
        g.output(try g.add(Add(), try g.add(Gelu(), y), g.x))
        let graph = try fusedTokens(g)
        XCTAssertEqual(
            epilogues(graph).map { $0.steps.map(\.description) }, [["standardize", "scale, shift", "gelu", "add"]])
        XCTAssertEqual(graph.operators, ["Identity+Epilogue"])
    }

    func testANormalizationOverChannelsStoresDecisionsAndAverages() throws {
        var g = SmallGraph([1, 2, 4, 4])
        let x = try conv(&g, g.x)
        let axes = g.integers([1])
        let difference = try g.add(Sub(), x, try g.add(ReduceMean(), x, axes))
        let variance = try g.add(ReduceMean(), try g.add(Mul(), difference, difference), axes)
        let deviation = try g.add(Sqrt(), try g.add(Add(), variance, g.number(1e-3)))
        var y = try g.add(Mul(), difference, try g.add(Reciprocal(), deviation))
        y = try g.add(Mul(), y, perChannel(&g, [1.5, -0.5]))
        let layer = try binaryConv(&g, y, name: "b")
        g.output(try g.add(Add(), layer, try g.add(GlobalAveragePool(), y)))
        let graph = try g.compiled().graph
        try assertSameMeaning(g.graph, graph, for: input, accuracy: 1e-4)
        let map = try XCTUnwrap(epilogues(graph).first { $0.steps.contains(where: \.takesRows) })
        XCTAssertEqual(map.steps.map(\.description), ["standardize", "scale, shift"])
        XCTAssertEqual([map.storesValues, map.switchPoints != nil, map.storesAverages], [false, true, true])
    }

    func testALayerDoesNotTakeRowsOfItsResult() throws {
        var g = SmallGraph([1, 2, 4, 4])
        let y = try g.add(Relu(), try conv(&g, g.x))
        g.output(try g.add(Softmax(axis: 1), y))
        let graph = try g.compiled().graph
        try assertSameMeaning(g.graph, graph, for: input)
        XCTAssertEqual(epilogues(graph).map { $0.steps.map(\.description) }, [["ReLU"], ["softmax"]])
    }

    func testAPassTakesRowsOnce() throws {
        var g = tokens()
        g.output(try g.add(Softmax(axis: -1), try g.add(Relu(), try g.add(Softmax(axis: -1), g.x))))
        XCTAssertEqual(
            epilogues(try fusedTokens(g)).map { $0.steps.map(\.description) }, [["softmax", "ReLU"], ["softmax"]])
    }

    func testStepsOnRowsAreCheckedWhereTheyStand() throws {
        var epilogue = Epilogue()
        epilogue.steps = [.rows(.softmax)]
        let x = Operand(TensorType(.float32, [1, 2, 2, 4]))
        XCTAssertEqual(try Map(epilogue).inferTypes([x]), [x.type])
        let weights = Operand(TensorType(.float32, [4, 4, 1, 1]))
        let layer = WithEpilogue(ChannelsLast(Conv(window: Window(kernel: 1))), operandCount: 2, epilogue)
        XCTAssertThrowsError(try layer.inferTypes([x, weights]))
        epilogue.steps.append(.rows(.standardize(epsilon: 1)))
        XCTAssertThrowsError(try Map(epilogue).inferTypes([x]))
        epilogue.steps = [.quotient(by: 0)]
        for (shape, isValid) in [([], true), ([4], true), ([1, 1, 4], true), ([1, 2, 1], false), ([3], false)] {
            let operands = [x, Operand(TensorType(.float32, shape))]
            XCTAssertEqual((try? Map(epilogue).inferTypes(operands)) != nil, isValid, "\(shape)")
        }
    }
}
