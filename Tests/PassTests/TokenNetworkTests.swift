import BNNMIR
import TestSupport
import XCTest

@testable import BNNMPasses

/// Binary linear layers on tokens [N,T,K], as transformers have them.
final class TokenNetworkTests: XCTestCase {
    /// Tokens → learned shifts → sign → ±α product → bias, scale → sign → ±α product, as far as `depth` says.
    private struct Network {
        var small: SmallGraph
        var random: SeededRandom
        let tokens: Int
        var width: Int
        var value: Graph.ValueID

        init(seed: Int, samples: Int = 1) {
            random = SeededRandom(seed: seed)
            tokens = random.pick([2, 5, 8])
            width = random.pick([3, 8, 12])
            small = SmallGraph([samples, tokens, width])
            value = small.x
        }

        mutating func binarizer(_ name: String) throws {
            switch random.below(4) {
            case 0:
                let shape = random.pick([[1, tokens, width], [tokens, width], [1, 1, width], [width], []])
                value = try small.add(Sub(), value, small.constant(shape, random.floats(shape.reduce(1, *))))
            case 1:
                let mean = try small.add(ReduceMean(), value, small.integers([1]))
                value = try small.add(Sub(), value, mean)
            default: break
            }
            value = try small.signPlus(value, name: name)
        }

        mutating func layer() throws {
            let outputs = random.pick([4, 6, 12])
            let alpha = (0..<outputs).map { _ in abs(random.float()) + 0.1 }
            let weights = (0..<width * outputs).map { (random.chance(1, in: 2) ? 1 : -1) * alpha[$0 % outputs] }
            value = try small.add(MatMul(), value, small.constant([width, outputs], weights), name: "layer")
            width = outputs
            if random.chance(3, in: 4) {
                value = try small.add(Add(), small.constant([width], random.floats(width)), value)
            }
            switch random.below(4) {
            case 0: value = try small.add(Mul(), value, small.constant([width], random.floats(width)))
            case 1: value = try small.add(Relu(), value)
            case 2: value = try small.add(PRelu(), value, small.constant([width], random.floats(width)))
            default: break
            }
        }
    }

    private func network(seed: Int, layers: Int) throws -> Network {
        var network = Network(seed: seed)
        for index in 0..<layers {
            try network.binarizer("sign\(index)")
            try network.layer()
        }
        network.small.output(network.value)
        return network
    }

    func testEveryPassKeepsTheMeaningAndEveryLayerBecomesBinary() throws {
        var accumulators = 0
        for seed in 0..<150 {
            var network = try network(seed: seed, layers: 3)
            let input = network.random.floats(network.small.graph[network.small.x].type.elementCount)
            let expected = try network.small.graph.outputs(for: input)[0]
            var graph = network.small.graph
            var context = CompilationContext()
            var changed: [String] = []
            try Pipeline.run(Pipeline.toReference + [FoldDecisions()], on: &graph, &context, verify: true) {
                name, graph in
                if try graph.outputs(for: input)[0] != expected { changed.append(name) }
                guard name == "FormBinaryLayers" else { return }
                XCTAssertEqual(graph.operators.filter { $0 == "BinaryConv" }.count, 3, "seed \(seed)")
                // Into the first layer's order and out of the last one's.
                XCTAssertLessThanOrEqual(graph.operators.filter { $0 == "Transpose" }.count, 3, "seed \(seed)")
                XCTAssertEqual(
                    graph.probes.filter { graph[$0.value].type.elementType == .binary }.count, graph.probes.count)
            }
            XCTAssertEqual(changed, [], "seed \(seed)")
            accumulators += context.binarizers.filter { $0.domain == .accumulator }.count
        }
        XCTAssertGreaterThan(accumulators, 100)
    }

    func testProbesFollowTheDecisionsInTheirOrder() throws {
        for seed in 0..<60 {
            var network = try network(seed: seed, layers: 2)
            let input = network.random.floats(network.small.graph[network.small.x].type.elementCount)
            let graph = try network.small.compiled(Pipeline.toReference).graph
            var reference = network.small.graph
            for name in ["sign0", "sign1"] {
                let probe = try XCTUnwrap(graph.probes.first { $0.name == name }, "seed \(seed)")
                let node = try XCTUnwrap(graph.producer(of: probe.value), "seed \(seed)")
                XCTAssertTrue(graph[node].op is Binarize, "seed \(seed)")
                let index = try XCTUnwrap(reference.values.indices.first { reference.values[$0].name == name })
                reference.outputs = [Graph.Output(name: name, value: Graph.ValueID(index: index))]
                let expected = try reference.outputs(for: input)[0]
                var probed = graph
                probed.outputs = [Graph.Output(name: name, value: probe.value)]
                let decisions = try Interpreter(probed).run([Tensor(reference[reference.inputs[0]].type.shape, input)])[
                    0]
                XCTAssertEqual(
                    probe.inONNXOrder(decisions.integers ?? []).map { Float($0) }, expected, "seed \(seed), \(name)")
            }
        }
    }

