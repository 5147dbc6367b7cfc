import BNNMIR
import TestSupport
import XCTest

@testable import BNNMPasses

/// The search finds every number at which a classifier's decision changes, and nothing else.
final class SwitchPointSearchTests: XCTestCase {
    private func classifier(
        _ activation: (any Operator)?, hidden: Int, _ random: inout SeededRandom
    ) -> ScalarClassifier {
        func constant(_ shape: [Int], _ bound: Float) -> Tensor {
            Tensor(shape, random.floats(shape.reduce(1, *), bound: bound))
        }
        let linear = Gemm(alpha: 1, beta: 1, transA: false, transB: true)
        guard let activation else {
            return ScalarClassifier(layers: [
                .init(op: MatMul(), operands: [nil, constant([1, 2], 1)]),
                .init(op: Add(), operands: [nil, constant([2], 1)]),
            ])
        }
        return ScalarClassifier(layers: [
            .init(op: linear, operands: [nil, constant([hidden, 1], 3), constant([hidden], 3)]),
            .init(op: activation, operands: [nil]),
            .init(op: linear, operands: [nil, constant([2, hidden], 1), constant([2], 0.3)]),
        ])
    }

    func testTheDecisionBetweenTheFoundPointsIsWhatTheNetworkDecides() throws {
        var several = 0
        for seed in 0..<UInt64(60) {
            var random = SeededRandom(seed: seed)
            let activation: (any Operator)? = random.pick([Tanh(), Sigmoid(), Relu(), LeakyRelu(alpha: 0.1), nil])
            let network = classifier(activation, hidden: random.pick([2, 5, 12]), &random)
            let found = try XCTUnwrap(try XCTUnwrap(SwitchPointSearch(network)).run(), "seed \(seed)")
            XCTAssertEqual(found.points, found.points.sorted(), "seed \(seed)")
            several += found.points.count > 1 ? 1 : 0

            // A dense grid, and both sides of each point.
            var x = stride(from: Float(-12), through: 12, by: 0.0009765625).map { $0 }
            x += [-1e18, -1e6, -100, 100, 1e6, 1e18] + found.points + found.points.map(\.nextDown)
            let differences = try network.evaluate(x)
            for (x, difference) in zip(x, differences) {
                let passed = found.points.filter { $0 <= x }.count
                let expected = (passed % 2 == 0) == found.startsAtPlus
                XCTAssertEqual(difference > 0, expected, "seed \(seed), x = \(x), points \(found.points)")
            }
        }
        XCTAssertGreaterThan(several, 5, "the classifiers are not all monotone, or the test shows little")
    }

    func testScoresThatAreEqualOverAStretchMakeItGiveUp() throws {
        let linear = Gemm(alpha: 1, beta: 1, transA: false, transB: true)
        let network = ScalarClassifier(layers: [
            .init(op: linear, operands: [nil, Tensor([2, 1], [1 as Float, -1]), Tensor([2], [-1 as Float, -1])]),
            .init(op: Relu(), operands: [nil]),
            .init(op: linear, operands: [nil, Tensor([2, 2], [1 as Float, 0, 0, 1]), Tensor([2], [0 as Float, 0])]),
        ])
        XCTAssertNil(try XCTUnwrap(SwitchPointSearch(network)).run())
    }

    func testALayerOfAnotherKindIsNotSearched() {
        XCTAssertNil(SwitchPointSearch(ScalarClassifier(layers: [.init(op: Sin(), operands: [nil])])))
        XCTAssertNil(SwitchPointSearch(ScalarClassifier(layers: [.init(op: LeakyRelu(alpha: -0.5), operands: [nil])])))
    }
}
