import BNNMIR
import TestSupport
import XCTest

@testable import BNNMPasses

/// Which layers of two-valued inputs and weights can give an exact zero, compared with all that their decisions can be.
final class AccumulatorLatticeTests: XCTestCase {
    private func lattice(
        plus: Int, minus: Int, accumulator: Double, windowSum: Double, offset: Double, noise: Float = 0
    ) -> AccumulatorLattice {
        AccumulatorLattice(channels: [
            .init(
                noise: noise, accumulator: accumulator, windowSum: windowSum,
                classes: [.init(plus: plus, minus: minus, offset: offset)])
        ])
    }

    func testZerosAreThoseThatSomeDecisionsGive() throws {
        var found = 0
        for seed in 0..<3000 {
            var random = SeededRandom(seed: seed)
            let (plus, minus) = (random.below(6), random.below(6))
            let (a, b) = (Double(random.pick([1, 2, 3])) / 2, Double(random.pick([-2, -1, 0, 1, 2])) / 2)
            let offset = Double(random.below(9) - 4) / 4
            let scale = random.pick([1.0, -2, 0.5, 0]), shift = random.pick([0, 0.25, -1.5])
            let step = random.pick([1, 2])
            var reaches = false
            for p in stride(from: -plus, through: plus, by: step) {
                for q in stride(from: -minus, through: minus, by: step) {
                    let y = a * Double(p - q) + b * Double(p + q) + offset
                    if y * scale + shift == 0 { reaches = true }
                }
            }
            var subject = lattice(plus: plus, minus: minus, accumulator: a, windowSum: b, offset: offset)
            subject.step = step
            XCTAssertEqual(
                subject.zeroChannel(scale: [scale], shift: [shift]), reaches ? 0 : nil, "SEED \(seed): \(subject)")
            found += reaches ? 1 : 0
        }
        XCTAssertGreaterThan(found, 500)
    }

    func testAZeroThatIsOnlyNearIsNone() {
        let near = lattice(plus: 3, minus: 3, accumulator: 0.3, windowSum: 0.1, offset: 1e-7)
        XCTAssertNil(near.zeroChannel(scale: [1], shift: [0]))
    }

    func testNoiseMakesAZeroATie() {
        let noisy = lattice(plus: 2, minus: 2, accumulator: 1, windowSum: 1, offset: 0, noise: 1e-6)
        XCTAssertNil(noisy.zeroChannel(scale: [1], shift: [0]))
        XCTAssertFalse(noisy.canCancel)
    }

    func testASignBehindUnsymmetricWeightsIsTernaryOnlyWhereTheyCanCancel() throws {
        // Weights 1 and 0: the number is the sum of the decisions under ones, of which there are two, or three.
        for (weights, isTernary): ([Float], Bool) in [([1, 1, 0, 0], true), ([1, 1, 1, 0], false)] {
            for shift: Float in [0, 0.1] {
                var g = SmallGraph([1, 4, 1, 4])
                let sign = try g.signPlus(g.x, name: "first")
                let layer = try g.add(
                    Conv(window: Window(kernel: 1)), sign, g.constant([1, 4, 1, 1], weights), nil, name: "layer")
                let moved = try g.batchNormalization(
                    layer, gamma: [2], beta: [shift], mean: [0], variance: [1])
                g.output(try g.add(Sign(), moved, name: "decided"))
                let (graph, context) = try g.compiled(Pipeline.toReference)
                XCTAssertEqual(context.remarks.count, isTernary && shift == 0 ? 1 : 0, "\(context.remarks)")
                let input: [Float] = [1, -1, 1, 1, -1, -1, 1, -1, 1, 1, -1, -1, 1, -1, 1, -1]
                try assertSameMeaning(g.graph, graph, for: input)
            }
        }
    }

    func testASignBehindAnAverageOfUnsymmetricLayersIsTernary() throws {
        var g = SmallGraph([1, 3, 2, 2])
        let sign = try g.signPlus(g.x, name: "first")
        let layer = try g.add(
            Conv(window: Window(kernel: 1)), sign, g.constant([1, 3, 1, 1], [1, 1, 0.25]), nil, name: "layer")
        let average = try g.add(GlobalAveragePool(), layer, name: "average")
        g.output(try g.add(Sign(), average, name: "decided"))
        let context = try g.compiled(Pipeline.toReference).context
        XCTAssertEqual(context.remarks.count, 1)
        XCTAssertTrue(context.remarks[0].contains("accumulators can cancel in the average"), context.remarks[0])
    }

    func testASignOfAMaskedNumberIsTernary() throws {
        var g = SmallGraph([1, 2, 2, 2])
        let code = try g.add(Relu(), try g.signPlus(g.x, name: "first"), name: "code")
        let masked = try g.add(Mul(), code, g.x)
        g.output(try g.add(Sign(), masked, name: "decided"))
        let (graph, context) = try g.compiled(Pipeline.toReference)
        XCTAssertEqual(context.remarks.count, 1)
        XCTAssertTrue(context.remarks[0].contains("the decision's code 'code', which can be 0"), context.remarks[0])
        try assertSameMeaning(g.graph, graph, for: [1, -1, 2, -2, 3, -3, 4, -4])
    }
}
