import BNNMIR
import TestSupport
import XCTest

@testable import BNNMPasses

/// Constants are put into the classes that the network itself puts them into, to the last float32 number.
final class ClassifiedConstantsTests: XCTestCase {
    private func layers(
        _ activation: any Operator, hidden: Int, scale: Float, _ random: inout SeededRandom
    ) -> [ScalarClassifier.Layer] {
        func constant(_ shape: [Int], _ bound: Float) -> Tensor {
            Tensor(shape, random.floats(shape.reduce(1, *), bound: bound))
        }
        let linear = Gemm(transB: true)
        return [
            .init(op: linear, operands: [nil, constant([hidden, 1], 3 * scale), constant([hidden], 3)]),
            .init(op: activation, operands: [nil]),
            .init(op: linear, operands: [nil, constant([2, hidden], 1), constant([2], 0.3)]),
        ]
    }

    func testEveryConstantGetsTheNetworksOwnClass() throws {
        var switches = 0
        for seed in 0..<UInt64(80) {
            var random = SeededRandom(seed: seed)
            let activation = random.pick([Tanh(), Sigmoid(), Relu(), LeakyRelu(alpha: 0.1)] as [any Operator])
            let scale = random.pick([0.01, 1, 100] as [Float])
            let layers = layers(activation, hidden: random.pick([2, 5, 40]), scale: scale, &random)
            let classifier = ScalarClassifier(layers: layers)
            var numbers = random.floats(3000, bound: 4 / scale) + [0, -0.0, .leastNonzeroMagnitude, 1e-30, -1e-30]
            if let points = try SwitchPointSearch(classifier)?.run()?.points {
                switches += points.count
                // Where float32 rounding decides: the numbers on both sides of each switch.
                for point in points {
                    var (below, above) = (point, point)
                    for _ in 0..<40 {
                        numbers += [below, above]
                        (below, above) = (below.nextDown, above.nextUp)
                    }
                }
            }
            let expected = try classifier.evaluate(numbers).map { Int64($0 > 0 ? 1 : 0) }
            let found = try XCTUnwrap(try XCTUnwrap(ClassifiedConstants(layers)).classes(of: numbers), "seed \(seed)")
            for (index, (a, b)) in zip(found, expected).enumerated() where a != b {
                XCTFail("seed \(seed): \(numbers[index]) is of class \(b), not \(a)")
            }
        }
        XCTAssertGreaterThan(switches, 40)
    }

    func testWhatMightOverflowIsLeftToTheNetwork() throws {
        var random = SeededRandom(seed: 1)
        let layers = layers(Relu(), hidden: 3, scale: 1, &random)
        let classifier = try XCTUnwrap(ClassifiedConstants(layers))
        XCTAssertNil(try classifier.classes(of: [.infinity, 0]))
        XCTAssertNil(try classifier.classes(of: [.nan]))
        let numbers: [Float] = [-1e31, -1e20, 1, 1e20, 1e31]
        let expected = try ScalarClassifier(layers: layers).evaluate(numbers).map { Int64($0 > 0 ? 1 : 0) }
        XCTAssertEqual(try classifier.classes(of: numbers), expected)
    }

    func testThreeScoresAreNoDecision() throws {
        let layer = ScalarClassifier.Layer(
            op: Gemm(transB: true), operands: [nil, Tensor([3, 1], [1 as Float, 2, 3]), nil])
        XCTAssertNil(try XCTUnwrap(ClassifiedConstants([layer])).classes(of: [1]))
        XCTAssertNil(ClassifiedConstants([.init(op: Exp(), operands: [nil])]))
    }
}
