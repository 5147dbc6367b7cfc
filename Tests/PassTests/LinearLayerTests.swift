import BNNMIR
import TestSupport
import XCTest

@testable import BNNMPasses

/// MatMul and Gemm as 1×1 convolutions, compared bit by bit: operands are whole numbers, so that no sum is rounded.
final class LinearLayerTests: XCTestCase {
    private let passes = Pipeline.through("CanonicalizeLinearLayers")

    func testProductsWithConstantWeightsOfAnyRankBecomeConvolutions() throws {
        var random = SeededRandom(seed: 1)
        for (shape, weights) in [
            ([5], [5, 3]), ([2, 5], [5, 3]), ([2, 4, 5], [5, 3]), ([2, 3, 4, 5], [5, 3]), ([1, 1, 5], [5, 3]),
            ([2, 4, 5], [1, 5, 3]), ([2, 4, 5], [5]), ([2, 5], [1, 1, 5, 3]), ([5], [5]),
        ] {
            var g = SmallGraph(shape)
            g.output(try g.add(MatMul(), g.x, g.constant(weights, random.integers(weights.reduce(1, *)))))
            let graph = try g.compiled(passes).graph
            XCTAssertEqual(graph.operators.filter { $0 == "Conv" }.count, 1, "\(shape) × \(weights)")
            XCTAssertFalse(graph.operators.contains("MatMul"), "\(shape) × \(weights)")
            try assertSameMeaning(
                g.graph, graph, for: random.integers(shape.reduce(1, *)), "\(shape) × \(weights)")
        }
    }

    func testConstantWeightsOnTheLeftBecomeConvolutions() throws {
        var random = SeededRandom(seed: 2)
        for shape in [[4, 3], [2, 4, 3]] {
            var g = SmallGraph(shape)
            g.output(try g.add(MatMul(), g.constant([5, 4], random.integers(20)), g.x))
            let graph = try g.compiled(passes).graph
            XCTAssertFalse(graph.operators.contains("MatMul"))
            XCTAssertFalse(graph.operators.contains("Transpose"))
            try assertSameMeaning(g.graph, graph, for: random.integers(shape.reduce(1, *)))
        }
    }

    func testProductsOfComputedOrOfSeveralMatricesStay() throws {
        var random = SeededRandom(seed: 3)
        for weights in [[2, 5, 3], [2, 1, 5, 3]] {
            var g = SmallGraph([2, 4, 5])
            g.output(try g.add(MatMul(), g.x, g.constant(weights, random.integers(weights.reduce(1, *)))))
            XCTAssertTrue(try g.compiled(passes).graph.operators.contains("MatMul"))
        }
        var g = SmallGraph([2, 4, 4])
        g.output(try g.add(MatMul(), g.x, g.x))
        XCTAssertEqual(try g.compiled(passes).graph.operators, ["MatMul"])
    }

    func testGemmWithAllItsFactorsAndAddends() throws {
        for seed in 0..<200 {
            var random = SeededRandom(seed: seed)
            let (n, k, m) = (random.below(3) + 1, random.below(3) + 1, random.below(3) + 1)
            let gemm = Gemm(
                alpha: random.pick([1, 1, -2, 0.5]), beta: random.pick([1, 1, 4, 0]), transA: random.chance(1, in: 2),
                transB: random.chance(1, in: 2))
            let shapeA = gemm.transA ? [k, n] : [n, k], shapeB = gemm.transB ? [m, k] : [k, m]
            let rank = random.below(3)
            let shapeC = [Int]([n, m].map { random.chance(1, in: 2) ? $0 : 1 }.suffix(rank))
            // One input holds everything that is computed.
            let counts = [shapeA, shapeB, shapeC].map { $0.reduce(1, *) }
            var g = SmallGraph([counts.reduce(0, +)])
            var start = 0
            let mayCompute = random.below(8)
            let operands = try zip([shapeA, shapeB, shapeC], counts).enumerated().map {
                index, operand -> Graph.ValueID in
                let (shape, count) = operand
                defer { start += count }
                guard mayCompute >> index & 1 == 1 else { return g.constant(shape, random.integers(count)) }
                let part = try g.add(
                    Slice(), g.x, g.integers([Int64(start)]), g.integers([Int64(start + count)]))
                return try g.add(Reshape(), part, g.integers(shape.map { Int64($0) }))
            }
            let hasAddend = random.chance(3, in: 4)
            g.output(try g.add(gemm, operands[0], operands[1], hasAddend ? operands[2] : nil))
            let graph = try g.compiled(passes).graph
            XCTAssertFalse(graph.operators.contains("Gemm"), "seed \(seed)")
            if mayCompute & 3 == 1 { XCTAssertFalse(graph.operators.contains("MatMul"), "seed \(seed)") }
            try assertSameMeaning(g.graph, graph, for: random.integers(counts.reduce(0, +)), "seed \(seed)")
        }
    }

    func testMeansOverTokensAreGlobalAverages() throws {
        var g = SmallGraph([2, 4, 3])
        g.output(try g.add(ReduceMean(), g.x, g.integers([1])))
        let graph = try g.compiled(Pipeline.through("CanonicalizeGlobalAverages")).graph
        XCTAssertTrue(graph.operators.contains("GlobalAveragePool"))
        try assertSameMeaning(g.graph, graph, for: (0..<24).map { Float($0 * $0 % 11) })

        var other = SmallGraph([2, 4, 3])
        other.output(try other.add(ReduceMean(), other.x, other.integers([2])))
        XCTAssertEqual(
            try other.compiled(Pipeline.through("CanonicalizeGlobalAverages")).graph.operators, ["ReduceMean"])
    }
}
