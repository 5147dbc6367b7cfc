import BNNMIR
import TestSupport
import XCTest

@testable import BNNMPasses

/// Nodes that give back their operand go, and operands without elements leave a Concat; others stay.
final class EliminateNoOpsTests: XCTestCase {
    /// x from `start` to `end` by `step` along axis 2.
    private func slice(_ g: inout SmallGraph, _ start: Int64, _ end: Int64, step: Int64 = 1) throws -> Graph.ValueID {
        let (starts, ends) = (g.integers([start]), g.integers([end]))
        let (axes, steps) = (g.integers([2]), g.integers([step]))
        return try g.add(Slice(), g.x, starts, ends, axes, steps)
    }

    private func operators(_ make: (inout SmallGraph) throws -> Graph.ValueID) throws -> [String] {
        var g = SmallGraph([1, 2, 4])
        let y = try make(&g)
        g.output(try g.add(Relu(), y))
        let (graph, _) = try g.compiled([FoldConstants(), EliminateNoOps()])
        try assertSameMeaning(g.graph, graph, for: (0..<8).map { Float($0) - 3 })
        return graph.operators
    }

    func testASliceOfEverythingGoes() throws {
        XCTAssertEqual(try operators { try slice(&$0, 0, 100) }, ["Relu"])
        XCTAssertEqual(try operators { try slice(&$0, 0, 3) }, ["Slice", "Relu"])
        XCTAssertEqual(try operators { try slice(&$0, -1, -100, step: -1) }, ["Slice", "Relu"])
    }

    /// As torch.roll by 0 or by a whole turn is exported.
    func testAnEmptyOperandLeavesAConcat() throws {
        for (first, second) in [((4, 9), (0, 4)), ((0, 9), (9, 9))] as [((Int64, Int64), (Int64, Int64))] {
            let left = try operators {
                let parts = (try slice(&$0, first.0, first.1), try slice(&$0, second.0, second.1))
                return try $0.add(Concat(axis: 2), parts.0, parts.1)
            }
            XCTAssertEqual(left, ["Relu"])
        }
        let both = try operators {
            let parts = (try slice(&$0, 1, 9), try slice(&$0, 0, 1))
            return try $0.add(Concat(axis: 2), parts.0, parts.1)
        }
        XCTAssertEqual(both, ["Slice", "Slice", "Concat", "Relu"])
    }
}