    func testATokenChainHasNoMovementBetweenItsLayers() throws {
        var g = SmallGraph([1, 4, 3])
        var y = try g.signPlus(g.x, name: "first")
        y = try g.add(MatMul(), y, g.constant([3, 2], [1, -1, 1, 1, -1, 1]))
        y = try g.add(Add(), y, g.constant([4, 2], (0..<8).map { Float($0) / 3 }))
        y = try g.signPlus(y, name: "second")
        g.output(try g.add(MatMul(), y, g.constant([2, 2], [1, -1, 1, 1])))
        let graph = try g.compiled(Pipeline.toReference).graph
        XCTAssertEqual(
            graph.operators.filter { $0 != "Reshape" },
            [
                "Transpose", "Binarize", "BinaryConv", "AccumulatorToFloat", "Add", "Binarize", "BinaryConv",
                "AccumulatorToFloat", "Transpose",
            ])
        let (_, context) = try g.compiled(Pipeline.through("FoldDecisions"))
        XCTAssertEqual(context.binarizers.map(\.domain), [.float, .accumulator])
        try assertSameMeaning(g.graph, graph, for: [1, -2, 3, -4, 5, 6, -7, 8, 9, -1, 0, 2])
    }

    func testAnInverseMovementAroundAnElementwiseOperatorCancels() throws {
        var g = SmallGraph([1, 3, 2, 2])
        var y = try g.add(Transpose(permutation: [0, 2, 3, 1]), g.x)
        y = try g.add(PRelu(), y, g.constant([3], [0.5, -1, 2]))
        g.output(try g.add(Transpose(permutation: [0, 3, 1, 2]), y))
        let graph = try g.compiled(Pipeline.through("SinkMovement")).graph
        XCTAssertEqual(graph.operators, ["PRelu"])
        try assertSameMeaning(g.graph, graph, for: (0..<12).map { Float($0) - 6 })
    }

    func testAMovementStaysWhereOperandsAreMovedDifferently() throws {
        var g = SmallGraph([1, 2, 2])
        let turned = try g.add(Transpose(permutation: [0, 2, 1]), g.x)
        g.output(try g.add(Add(), turned, g.x))
        let graph = try g.compiled(Pipeline.through("SinkMovement")).graph
        XCTAssertEqual(graph.operators, ["Transpose", "Add"])
    }

    func testADecisionOnAccumulatorsIsNotMovedInFrontOfItsComparison() throws {
        // A channel shuffle between two grouped binary layers moves bits, not numbers.
        var g = SmallGraph([1, 4, 2, 2])
        var y = try g.signPlus(g.x, name: "first")
        y = try g.add(
            Conv(window: Window(kernel: 1), groups: 2), y, g.constant([4, 2, 1, 1], [1, -1, 1, 1, -1, -1, 1, -1]))
        y = try g.add(Add(), y, g.constant([4, 1, 1], [0.5, 0.25, -0.5, 1.5]))
        y = try g.signPlus(y, name: "second")
        y = try g.add(Reshape(), y, g.integers([1, 2, 2, 2, 2]))
        y = try g.add(Transpose(permutation: [0, 2, 1, 3, 4]), y)
        y = try g.add(Reshape(), y, g.integers([1, 4, 2, 2]))
        g.output(
            try g.add(
                Conv(window: Window(kernel: 1), groups: 2), y, g.constant([4, 2, 1, 1], [1, 1, 1, -1, -1, 1, 1, 1])))
        let (graph, context) = try g.compiled(Pipeline.through("FoldDecisions"))
        XCTAssertEqual(context.binarizers.map(\.domain), [.float, .accumulator])
        XCTAssertEqual(graph.operators.filter { $0 == "BinaryConv" }.count, 2)
        try assertSameMeaning(g.graph, graph, for: (0..<16).map { Float($0 * 5 % 7) - 3 })
    }

    func testANumberThatSomethingElseReadsIsMovedButNotComputedTwice() throws {
        var g = SmallGraph([1, 3, 4])
        let shifted = try g.add(Sub(), g.x, g.constant([4], [0.5, 1, -1, 2]))
        let bits = try g.signPlus(shifted, name: "sign")
        g.output(try g.add(MatMul(), bits, g.constant([4, 2], [1, -1, 1, 1, -1, 1, 1, 1])))
        g.output(try g.add(Softmax(axis: -1), shifted), name: "other")
        let graph = try g.compiled(Pipeline.toReference).graph
        XCTAssertEqual(graph.operators.filter { $0 == "Sub" }.count, 1)
        XCTAssertEqual(graph.operators.filter { $0 == "Binarize" }.count, 1)
        let (_, binarize) = try XCTUnwrap(graph.first(Binarize.self))
        XCTAssertEqual(graph[binarize.outputs[0]].type.shape, [1, 4, 1, 3])
        try assertSameMeaning(g.graph, graph, for: [1, -2, 3, -4, 5, 6, -7, 8, 9, -1, 0, 2])
    }

