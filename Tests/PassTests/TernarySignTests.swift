import BNNMIR
import TestSupport
import XCTest

@testable import BNNMPasses

/// Layers that leave out the exact zeros of a ternary sign, and what keeps such a sign in float.
final class TernarySignTests: XCTestCase {
    private let input: [Float] = [-3, 0, 2, 0.5, -1, 1, 0, -0.25]

    func testAMaskedLayerCountsOnlyWhatIsNotZeroUnderEveryPaddingAndGrouping() throws {
        var random = SeededRandom(seed: 3)
        for groups in [1, 2] {
            var g = SmallGraph([1, 6, 5, 4])
            let window = Window(
                Window.Axis(kernel: 3, stride: 2, padBegin: 1, padEnd: 2),
                Window.Axis(kernel: 2, dilation: 2, padEnd: 1))
            var value = g.x
            for name in ["first", "second"] {
                let weights = g.constant([6, 6 / groups, 3, 2], random.signs(216 / groups).map { $0 * 0.25 })
                let sign = try g.add(Sign(), try g.add(Relu(), value), name: name)
                let shift = g.constant([6, 1, 1], [-0.25, 0, 0.25, -1, 1, 0.5])
                value = try g.add(Conv(window: window, groups: groups), sign, weights, nil)
                value = try g.add(Add(), value, shift)
            }
            g.output(value)
            let (graph, _) = try g.compiled()
            XCTAssertEqual(graph.operators.filter { $0.hasPrefix("BinaryConv") }.count, 2)
            for _ in 0..<10 { try assertSameMeaning(g.graph, graph, for: random.integers(120)) }
        }
    }

    func testATernarySignIsPooledAsTwoDecisions() throws {
        let windows = [
            Window(kernel: 2), Window(.init(kernel: 3, stride: 2, padBegin: 1, padEnd: 1), .init(kernel: 2)),
        ]
        for (seed, window) in windows.enumerated() {
            for readsUnpooled in [false, true] {
                var random = SeededRandom(seed: UInt64(seed))
                var g = SmallGraph([1, 3, 6, 5])
                let sign = try g.add(Sign(), try g.add(Relu(), try g.add(Add(), g.x, g.number(-1))), name: "sign")
                let pool = try g.add(MaxPool(window: window), sign)
                func layer(_ x: Graph.ValueID) throws -> Graph.ValueID {
                    try g.add(
                        Conv(window: Window(kernel: 2)), x,
                        g.constant([4, 3, 2, 2], random.signs(48).map { $0 * 0.5 }), nil)
                }
                g.output(try layer(pool))
                g.output(try layer(pool), name: "second")
                if readsUnpooled { g.output(try layer(sign), name: "unpooled") }
                let (graph, _) = try g.compiled()
                let layers = graph.operators.filter { $0.hasPrefix("BinaryConv") }.count
                XCTAssertEqual(layers, readsUnpooled ? 3 : 2)
                XCTAssertEqual(graph.operators.filter { $0.hasPrefix("BinaryPool") }.count, 2)
                let probe = try XCTUnwrap(graph.probes.first { $0.name == "sign" })
                XCTAssertEqual(probe.maskDiffers, !readsUnpooled)
                for _ in 0..<20 { try assertSameMeaning(g.graph, graph, for: random.integers(90)) }
            }
        }
    }

    func testATernarySignThatSomethingElseReadsStaysInFloat() throws {
        let readers: [(String, (inout SmallGraph, Graph.ValueID) throws -> Graph.ValueID)] = [
            ("a sum", { try $0.add(Add(), $1, $0.x) }),
            ("an average", { try $0.add(AveragePool(window: Window(kernel: 2)), $1) }),
            (
                "real weights",
                {
                    let window = Window(.init(kernel: 1), .init(kernel: 2))
                    return try $0.add(Conv(window: window), $1, $0.constant([1, 2, 1, 2], [1, 0.5, 0.25, 1]), nil)
                }
            ),
            (
                "padding with ones",
                {
                    let padded = try $0.add(Pad(), $1, $0.integers([0, 0, 1, 1, 0, 0, 1, 1]), $0.number(1))
                    return try $0.add(
                        Conv(window: Window(kernel: 1)), padded, $0.constant([1, 2, 1, 1], [1, -1]), nil)
                }
            ),
        ]
        for (what, read) in readers {
            var g = SmallGraph([1, 2, 2, 2])
            let sign = try g.add(Sign(), try g.add(Relu(), g.x, name: "relu"), name: "sign")
            g.output(try read(&g, sign))
            // A binary layer beside it does not make it binary.
            g.output(
                try g.add(Conv(window: Window(kernel: 1)), sign, g.constant([1, 2, 1, 1], [1, -1]), nil), name: "z")
            let (graph, context) = try g.compiled()
            XCTAssertEqual(
                context.remarks,
                [
                    "binarizer 'sign' is ternary and stays in float: its input passes the ReLU 'relu', and sign(0) is 0; --sign-zero plus|minus makes it binary"
                ], what)
            XCTAssertFalse(graph.operators.contains { $0.hasPrefix("BinaryConv") }, what)
            try assertSameMeaning(g.graph, graph, for: input, what)
        }
    }
}
