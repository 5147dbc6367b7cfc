import BNNMIR
import TestSupport
import XCTest

@testable import BNNMVerification

/// Bounds behind functions, comparisons and operators along axes: the operator at operands moved by no more than their
/// bound must lie within the bound that is computed.
final class ErrorBoundGeneralTests: XCTestCase {
    private static let shape = [2, 3, 5]

    func testMovedOperandsStayWithinTheBound() throws {
        var random = SeededRandom(seed: 7)
        let axes = Tensor([1], [2 as Int64])
        let unary: [any Operator] = [
            Exp(), Erf(), Sin(), Cos(), Gelu(), Gelu(approximatesByTanh: true), Softplus(), HardSigmoid(), HardSwish(),
            Elu(), Sigmoid(), Tanh(), Softmax(), Softmax(axis: 1),
        ]
        for op in unary { try check(op, [tensor(&random)], exact: [], &random) }
        for op in [Log(), Sqrt(), Reciprocal()] as [any Operator] {
            try check(op, [tensor(&random, from: 0.5, to: 3)], exact: [], &random)
        }
        let reductions: [any Operator] = [
            ReduceSum(), ReduceMean(), ReduceMax(), ReduceMin(), ReduceL1(), ReduceL2(), ReduceSumSquare(),
        ]
        for op in reductions { try check(op, [tensor(&random), axes], exact: [1], &random) }
        try check(MatMul(), [tensor(&random), tensor(&random, [2, 5, 4])], exact: [], &random)
        try check(
            LayerNormalization(), [tensor(&random), tensor(&random, [5]), tensor(&random, [5])], exact: [1, 2], &random)
        try check(Split(axis: 2, partCount: 5), [tensor(&random)], exact: [], &random)
        let scales = Tensor([3], [1, 2, 1.5 as Float])
        for mode in [Resize.Mode.nearest, .linear, .cubic] {
            try check(Resize(mode: mode), [tensor(&random), nil, scales], exact: [2], &random)
        }
        for op in [Less(), LessOrEqual(), Equal()] as [any Operator] {
            let a = tensor(&random)
            try check(op, [a, a], exact: [], &random)
        }
        let condition = Tensor(Self.shape, (0..<30).map { Int64($0 % 2) }, .bool)
        try check(Where(), [condition, tensor(&random), tensor(&random)], exact: [0], &random)
        // These jump at integers and between them.
        for op in [Floor(), Ceil(), Round(), Cast(to: .int64)] as [any Operator] {
            let halves = (0..<30).map { Float($0 - 15) / 2 }
            try check(op, [Tensor(Self.shape, halves)], exact: [], &random)
        }
    }

    private func tensor(
        _ random: inout SeededRandom, _ shape: [Int] = shape, from low: Float = -3, to high: Float = 3
    ) -> Tensor {
        Tensor(shape, (0..<shape.reduce(1, *)).map { _ in Float.random(in: low...high, using: &random) })
    }

    private func check(
        _ op: any Operator, _ operands: [Tensor?], exact: Set<Int>, _ random: inout SeededRandom,
        file: StaticString = #filePath, line: UInt = #line
    ) throws {
        let results = try op.evaluate(operands)
        let reach: Float = 1e-3
        let bounds = operands.enumerated().map { index, operand in
            operand.flatMap { exact.contains(index) ? nil : $0.map { _ in reach } }
        }
        let node = Graph.Node(name: "", op: op, inputs: [], outputs: [])
        let found = try ErrorBound.of(node, values: operands, bounds: bounds, results: results)
        var moved = false
        for _ in 0..<20 {
            let shifted = operands.enumerated().map { index, operand in
                operand.map { tensor in
                    exact.contains(index)
                        ? tensor : tensor.map { $0 + random.float(reach * 0.999) }
                }
            }
            for ((a, b), bound) in zip(zip(results, try op.evaluate(shifted)), found) {
                let limit = try XCTUnwrap(bound, file: file, line: line)
                XCTAssert(limit.floats.contains { $0.isFinite }, "\(op): no bound at all", file: file, line: line)
                for (place, (x, y)) in zip(a.floats, b.floats).enumerated() {
                    XCTAssertLessThanOrEqual(abs(x - y), limit.floats[place], "\(op)", file: file, line: line)
                    if x != y { moved = true }
                }
            }
        }
        XCTAssert(moved, "\(op): nothing was tested", file: file, line: line)
    }
}
