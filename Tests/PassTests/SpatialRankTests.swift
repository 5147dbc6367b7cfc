import BNNMIR
import TestSupport
import XCTest

@testable import BNNMPasses

/// Layers and pools over one and three spatial axes.
final class SpatialRankTests: XCTestCase {
    func testLayersOverOneAxisWorkOnImages() throws {
        var random = SeededRandom(seed: 4)
        let window = Window(Window.Axis(kernel: 1), Window.Axis(kernel: 3, stride: 2, padBegin: 1, padEnd: 1))
        let builds: [(String, (inout SmallGraph) throws -> Graph.ValueID)] = [
            (
                "Conv",
                { try $0.add(Conv(window: window), $0.x, $0.constant([2, 3, 3], (0..<18).map { Float($0 % 5) })) }
            ),
            ("MaxPool", { try $0.add(MaxPool(window: window, ceilMode: true), $0.x) }),
            ("AveragePool", { try $0.add(AveragePool(window: window, countIncludePad: true), $0.x) }),
            ("GlobalAveragePool", { try $0.add(GlobalAveragePool(), $0.x) }),
            ("GlobalMaxPool", { try $0.add(GlobalMaxPool(), $0.x) }),
        ]
        for (name, build) in builds {
            var g = SmallGraph([2, 3, 6])
            g.output(try build(&g))
            let graph = try g.compiled(Pipeline.toReference).graph
            for id in graph.schedule() where !(graph[id].op is Reshape) {
                XCTAssertEqual(graph[graph[id].inputs[0]!].type.rank, 4, name)
            }
            XCTAssertFalse(graph.operators.contains("GlobalMaxPool"))
            try assertSameMeaning(g.graph, graph, for: random.integers(36), name)
        }
    }

    func testGlobalPoolsOverAnyNumberOfAxesAreTheSame() throws {
        var random = SeededRandom(seed: 5)
        for shape in [[2, 3, 4, 5], [1, 2, 3, 2, 2], [1, 2, 1, 3, 1, 2]] {
            for op in [GlobalMaxPool(), GlobalAveragePool()] as [any Operator] {
                var g = SmallGraph(shape)
                g.output(try g.add(op, g.x))
                let graph = try g.compiled(Pipeline.toReference).graph
                XCTAssertFalse(graph.operators.contains("GlobalMaxPool"))
                try assertSameMeaning(g.graph, graph, for: random.floats(shape.reduce(1, *)), "\(shape) \(op)")
            }
        }
    }

    func testABinaryLayerOverOneAxisIsBinary() throws {
        var g = SmallGraph([1, 2, 5])
        let window = Window(Window.Axis(kernel: 1), Window.Axis(kernel: 3, padBegin: 1, padEnd: 1))
        var y = try g.signPlus(g.x, name: "first")
        y = try g.add(Conv(window: window), y, g.constant([2, 2, 3], [1, -1, 1, 1, 1, -1, -1, 1, -1, 1, 1, 1]))
        y = try g.batchNormalization(y, gamma: [1, -2], beta: [0.5, 0.25], mean: [0, 1], variance: [1, 4])
        y = try g.signPlus(y, name: "second")
        g.output(try g.add(Conv(window: window), y, g.constant([1, 2, 3], [2, -2, 2, 2, 2, -2])))
        let (graph, context) = try g.compiled(Pipeline.through("FoldDecisions"))
        XCTAssertEqual(graph.operators.filter { $0 == "BinaryConv" }.count, 2)
        XCTAssertEqual(context.binarizers.map(\.domain), [.float, .accumulator])
        try assertSameMeaning(g.graph, graph, for: [1, -2, 3, 4, -5, -6, 7, 8, 9, -1])
        try assertSameMeaning(g.graph, try g.compiled().graph, for: [1, -2, 3, 4, -5, -6, 7, 8, 9, -1])
    }

