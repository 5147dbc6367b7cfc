import BNNMIR
import XCTest

@testable import BNNMPasses

/// What runs with the layers whose results are concatenated instead of behind them, what does not, and that it stays the
/// same function.
final class SinkConcatenationsTests: XCTestCase {
    private let input: [Float] = (0..<32).map { Float($0 * 7 % 13) - 6 }
    private let layer = "BinaryConv+AccumulatorToFloat@NHWC"

    private func conv(
        _ g: inout SmallGraph, _ value: Graph.ValueID, channels: Int = 2, name: String
    ) throws -> Graph.ValueID {
        let sign = try g.signPlus(value, name: name + ".sign")
        // Different ones of each layer, else two would be one.
        let weights = (0..<3 * channels * 9).map { Float($0 % (3 + name.count) == 0 ? -0.5 : 0.5) }
        return try g.add(
            Conv(window: Window(kernel: 3, pad: 1)), sign, g.constant([3, channels, 3, 3], weights), nil, name: name)
    }

    /// Two layers of three channels each on the input, concatenated.
    private func branches(_ g: inout SmallGraph) throws -> (left: Graph.ValueID, whole: Graph.ValueID) {
        let left = try conv(&g, g.x, name: "left")
        let right = try g.add(Relu(), try conv(&g, g.x, name: "right"))
        return (left, try g.add(Concat(axis: 1), left, right))
    }

    private func perChannel(_ g: inout SmallGraph) -> Graph.ValueID {
        g.constant([6, 1, 1], [0.25, -0.5, 2, -3, 0.125, 1])
    }

    private func compiled(_ g: SmallGraph) throws -> Graph {
        let graph = try g.compiled().graph
        try assertSameMeaning(g.graph, graph, for: input)
        return graph
    }

    private func epilogues(_ graph: Graph) -> [[String]] {
        graph.schedule().compactMap { id in
            let op = graph[id].op as? WithEpilogue<ChannelsLast<BinaryConvThen<AccumulatorToFloat>>>
            return op?.epilogue.steps.map(\.description)
        }
    }

    func testStepsAndDecisionsRunWithTheLayers() throws {
        var g = SmallGraph([1, 2, 4, 4])
        let activated = try g.add(PRelu(), try branches(&g).whole, perChannel(&g))
        g.output(try conv(&g, activated, channels: 6, name: "next"))
        let graph = try compiled(g)
        XCTAssertEqual(epilogues(graph).sorted { $0.count < $1.count }, [["PReLU"], ["ReLU", "PReLU"]])
        // Bits are concatenated, and no numbers.
        let concatenations = graph.schedule().filter { graph[$0].op is Concat }
        XCTAssertEqual(concatenations.map { graph[graph[$0].outputs[0]].type }, [TensorType(.binary, [1, 4, 4, 6])])
        XCTAssertEqual(graph.operators.filter { $0.hasPrefix("Identity") }, [])
    }

    func testPoolsComeBeforeTheConcatenation() throws {
        var g = SmallGraph([1, 2, 4, 4])
        let shifted = try g.add(Add(), try branches(&g).whole, perChannel(&g))
        g.output(try g.add(AveragePool(window: Window(kernel: 2, stride: 2)), shifted))
        g.output(try g.add(GlobalAveragePool(), shifted), name: "averages")
        let graph = try compiled(g)
        let extents = graph.schedule().filter { graph[$0].op is Concat }.map { graph[graph[$0].outputs[0]].type.shape }
        XCTAssertEqual(extents.map { $0[1] }.sorted(), [1, 2])
    }

    func testValuesThatAreReadAsAWholeAreConcatenatedBehindTheSteps() throws {
        var g = SmallGraph([1, 2, 4, 4])
        let activated = try g.add(PRelu(), try branches(&g).whole, perChannel(&g))
        g.output(activated)
        let graph = try compiled(g)
        XCTAssertEqual(graph.operators.filter { $0 == "Concat" }.count, 1)
        XCTAssertEqual(graph.operators.filter { $0.hasPrefix("Identity") }, [])
    }

    func testAnOperatorOfMoreThanOneReaderStays() throws {
        var g = SmallGraph([1, 2, 4, 4])
        let whole = try branches(&g).whole
        g.output(try g.add(Mul(), try g.add(PRelu(), whole, perChannel(&g)), try g.add(Relu(), whole)))
        XCTAssertEqual(epilogues(try compiled(g)), [["ReLU"]])
    }

    func testAPartThatIsReadElsewhereStays() throws {
        var g = SmallGraph([1, 2, 4, 4])
        let (left, whole) = try branches(&g)
        g.output(try g.add(PRelu(), whole, perChannel(&g)))
        g.output(try g.add(Sigmoid(), left), name: "left")
        XCTAssertEqual(epilogues(try compiled(g)).flatMap { $0 }.contains("PReLU"), false)
    }

    func testWhatIsNoLayersResultStays() throws {
        var g = SmallGraph([1, 2, 4, 4])
        let whole = try g.add(Concat(axis: 1), try conv(&g, g.x, name: "a"), g.x)
        g.output(try g.add(PRelu(), whole, g.constant([5, 1, 1], [1, 2, 3, 4, 5])))
        XCTAssertEqual(epilogues(try compiled(g)).flatMap { $0 }.contains("PReLU"), false)
    }

    func testConstantsThatDifferFromPlaceToPlaceStay() throws {
        var g = SmallGraph([1, 2, 4, 4])
        let everywhere = g.constant([1, 6, 4, 4], (0..<96).map { Float($0) / 8 })
        g.output(try g.add(Add(), try branches(&g).whole, everywhere))
        XCTAssertEqual(epilogues(try compiled(g)), [["ReLU"]])
    }
}
