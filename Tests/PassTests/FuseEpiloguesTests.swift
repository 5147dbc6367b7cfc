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
}
