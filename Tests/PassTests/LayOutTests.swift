import BNNMIR
import XCTest

@testable import BNNMPasses

/// The graph of runtime operators: where axes are exchanged and where not, and what cannot run.
final class LayOutTests: XCTestCase {
    private func layer(_ g: inout SmallGraph, _ value: Graph.ValueID, channels: Int) throws -> Graph.ValueID {
        let weights = (0..<2 * channels).map { Float($0 % 3 == 0 ? -0.5 : 0.5) }
        return try g.add(
            Conv(window: Window(kernel: 1)), try g.signPlus(value, name: "sign"),
            g.constant([2, channels, 1, 1], weights),
            nil, name: "conv")
    }

    func testAMapOfOnePixelIsReshapedNotTransposed() throws {
        var g = SmallGraph([1, 5, 1, 1])
        g.output(try layer(&g, g.x, channels: 5))
        let graph = try g.compiled().graph
        XCTAssertEqual(
            graph.operators, ["Reshape", "Decide", "BinaryConv+AccumulatorToFloat@NHWC", "Reshape"])
        try assertSameMeaning(g.graph, graph, for: [1, -2, 3, -4, -5])
    }

    func testAMapOfOneChannelIsReshapedNotTransposed() throws {
        var g = SmallGraph([1, 1, 2, 3])
        g.output(try layer(&g, g.x, channels: 1))
        let graph = try g.compiled().graph
        XCTAssertEqual(graph.operators.first, "Reshape")
        XCTAssertEqual(graph.operators.last, "Transpose")
        try assertSameMeaning(g.graph, graph, for: [1, -2, 3, -4, -5, 6])
    }

    func testALargerMapIsTransposedOnceOnTheWayInAndOnceOnTheWayOut() throws {
        var g = SmallGraph([1, 3, 2, 2])
        g.output(try layer(&g, try layer(&g, g.x, channels: 3), channels: 2))
        let graph = try g.compiled().graph
        XCTAssertEqual(
            graph.operators,
            [
                "Transpose", "Decide", "BinaryConv+Decide@NHWC", "BinaryConv+AccumulatorToFloat@NHWC", "Transpose",
            ])
        try assertSameMeaning(g.graph, graph, for: (0..<12).map { Float($0 * 5 % 7) - 3 })
    }

    func testBlocksOfChannelsAndPixelsAreExchangedByOneTranspose() throws {
        let cases: [(op: any Operator, channels: Int)] = [
            (DepthToSpace(blockSize: 2, mode: .dcr), 8), (DepthToSpace(blockSize: 2, mode: .crd), 12),
            (DepthToSpace(blockSize: 3, mode: .crd), 9), (SpaceToDepth(blockSize: 2), 3),
        ]
        for (op, channels) in cases {
            var g = SmallGraph([2, channels, 4, 6])
            let moved = try g.add(op, try g.add(Relu(), g.x))
            g.output(try g.add(GlobalAveragePool(), try g.add(LeakyRelu(alpha: 0.5), moved)))
            let graph = try g.compiled().graph
            // One for both: the input's order of axes, and the blocks.
            XCTAssertEqual(graph.operators.filter { $0 == "Transpose" }.count, 1, "\(op): \(graph.operators)")
            let input = (0..<2 * channels * 24).map { Float($0 * 37 % 101) - 50 }
            try assertSameMeaning(g.graph, graph, for: input, accuracy: 1e-5)

            var moves = SmallGraph([2, channels, 4, 6])
            moves.output(try moves.add(op, moves.x))
            try assertSameMeaning(moves.graph, try moves.compiled().graph, for: input)
        }
    }

    func testAllNodesThatCannotRunAreReportedAtOnceByName() throws {
        var g = SmallGraph([1, 2, 2, 2])
        let two = g.number(2)
        let first = try g.add(Mod(fmod: true), g.x, two, name: "remainder")
        let second = try g.add(Mod(fmod: true), two, g.x, name: "other remainder")
        // A node behind those is reported too if it cannot run, and is not if it can.
        g.output(try g.add(Mod(fmod: true), try g.add(Add(), first, second, name: "sum"), two, name: "behind"))
        XCTAssertThrowsError(try g.compiled()) { error in
            let unsupported = error as? UnsupportedNodes
            XCTAssertEqual(unsupported?.errors.map(\.node), ["remainder", "other remainder", "behind"])
            XCTAssertEqual(unsupported?.errors.map(\.op), ["Mod", "Mod", "Mod"])
            let reason = "the runtime has no such operator; only nodes that can be computed at compile time may use it"
            XCTAssertEqual(
                "\(error)",
                "3 nodes cannot run on the device:\n  node 'remainder' (Mod): \(reason)\n"
                    + "  node 'other remainder' (Mod): \(reason)\n  node 'behind' (Mod): \(reason)")
        }
    }

    func testASymbolicBatchStaysSymbolic() throws {
        var g = SmallGraph([1, 3, 2, 2], batch: .symbolic(name: "N"))
        g.output(try layer(&g, g.x, channels: 3))
        let graph = try g.compiled().graph
        XCTAssertEqual(graph.batch, .symbolic(name: "N"))
        XCTAssertEqual(graph[graph.inputs[0]].type, TensorType(.float32, [1, 3, 2, 2]))
        XCTAssertEqual(graph[graph.outputs[0].value].type, TensorType(.float32, [1, 2, 2, 2]))
    }

    func testInputsOutputsAndProbesKeepTheirNames() throws {
        var g = SmallGraph([1, 3, 2, 2])
        let y = try layer(&g, g.x, channels: 3)
        g.output(y, name: "first")
        g.output(try g.signPlus(y, name: "second"), name: "decisions")
        let graph = try g.compiled().graph
        XCTAssertEqual(graph[graph.inputs[0]].name, "x")
        XCTAssertEqual(graph.outputs.map(\.name), ["first", "decisions"])
        XCTAssertEqual(graph.probes.map(\.name), ["sign", "second"])
        XCTAssertEqual(graph.probes.map(\.shape), [[1, 3, 2, 2], [1, 2, 2, 2]])
        XCTAssertEqual(graph.probes.map { graph[$0.value].type.shape }, [[1, 2, 2, 3], [1, 2, 2, 2]])
        try assertSameMeaning(g.graph, graph, for: (0..<12).map { Float($0 * 5 % 7) - 3 })
    }

    func testArithmeticWithConstantsOnEitherSideIsRight() throws {
        let cases: [(any Operator, Bool)] = [
            (Add(), true), (Add(), false), (Sub(), true), (Sub(), false), (Mul(), true), (Mul(), false), (Div(), true),
            (Div(), false), (Min(), true), (Max(), false),
        ]
        for shape in [[2, 1, 1], [1, 2, 3], [3], [], [1, 2, 2, 3]] {
            let numbers = (0..<shape.reduce(1, *)).map { Float($0 * 3 % 5) - 1.7 }
            for (op, left) in cases {
                var g = SmallGraph([1, 2, 2, 3])
                let image = try layer(&g, g.x, channels: 2)
                let c = g.constant(shape, numbers)
                g.output(try left ? g.add(op, c, image) : g.add(op, image, c))
                let message = "\(type(of: op).name) of \(shape), constant \(left ? "left" : "right")"
                try assertSameMeaning(
                    g.graph, try g.compiled().graph, for: (0..<12).map { Float($0 * 5 % 7) - 3.5 }, message)
            }
        }
    }
}
