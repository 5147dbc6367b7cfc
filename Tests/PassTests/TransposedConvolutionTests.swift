import BNNMIR
import TestSupport
import XCTest

@testable import BNNMPasses

/// Transposed convolutions as convolutions of their phases. Operands are whole numbers, so that no sum is rounded.
final class TransposedConvolutionTests: XCTestCase {
    private let passes = Pipeline.through("DecomposeTransposedConvolutions")

    /// A random geometry that the operator accepts.
    private func random(_ random: inout SeededRandom, rank: Int, extents: [Int]) -> ConvTranspose {
        func axis() -> (Window.Axis, Int) {
            var axis = Window.Axis(
                kernel: random.below(5) + 1, stride: random.below(4) + 1, dilation: random.below(3) + 1)
            axis.padBegin = random.below(axis.span)
            axis.padEnd = random.below(axis.span)
            return (axis, random.below(max(axis.stride, axis.dilation)))
        }
        var (vertical, horizontal) = (axis(), axis())
        if random.chance(1, in: 2) { horizontal.0.stride = vertical.0.stride }
        horizontal.1 = min(horizontal.1, max(horizontal.0.stride, horizontal.0.dilation) - 1)
        if rank == 3 { vertical = (Window.Axis(kernel: 1), 0) }
        var op = ConvTranspose(
            window: Window(vertical.0, horizontal.0), groups: random.pick([1, 1, 2]),
            outputPadding: (vertical.1, horizontal.1))
        switch random.below(6) {
        case 0: op.autoPad = .sameUpper
        case 1:
            op.outputShape = extents.map { _ in random.below(12) + 1 }
            op.autoPad = random.pick([.explicit, .sameUpper])
        default: break
        }
        return op
    }

    func testEveryGeometryIsTheSame() throws {
        var tried = 0
        for seed in 0..<1500 {
            var random = SeededRandom(seed: seed)
            let rank = random.chance(1, in: 3) ? 3 : 4
            let extents = (2..<rank).map { _ in random.below(4) + 1 }
            let op = self.random(&random, rank: rank, extents: extents)
            let channels = op.groups * (random.below(2) + 1), outputs = random.below(2) + 1
            let shape = [random.below(2) + 1, channels] + extents
            let kernel =
                [channels, outputs]
                + [op.window.vertical.kernel, op.window.horizontal.kernel].suffix(rank - 2)
            var g = SmallGraph(shape)
            let weights = g.constant(kernel, random.integers(kernel.reduce(1, *)))
            let bias =
                random.chance(1, in: 2)
                ? g.constant([outputs * op.groups], random.integers(outputs * op.groups)) : nil
            guard let y = try? g.add(op, g.x, weights, bias) else { continue }
            g.output(y)
            tried += 1
            let graph = try g.compiled(passes).graph
            XCTAssertFalse(graph.operators.contains("ConvTranspose"), "seed \(seed): \(op)")
            try assertSameMeaning(
                g.graph, graph, for: random.integers(shape.reduce(1, *)), "seed \(seed): \(op)")
            // Through what stands behind, too.
            try assertSameMeaning(
                g.graph, try g.compiled(Pipeline.toReference).graph, for: random.integers(shape.reduce(1, *)),
                "seed \(seed): \(op)")
        }
        XCTAssertGreaterThan(tried, 900)
    }

    func testAnInfiniteInputDoesNotReachThePhaseThatNoTapDoes() throws {
        var g = SmallGraph([1, 1, 1, 2])
        let window = Window(Window.Axis(kernel: 1), Window.Axis(kernel: 1, stride: 2))
        g.output(try g.add(ConvTranspose(window: window), g.x, g.constant([1, 1, 1, 1], [2]), g.constant([1], [3])))
        let graph = try g.compiled(Pipeline.toReference).graph
        XCTAssertEqual(try graph.outputs(for: [.infinity, 1])[0], [.infinity, 3, 5])
    }

    func testWeightsThatAreComputedAndTooManyPhasesStay() throws {
        var g = SmallGraph([1, 1, 2, 2])
        g.output(try g.add(ConvTranspose(window: Window(kernel: 2)), g.x, g.x))
        XCTAssertEqual(try g.compiled(passes).graph.operators, ["ConvTranspose"])
        var other = SmallGraph([1, 1, 2, 2])
        other.output(
            try other.add(
                ConvTranspose(window: Window(kernel: 2, stride: 17)), other.x,
                other.constant([1, 1, 2, 2], [1, 2, 3, 4])))
        XCTAssertEqual(try other.compiled(passes).graph.operators, ["ConvTranspose"])
    }