    /// The pool over three axes straight from its definition.
    private func pooled(_ pool: VolumePool, _ x: Tensor, to shape: [Int]) -> [Float] {
        var result: [Float] = []
        let isMax: Bool, countsPadding: Bool
        switch pool.kind {
        case .max: (isMax, countsPadding) = (true, false)
        case .average(let include): (isMax, countsPadding) = (false, include)
        }
        func positions(_ axis: Int, _ output: Int) -> [Int?] {
            let window = pool.axes[axis], extent = x.shape[2 + axis]
            return (0..<window.kernel).compactMap { tap -> Int?? in
                let at = output * window.stride - window.padBegin + tap * window.dilation
                if at >= extent + window.padEnd { return nil }
                return .some(at >= 0 && at < extent ? at : nil)
            }
        }
        let strides = x.shape.rowMajorStrides, values = x.floats
        for plane in 0..<shape[0] * shape[1] {
            for z in 0..<shape[2] {
                for row in 0..<shape[3] {
                    for column in 0..<shape[4] {
                        var sum = 0.0, best = -Double.infinity, counted = 0, inside = 0
                        for a in positions(0, z) {
                            for b in positions(1, row) {
                                for c in positions(2, column) {
                                    counted += 1
                                    guard let a, let b, let c else { continue }
                                    inside += 1
                                    let value = Double(
                                        values[plane * strides[1] + a * strides[2] + b * strides[3] + c])
                                    sum += value
                                    best = max(best, value)
                                }
                            }
                        }
                        result.append(Float(isMax ? best : sum / Double(countsPadding ? counted : inside)))
                    }
                }
            }
        }
        return result
    }

    func testPoolsOverThreeAxesAreTakenApart() throws {
        var tried = 0
        for seed in 0..<300 {
            var random = SeededRandom(seed: seed)
            let axes = (0..<3).map { _ -> Window.Axis in
                var axis = Window.Axis(kernel: random.below(3) + 1, stride: random.below(3) + 1)
                axis.padBegin = random.below(axis.kernel)
                axis.padEnd = random.below(axis.kernel)
                return axis
            }
            let pool = try VolumePool(
                kind: random.pick([.max, .average(countIncludePad: true), .average(countIncludePad: false)]),
                axes: axes,
                ceilMode: random.chance(1, in: 2))
            let shape = [1, random.below(2) + 1] + (0..<3).map { _ in random.below(4) + 2 }
            var g = SmallGraph(shape)
            guard let y = try? g.add(pool, g.x) else { continue }
            g.output(y)
            tried += 1
            let input = random.floats(shape.reduce(1, *))
            let expected = pooled(pool, Tensor(shape, input), to: g.graph[y].type.shape)
            let own = try g.graph.outputs(for: input)[0]
            for (e, f) in zip(expected, own) { XCTAssertEqual(e, f, accuracy: 1e-6, "seed \(seed)") }
            let graph = try g.compiled(Pipeline.toReference).graph
            XCTAssertFalse(graph.operators.contains("VolumePool"))
            var isMax = false
            if case .max = pool.kind { isMax = true }
            try assertSameMeaning(g.graph, graph, for: input, accuracy: isMax ? 0 : 1e-6, "seed \(seed)")
        }
        XCTAssertGreaterThan(tried, 150)
    }

    func testAnAverageThatCountsItsPaddingButNotTheCeilingsIsTheSame() throws {
        var rewritten = 0
        for seed in 0..<300 {
            var random = SeededRandom(seed: seed)
            func axis() -> Window.Axis {
                var axis = Window.Axis(kernel: random.below(3) + 1, stride: random.below(3) + 1)
                axis.padBegin = random.below(axis.kernel)
                axis.padEnd = random.below(axis.kernel)
                return axis
            }
            let pool = AveragePool(window: Window(axis(), axis()), ceilMode: true, countIncludePad: true)
            var g = SmallGraph([1, 2, random.below(5) + 3, random.below(5) + 3])
            guard let y = try? g.add(pool, g.x) else { continue }
            g.output(y)
            let graph = try g.compiled(Pipeline.toReference).graph
            let type = graph[graph.inputs[0]].type
            try assertSameMeaning(g.graph, graph, for: random.floats(type.elementCount), "seed \(seed): \(pool)")
            if graph.operators.contains("Pad") { rewritten += 1 }
            let left = try XCTUnwrap(graph.first(AveragePool.self))
            XCTAssertNoThrow(
                try left.op.explicitWindow(
                    input: graph[left.node.inputs[0]!].type.shape, output: graph[left.node.outputs[0]].type.shape))
        }
        XCTAssertGreaterThan(rewritten, 20)
    }
}
