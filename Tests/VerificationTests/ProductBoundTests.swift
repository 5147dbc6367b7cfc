import BNNMIR
import TestSupport
import XCTest

@testable import BNNMVerification

/// The bound of products of two computed matrices, and of what binary products and constants spread by Gather give.
final class ProductBoundTests: XCTestCase {
    private func bound(
        _ op: any Operator, _ values: [Tensor?], _ bounds: [Tensor?]
    ) throws -> (result: Tensor, bound: Tensor?) {
        let node = Graph.Node(name: "node", op: op, inputs: [], outputs: [])
        let result = try op.evaluate(values)[0]
        return (result, try ErrorBound.of(node, values: values, bounds: bounds, result: result))
    }

    func testAProductOfDisturbedMatricesStaysWithinItsBoundInAnyOrder() throws {
        for seed in 0..<100 {
            var random = SeededRandom(seed: seed)
            let (m, k, n) = (1 + random.below(4), 1 + random.below(40), 1 + random.below(4))
            let a = Tensor([2, m, k], random.floats(2 * m * k)), b = Tensor([2, k, n], random.floats(2 * k * n))
            func disturbed(_ x: Tensor, by limit: Float) -> Tensor {
                Tensor(x.shape, x.floats.map { $0 + random.float(limit) * 0.999 })
            }
            let limits = [seed % 3 == 0 ? 0 : 1e-4, seed % 2 == 0 ? 0 : 3e-4] as [Float]
            let bounds = zip([a, b], limits).map { x, limit in
                limit == 0 ? nil : Tensor(x.shape, [Float](repeating: limit, count: x.elementCount))
            }
            let (reference, found) = try bound(MatMul(), [a, b], bounds)
            let limit = try XCTUnwrap(found).floats
            let x = disturbed(a, by: limits[0]).floats, y = disturbed(b, by: limits[1]).floats
            for (index, value) in reference.floats.enumerated() {
                let batch = index / (m * n), row = index / n % m, column = index % n
                let sum = (0..<k).shuffled(using: &random).reduce(Float(0)) {
                    $0 + x[(batch * m + row) * k + $1] * y[(batch * k + $1) * n + column]
                }
                XCTAssertLessThanOrEqual(abs(sum - value), limit[index], "SEED \(seed), element \(index)")
                let magnitude = Float(k) * 4 * (limits[0] + limits[1] + Float(k + 2) * 0x1p-24)
                XCTAssertLessThan(limit[index], magnitude, "SEED \(seed)")
            }
        }
    }

    func testAProductOfDecisionsIsExactAsAFloat() throws {
        let a = Tensor(TensorType(.binary, [1, 3]), .integer([1, -1, 1]))
        let b = Tensor(TensorType(.binary, [3, 1]), .integer([1, 1, 1]))
        let acc = try BinaryMatMul(leftForm: .signed, rightForm: .zeroOne).evaluate([a, b])[0]
        XCTAssertEqual(try bound(Cast(to: .float32), [acc], [nil]).bound?.floats, [0])
        let large = Tensor([1], [Int64(1) << 24 + 1], .int32)
        XCTAssertNil(try bound(Cast(to: .float32), [large], [nil]).bound)
    }

    func testGatherMovesBounds() throws {
        let x = Tensor([1, 3], [1, 2, 3] as [Float]), picks = Tensor([2], [Int64(2), 0])
        let errors = Tensor([1, 3], [0.1, 0.2, 0.3] as [Float])
        XCTAssertEqual(try bound(Gather(axis: 1), [x, picks], [errors, nil]).bound?.floats, [0.3, 0.1])
        XCTAssertEqual(try bound(Gather(axis: 1), [x, picks], [nil, nil]).bound?.floats, [0, 0])
    }
}