    /// Sign → ConvTranspose with ±α of each output channel → BatchNormalization → Sign → Conv with ±α.
    private func binaryNetwork(_ random: inout SeededRandom, _ window: Window, groups: Int) throws -> SmallGraph {
        let channels = 4, outputs = 6
        var g = SmallGraph([1, channels, 3, 4])
        let bits = try g.signPlus(g.x, name: "first")
        let alpha = (0..<outputs).map { _ in abs(random.float()) + 0.1 }
        let taps = window.vertical.kernel * window.horizontal.kernel
        let weights = (0..<channels).flatMap { c in
            (0..<outputs / groups).flatMap { m in
                random.signs(taps).map { $0 * alpha[c / (channels / groups) * (outputs / groups) + m] }
            }
        }
        let kernel = g.constant(
            [channels, outputs / groups, window.vertical.kernel, window.horizontal.kernel], weights)
        var y = try g.add(ConvTranspose(window: window, groups: groups), bits, kernel, name: "up")
        y = try g.batchNormalization(
            y, gamma: random.floats(outputs), beta: random.floats(outputs), mean: random.floats(outputs),
            variance: random.floats(outputs).map { abs($0) + 0.1 })
        y = try g.signPlus(y, name: "second")
        g.output(
            try g.add(Conv(window: Window(kernel: 3, pad: 1)), y, g.constant([2, outputs, 3, 3], random.signs(108))))
        return g
    }

    func testBinaryOnesBecomeIntegerComparisonsOfEachPhase() throws {
        for (index, (window, groups)) in [
            (Window(kernel: 4, stride: 2, pad: 1), 1), (Window(kernel: 3, stride: 2, pad: 1), 2),
            (Window(Window.Axis(kernel: 4, stride: 2, padBegin: 1), Window.Axis(kernel: 3, stride: 3)), 1),
            (Window(Window.Axis(kernel: 2, stride: 3), Window.Axis(kernel: 3, stride: 3)), 1),
            (Window(kernel: 3, stride: 1, pad: 1), 1),
        ].enumerated() {
            var random = SeededRandom(seed: index)
            let g = try binaryNetwork(&random, window, groups: groups)
            let reference = try g.compiled(Pipeline.toReference).graph
            let phases = window.vertical.stride * window.horizontal.stride
            XCTAssertEqual(reference.operators.filter { $0 == "BinaryConv" }.count, phases + 1, "case \(index)")
            XCTAssertFalse(reference.operators.contains("Conv"), "case \(index)")
            XCTAssertEqual(reference.probes.map(\.name).filter { ["first", "second"].contains($0) }.count, 2)
            for probe in reference.probes { XCTAssertEqual(reference[probe.value].type.elementType, .binary) }
            var graph = reference
            var context = CompilationContext()
            try Pipeline.run([FoldDecisions()], on: &graph, &context, verify: true)
            XCTAssertEqual(context.binarizers.filter { $0.domain == .accumulator }.count, phases, "case \(index)")
            for _ in 0..<3 {
                let input = random.floats(48)
                try assertSameMeaning(g.graph, reference, for: input, "case \(index)")
                try assertSameMeaning(g.graph, graph, for: input, "case \(index)")
                try assertSameMeaning(g.graph, try g.compiled().graph, for: input, "case \(index)")
            }
        }
    }

