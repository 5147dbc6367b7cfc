import BNNMIR
import XCTest

@testable import BNNMPasses

/// Channels whose decision falls get negated weights, so that one comparison in one direction serves them all.
final class OrientChannelsTests: XCTestCase {
    private func network(gamma: [Float]) throws -> SmallGraph {
        var g = SmallGraph([1, 3, 2, 4])
        let weights = (0..<gamma.count * 3).map { Float($0 * $0 % 5 < 2 ? 0.5 : -0.5) }
        let layer = try g.add(
            Conv(window: Window(kernel: 1)), try g.signPlus(g.x, name: "first"),
            g.constant([gamma.count, 3, 1, 1], weights), nil)
        let ones = [Float](repeating: 1, count: gamma.count)
        let y = try g.batchNormalization(
            layer, gamma: gamma, beta: ones.map { $0 * 0.25 }, mean: ones.map { $0 * 0 }, variance: ones)
        g.output(try g.signPlus(y, name: "second"))
        return g
    }

    /// Every pattern of three signs, at its pixel.
    private let everyPattern: [Float] = (0..<24).map { ($0 % 8) >> ($0 / 8) & 1 == 1 ? -1 : 1 }

    func testOneRowOfSwitchPointsIsLeftWhereEachChannelHasOne() throws {
        let g = try network(gamma: [1, -1, 2, -3, 0])
        let before = try g.compiled(Pipeline.through("FoldDecisions")).graph
        let after = try g.compiled(Pipeline.through("OrientChannels")).graph
        func last(_ graph: Graph) throws -> Tensor {
            let id = try XCTUnwrap(graph.schedule().last { graph[$0].op is Decide })
            return try XCTUnwrap(graph.constant(graph[id].inputs[1]!))
        }
        XCTAssertEqual(try last(before).shape, [2, 5, 1, 1])
        XCTAssertEqual(try last(after).shape, [1, 5, 1, 1])
        try assertSameMeaning(g.graph, before, for: everyPattern)
        try assertSameMeaning(g.graph, after, for: everyPattern)
        try assertSameMeaning(g.graph, try g.compiled().graph, for: everyPattern)
    }

    func testRisingChannelsAreLeftAlone() throws {
        let g = try network(gamma: [1, 2, 3])
        let before = try g.compiled(Pipeline.through("FoldDecisions")).graph
        let after = try g.compiled(Pipeline.through("OrientChannels")).graph
        let weights = [before, after].map { graph in
            graph.first(BinaryConv.self).flatMap { graph.constant($0.node.inputs[1]!)?.integers }
        }
        XCTAssertEqual(weights[0], weights[1])
    }

    func testAChannelThatIsAlwaysPlusStaysSo() throws {
        var g = SmallGraph([1, 3, 2, 4])
        let layer = try g.add(
            Conv(window: Window(kernel: 1)), try g.signPlus(g.x, name: "first"),
            g.constant([3, 3, 1, 1], [1, 1, 1, -1, 1, -1, 1, 1, -1]), nil)
        let y = try g.batchNormalization(
            layer, gamma: [-1, 0, 0], beta: [0.5, 1, -1], mean: [0, 0, 0], variance: [1, 1, 1])
        g.output(try g.signPlus(y, name: "second"))
        try assertSameMeaning(g.graph, try g.compiled().graph, for: everyPattern)
    }
}
