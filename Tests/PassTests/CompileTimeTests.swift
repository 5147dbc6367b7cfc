import BNNMIR
import XCTest

@testable import BNNMPasses

/// Compile time grows with the graph and not with its square: graphs near the format's limit of 65536 operators compile
/// in seconds, where a quadratic pass needs many minutes, and constants that would take hours are refused at once.
final class CompileTimeTests: XCTestCase {
    /// Far more than a near-linear pipeline needs on a slow machine, far less than a quadratic one.
    private static let secondLimit = 120.0

    private func compile(
        _ what: String, nodes: Int, _ shape: [Int] = [1, 4], _ make: (inout SmallGraph, Int) throws -> Void
    ) throws -> Graph {
        var g = SmallGraph(shape)
        try make(&g, nodes)
        let start = ContinuousClock.now
        var graph = g.graph
        var context = CompilationContext()
        try Pipeline.run(on: &graph, &context)
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        XCTAssertLessThan(seconds, Self.secondLimit, "\(what) of \(nodes) nodes")
        return graph
    }

    func testALongChainCompilesInTimeProportionalToIt() throws {
        let graph = try compile("a chain", nodes: 60_000) { g, count in
            var value = g.x
            for index in 0..<count { value = try g.add(index % 2 == 0 ? Tanh() : Neg(), value) }
            g.output(value)
        }
        XCTAssertGreaterThan(graph.schedule().count, 1000)
    }

    func testAWideFanCompilesInTimeProportionalToIt() throws {
        _ = try compile("a fan", nodes: 60_000) { g, count in
            var values = try (0..<count / 2).map { try g.add(Mul(), g.x, g.number(Float($0 + 2))) }
            while values.count > 1 {
                values = try stride(from: 0, to: values.count, by: 2).map {
                    $0 + 1 < values.count ? try g.add(Add(), values[$0], values[$0 + 1]) : values[$0]
                }
            }
            g.output(values[0])
        }
    }

    func testManyBinaryLayersCompileInTimeProportionalToThem() throws {
        let graph = try compile("signs and convolutions", nodes: 9_000, [1, 8, 2, 2]) { g, count in
            let weights = (0..<64).map { Float($0 * 37 % 11 < 5 ? -1 : 1) }
            var value = g.x
            for _ in 0..<count / 3 {
                let decision = try g.signPlus(value, name: "sign")
                value = try g.add(
                    Add(), try g.add(Conv(window: Window(kernel: 1)), decision, g.constant([8, 8, 1, 1], weights)),
                    value)
            }
            g.output(value)
        }
        XCTAssertEqual(graph.operators.filter { $0.contains("BinaryConv") }.count, 3000)
    }

    func testManyMovementsCompileInTimeProportionalToThem() throws {
        _ = try compile("transposes", nodes: 20_000, [1, 2, 3, 4]) { g, count in
            var value = g.x
            for index in 0..<count {
                value =
                    index % 2 == 0
                    ? try g.add(Transpose(permutation: [0, 2, 3, 1]), value) : try g.add(Relu(), value)
            }
            g.output(value)
        }
    }

    func testAConstantThatTakesHoursIsRefusedByName() throws {
        var g = SmallGraph([1])
        let row = try g.add(Expand(), g.number(1), g.integers([1 << 13, 1 << 13]), name: "ones")
        let square = try g.add(MatMul(), row, row, name: "square")
        g.output(try g.add(Add(), g.x, try g.add(ReduceSum(keepsDimensions: false), square)))
        let start = ContinuousClock.now
        XCTAssertThrowsError(try g.compiled([FoldConstants()])) { error in
            XCTAssertEqual(
                "\(error)",
                "node 'square' (MatMul): its result is a constant that takes 549957140480 multiplications or additions "
                    + "to compute; when compiling, 34359738368 are done at most, of which 34292629501 are left: compute "
                    + "it before the model is exported")
        }
        XCTAssertLessThan((ContinuousClock.now - start) / .seconds(1), Self.secondLimit)
    }

    func testStepsAddUpOverAllConstants() throws {
        var g = SmallGraph([1])
        var value = g.x
        for _ in 0..<4 {
            let ones = try g.add(Expand(), g.number(1), g.integers([100]))
            value = try g.add(Add(), value, try g.add(ReduceSum(keepsDimensions: false), ones))
        }
        g.output(value)
        XCTAssertNoThrow(try g.compiled([FoldConstants(stepLimit: 900)]))
        XCTAssertThrowsError(try g.compiled([FoldConstants(stepLimit: 700)]))
    }
}