    func testOneDecisionThatSeveralLayersReadIsMovedOnce() throws {
        var g = SmallGraph([1, 3, 4])
        let bits = try g.signPlus(
            try g.add(Sub(), g.x, g.constant([3, 4], (0..<12).map { Float($0) / 5 })), name: "sign")
        for index in 0..<3 {
            let weights = g.constant([4, 2], (0..<8).map { ($0 + index) % 3 == 0 ? 1 : -1 })
            g.output(try g.add(MatMul(), bits, weights), name: "y\(index)")
        }
        let graph = try g.compiled(Pipeline.toReference).graph
        XCTAssertEqual(graph.operators.filter { $0 == "Binarize" }.count, 1)
        XCTAssertEqual(graph.operators.filter { $0 == "Sub" }.count, 1)
        XCTAssertEqual(graph.operators.filter { $0 == "BinaryConv" }.count, 3)
        try assertSameMeaning(g.graph, graph, for: [1, -2, 3, -4, 5, 6, -7, 8, 9, -1, 0, 2])
    }

    func testMovementInFrontOfALayerBecomesPartOfItsWeights() throws {
        var random = SeededRandom(seed: 6)
        // A map flattened with its channels last.
        var g = SmallGraph([2, 3, 2, 2])
        var y = try g.add(Transpose(permutation: [0, 2, 3, 1]), g.x)
        y = try g.add(Reshape(), y, g.integers([2, 12]))
        g.output(try g.add(MatMul(), y, g.constant([12, 5], random.integers(60))))
        var graph = try g.compiled(Pipeline.through("AbsorbMovementIntoWeights")).graph
        XCTAssertEqual(graph.operators, ["Conv", "Reshape"])
        try assertSameMeaning(g.graph, graph, for: random.integers(24))

        // Channels shuffled in front of a layer of one group, and of two, which stays as it is.
        for groups in [1, 2] {
            var g = SmallGraph([2, 4, 3, 3])
            var y = try g.add(Reshape(), g.x, g.integers([2, 2, 2, 3, 3]))
            y = try g.add(Transpose(permutation: [0, 2, 1, 3, 4]), y)
            y = try g.add(Reshape(), y, g.integers([2, 4, 3, 3]))
            let weights = g.constant([2, 4 / groups, 2, 2], random.integers(32 / groups))
            g.output(try g.add(Conv(window: Window(kernel: 2), groups: groups), y, weights))
            graph = try g.compiled(Pipeline.through("AbsorbMovementIntoWeights")).graph
            XCTAssertEqual(graph.operators == ["Conv"], groups == 1)
            try assertSameMeaning(g.graph, graph, for: random.integers(72))
        }

        // Rows and columns exchanged.
        var other = SmallGraph([1, 2, 3, 3])
        y = try other.add(Transpose(permutation: [0, 1, 3, 2]), other.x)
        other.output(
            try other.add(Conv(window: Window(kernel: 2)), y, other.constant([1, 2, 2, 2], random.integers(8))))
        graph = try other.compiled(Pipeline.through("AbsorbMovementIntoWeights")).graph
        XCTAssertEqual(graph.operators, ["Transpose", "Conv"])
    }

    func testDecisionsAreCarriedThroughWhatMovesThem() throws {
        let movers: [(String, (inout SmallGraph, Graph.ValueID) throws -> Graph.ValueID)] = [
            ("Slice", { try $0.add(Slice(), $1, $0.integers([1]), $0.integers([4]), $0.integers([2])) }),
            ("Concat", { try $0.add(Concat(axis: 1), $1, $1) }),
            ("DepthToSpace", { try $0.add(DepthToSpace(blockSize: 2), $1) }),
            ("Pad", { try $0.add(Pad(mode: .reflect), $1, $0.integers([0, 0, 1, 1, 0, 0, 1, 1])) }),
            ("MaxPool", { try $0.add(MaxPool(window: Window(kernel: 2)), $1) }),
            ("Transpose", { try $0.add(Transpose(permutation: [0, 1, 3, 2]), $1) }),
        ]
        for (name, move) in movers {
            var g = SmallGraph([1, 4, 4, 4])
            let moved = try move(&g, try g.signPlus(g.x, name: "sign"))
            let channels = g.graph[moved].type.shape[1]
            g.output(
                try g.add(
                    Conv(window: Window(kernel: 2)), moved,
                    g.constant([1, channels, 2, 2], (0..<4 * channels).map { $0 % 3 == 0 ? 1 : -1 })))
            let graph = try g.compiled(Pipeline.toReference).graph
            XCTAssertTrue(graph.operators.contains("BinaryConv"), name)
            XCTAssertFalse(graph.operators.contains("BinaryToFloat"), name)
            try assertSameMeaning(g.graph, graph, for: (0..<64).map { Float($0 * 5 % 7) - 3 }, name)
        }
    }
}