    func testADecisionHasAProbeWhereItIsReadAsNumbersAndSomePhasesAreConstant() throws {
        // Three of four phases are the bias alone, so that their decisions are known.
        for channels in [1, 3] {
            var g = SmallGraph([1, 2, 3, 2])
            let up = try g.add(
                ConvTranspose(window: Window(kernel: 1, stride: 2), outputPadding: (1, 0)), g.x,
                g.constant([2, channels, 1, 1], (0..<2 * channels).map { Float($0) - 0.5 }),
                g.constant([channels], (0..<channels).map { $0 % 2 == 0 ? 0.25 : -0.5 }))
            let decision = try g.signPlus(up, name: "decision")
            g.output(try g.add(Mul(), try g.add(Relu(), up), try g.add(Add(), decision, g.number(3))))
            let reference = try g.compiled(Pipeline.toReference).graph
            XCTAssertEqual(reference.probes.map(\.name), ["decision"])
            let (graph, context) = try g.compiled()
            XCTAssertEqual(graph.probes.map(\.name), ["decision"])
            XCTAssertEqual(Set(context.binarizers.map(\.name)), ["decision"])
            let input: [Float] = [1, -2, 3, -4, 5, -6, 7, 8, -9, 10, -11, 12]
            try assertSameMeaning(g.graph, graph, for: input)
            // What the probe shows is what the graph decides.
            let probe = try XCTUnwrap(graph.probes.first)
            let shown = try Interpreter(graph).decisions(of: probe, for: Tensor([1, 2, 3, 2], input))
            var decided = g.graph
            decided.outputs = [Graph.Output(name: "d", value: decision)]
            XCTAssertEqual(shown.map { Float($0) }, try decided.outputs(for: input)[0])
        }
    }

    func testInterleavingStaysInFrontOfWhatDoesNotTreatPixelsAlike() throws {
        let behind: [(String, (inout SmallGraph, Graph.ValueID) throws -> Graph.ValueID)] = [
            (
                "constant of each pixel",
                { try $0.add(Add(), $1, $0.constant([1, 1, 1, 8], [1, 2, 3, 4, 5, 6, 7, 8])) }
            ),
            ("another computed image", { try $0.add(Mul(), $1, $0.add(Resize2.make(), $0.x)) }),
        ]
        for (name, build) in behind {
            var g = SmallGraph([1, 2, 4, 4])
            let y = try g.add(
                ConvTranspose(window: Window(kernel: 2, stride: 2)), g.x,
                g.constant([2, 2, 2, 2], (0..<16).map { Float($0) - 8 }))
            g.output(try build(&g, y))
            let graph = try g.compiled(Pipeline.toReference).graph
            XCTAssertEqual(graph.operators.filter { $0 == "Add" || $0 == "Mul" }.count, 1, name)
            try assertSameMeaning(g.graph, graph, for: (0..<32).map { Float($0 % 7) - 3 }, name)
        }
    }

    func testInterleavingStaysWhereAnotherReaderNeedsIt() throws {
        var g = SmallGraph([1, 1, 4, 4])
        let y = try g.add(
            ConvTranspose(window: Window(kernel: 2, stride: 2)), g.x,
            g.constant([1, 2, 2, 2], (0..<8).map { Float($0) - 4 }))
        g.output(try g.add(Relu(), y))
        g.output(try g.add(GlobalAveragePool(), y), name: "mean")
        let graph = try g.compiled(Pipeline.toReference).graph
        XCTAssertEqual(graph.operators.filter { $0 == "Relu" }.count, 1)
        XCTAssertEqual(graph.operators.filter { $0 == "DepthToSpace" }.count, 1)
        try assertSameMeaning(g.graph, graph, for: (0..<16).map { Float($0 % 7) - 3 })
    }
}

extension Interpreter {
    /// What a probe shows, in the ONNX value's order.
    fileprivate func decisions(of probe: Graph.Probe, for input: Tensor) throws -> [Int64] {
        var found: [Int64] = []
        _ = try run([input]) { id, results in
            for (output, result) in zip(graph[id].outputs, results) where output == probe.value {
                found = probe.inONNXOrder(result.integers ?? [])
            }
            return results
        }
        return found
    }
}

/// An image twice as large, computed otherwise than by a transposed convolution.
private enum Resize2 {
    static func make() -> some Operator { Tile2() }
    private struct Tile2: Operator {
        static let name = "Twice"
        func inferTypes(_ operands: [Operand?]) throws -> [TensorType] {
            let shape = operands[0]!.shape
            return [TensorType(.float32, [shape[0], shape[1], 2 * shape[2], 2 * shape[3]])]
        }
        func evaluate(_ inputs: [Tensor?]) throws -> [Tensor] {
            let x = inputs[0]!, shape = x.shape
            let rows = x.reshaped([shape[0], shape[1], shape[2], 1, shape[3], 1])
            let wide = rows.broadcast(to: [shape[0], shape[1], shape[2], 2, shape[3], 2])
            return [wide.reshaped([shape[0], shape[1], 2 * shape[2], 2 * shape[3]])]
        }
        func keepsSamplesApart(_ operands: [Operand?]) -> Bool { true }
    }
}
