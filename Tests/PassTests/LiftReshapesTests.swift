import BNNMIR
import XCTest

@testable import BNNMPasses

/// Which steps on tokens become steps on images, what is joined by that, and that it stays the same function.
final class LiftReshapesTests: XCTestCase {
    private let input: [Float] = (0..<24).map { Float($0 * 37 % 101) / 7 - 6 }

    /// The graph before and behind the pass, which gives the same bits.
    private func lifted(_ g: SmallGraph) throws -> Graph {
        let graph = try g.compiled(Pipeline.through("LiftReshapes")).graph
        try assertSameMeaning(try g.compiled(Pipeline.before("LiftReshapes")).graph, graph, for: input)
        return graph
    }

    private func image(_ g: inout SmallGraph, _ value: Graph.ValueID, _ shape: [Int64]) throws -> Graph.ValueID {
        try g.add(Reshape(), value, g.integers(shape))
    }

    private func normalized(_ g: inout SmallGraph, _ value: Graph.ValueID) throws -> Graph.ValueID {
        try g.add(
            LayerNormalization(axis: -1), value, g.constant([4], [1, -2, 0.5, 3]), g.constant([4], [0.5, 0, 1, -1]))
    }

    /// Tokens [1,6,4] → sign → ±1 product with 4 outputs.
    private func layer(_ g: inout SmallGraph, _ value: Graph.ValueID, _ name: String) throws -> Graph.ValueID {
        let weights = g.constant([4, 4], (0..<16).map { $0 % 3 == 0 ? -1 : 1 })
        return try g.add(MatMul(), try g.signPlus(value, name: name), weights, name: name)
    }

    private func ranks(_ graph: Graph, _ name: String) -> [Int] {
        graph.schedule().filter { type(of: graph[$0].op).name == name }.map { graph[graph[$0].outputs[0]].type.rank }
    }

    func testStepsInFrontOfAnImageBecomeStepsOnIt() throws {
        for shape in [[1, 6, 4], [6, 4], [1, 1, 2, 3, 4]] {
            var g = SmallGraph(shape)
            var y = try g.add(Relu(), try normalized(&g, g.x))
            y = try g.add(PRelu(), y, g.constant([4], [0.5, 2, 0.25, 1]))
            y = try g.add(Div(), try g.add(Sub(), y, g.x), g.constant([4], [3, 5, 7, 9]))
            y = try g.add(Clip(), y, g.number(-1), nil)
            g.output(try image(&g, y, [Int64(shape[0]), 1, Int64(24 / 4 / shape[0]), 4]))
            let graph = try lifted(g)
            XCTAssertEqual(
                graph.operators,
                [
                    "Reshape", "RowFunction", "ScaleShift", "ScaleShift", "Relu", "Identity+Epilogue", "Sub", "Div",
                    "Clip",
                ])
        }
    }

    func testOtherReadersGetTokens() throws {
        var g = SmallGraph([1, 6, 4])
        let y = try normalized(&g, g.x)
        g.output(try image(&g, y, [1, 2, 3, 4]))
        g.output(y, name: "tokens")
        g.output(try g.add(Softmax(axis: 1), y), name: "other")
        let graph = try lifted(g)
        XCTAssertEqual(ranks(graph, "RowFunction"), [4])
        XCTAssertEqual(graph.outputs.map { graph[$0.value].type.rank }, [4, 3, 3])
    }

    func testReshapesThatExchangeSamplesOrChannelsStay() throws {
        for shape in [[1, 1, 3, 8], [2, 1, 3, 4], [1, 24], [1, 2, 1, 3, 4]] as [[Int64]] {
            var g = SmallGraph([1, 6, 4])
            g.output(try image(&g, try normalized(&g, g.x), shape))
            XCTAssertEqual(ranks(try lifted(g), "RowFunction"), [3], "\(shape)")
        }
        var g = SmallGraph([1, 2, 3, 4])
        g.output(try image(&g, try normalized(&g, g.x), [1, 3, 2, 4]))
        XCTAssertEqual(try lifted(g).operators.last, "Reshape")
    }

    func testConstantsOfAPlaceAreReshapedAndOperandsOfOtherShapesStop() throws {
        var g = SmallGraph([1, 6, 4])
        let places = try g.add(Add(), g.x, g.constant([6, 4], input))
        g.output(try image(&g, try g.add(Relu(), places), [1, 2, 3, 4]))
        XCTAssertEqual(try lifted(g).operators, ["Reshape", "ScaleShift", "Relu"])

        var h = SmallGraph([1, 6, 4])
        let mean = try h.add(ReduceMean(), h.x, h.integers([2])), total = try h.add(ReduceMean(), h.x, h.integers([1]))
        h.output(try image(&h, try h.add(Mul(), try h.add(Add(), h.x, mean), total), [1, 2, 3, 4]))
        let graph = try lifted(h)
        XCTAssertEqual(ranks(graph, "Add"), [3])
        XCTAssertEqual(ranks(graph, "Mul"), [4])
    }

    func testATransformersNormalizationsAndSumsRunWithItsLayers() throws {
        var g = SmallGraph([1, 6, 4])
        var stream = try g.add(Add(), try layer(&g, g.x, "first"), g.x)
        stream = try g.add(Add(), try layer(&g, try normalized(&g, stream), "second"), stream)
        g.output(try layer(&g, try normalized(&g, stream), "third"))
        let graph = try g.compiled().graph
        try assertSameMeaning(g.graph, graph, for: input, accuracy: 1e-5)
        let layers = graph.schedule().compactMap {
            graph[$0].op as? WithEpilogue<ChannelsLast<BinaryConvThen<AccumulatorToFloat>>>
        }
        XCTAssertEqual(layers.map { $0.epilogue.steps.map(\.description) }, [["add"], ["add"]])
        let maps = graph.schedule().compactMap { (graph[$0].op as? Map)?.epilogue }
        XCTAssertEqual(
            maps.map { $0.steps.map(\.description) },
            [["standardize", "scale, shift"], ["standardize", "scale, shift"]])
        XCTAssertEqual(maps.map { $0.switchPoints != nil && !$0.storesValues }, [true, true])
    }
}
