import BNNMIR
import TestSupport
import XCTest

@testable import BNNMPasses

/// Random layers of two-valued inputs and weights, with every geometry, mean what they meant: exactly where all numbers
/// are dyadic, exact zeros included, and within float32's rounding elsewhere.
final class TwoValuedRandomTests: XCTestCase {
    private struct Trial {
        var g: SmallGraph
        let input: [Float]
        /// The most that the terms of one output add up to.
        var magnitude: Float = 0

        /// x → Where(x ≥ 0, 1, −1)·scale + shift → convolution, of dyadic numbers or of any.
        init(_ random: inout SeededRandom, isDyadic: Bool, behind: Bool) throws {
            let groups = random.pick([1, 1, 2, 3])
            let channels = groups * random.pick([1, 2, 3])
            let shape = [random.pick([1, 2]), channels, 3 + random.below(5), 3 + random.below(5)]
            g = SmallGraph(shape)
            input = random.integers(shape.reduce(1, *))
            var value = try g.signPlus(g.x, name: "sign")
            func number(_ choices: [Float]) -> Float { isDyadic ? random.pick(choices) : random.float(2) }
            let scale = number([0.5, 1, -0.5, 2, -1]),
                shift = random.chance(1, in: 3) ? 0 : number([0.5, -0.5, 1, 0.25])
            if scale != 0 { value = try g.add(Mul(), value, g.number(scale)) }
            if shift != 0 { value = try g.add(Add(), value, g.number(shift)) }

            func axis(_ extent: Int) -> Window.Axis {
                let kernel = random.pick([1, 2, 3, 5])
                let axis = Window.Axis(
                    kernel: kernel, stride: random.pick([1, 1, 2]), dilation: random.pick([1, 1, 2]),
                    padBegin: random.below(kernel), padEnd: random.below(kernel))
                return axis.outputCount(input: extent) == nil ? Window.Axis(kernel: 1) : axis
            }
            let window = Window(axis(shape[2]), axis(shape[3]))
            let outputs = groups * random.pick([1, 2, 4])
            let kernel = [outputs, channels / groups, window.vertical.kernel, window.horizontal.kernel]
            let products = kernel.dropFirst().reduce(1, *)
            let weights = (0..<outputs).flatMap { _ -> [Float] in
                let high = number([1, 0.5, 0, 3, 0.25])
                let low = random.chance(1, in: 2) ? -high : random.chance(1, in: 2) ? 0 : number([-1, 0.25, -2, 0.5])
                return (0..<products).map { _ in random.chance(1, in: 2) ? high : low }
            }
            let bias = random.chance(1, in: 2) ? (0..<outputs).map { _ in number([0, 1, -0.5, 2.25]) } : nil
            let operand = bias.map { g.constant([outputs], $0) }
            value = try g.add(
                Conv(window: window, groups: groups), value, g.constant(kernel, weights), operand, name: "conv")
            magnitude =
                Float(products) * (abs(scale) + abs(shift)) * (weights.map { abs($0) }.max() ?? 0)
                + (bias?.map { abs($0) }.max() ?? 0)
            if behind {
                if random.chance(1, in: 2) {
                    value = try g.batchNormalization(
                        value, gamma: (0..<outputs).map { _ in random.pick([1, -0.5, 2]) },
                        beta: (0..<outputs).map { _ in random.pick([0, 0.5, -1, 0.75]) },
                        mean: [Float](repeating: 0, count: outputs),
                        variance: [Float](repeating: 1, count: outputs))
                }
                if random.chance(1, in: 4) { value = try g.add(MaxPool(window: Window(kernel: 1)), value) }
                value = try g.add(Sign(), value, name: "behind")
                if random.chance(1, in: 2) {
                    // Of decisions that may be 0: weights of two values that are not opposite sum those zeros too.
                    let pair = random.pick([[1, -1], [1, 0], [0.5, -2], [3, 1]] as [[Float]])
                    let numbers = (0..<2 * outputs).map { _ in random.pick(pair) }
                    value = try g.add(
                        Conv(window: Window(kernel: 1)), value, g.constant([2, outputs, 1, 1], numbers), nil,
                        name: "last")
                    value = try g.add(Sign(), value, name: "end")
                }
            }
            g.output(value)
        }
    }

    func testDyadicLayersAreEqualToTheBitWithTheSignsBehindThem() throws {
        var remarks = 0, sums = 0, borders = 0, gains = 0, binary = 0
        for seed in 0..<2000 {
            var random = SeededRandom(seed: seed)
            let trial = try Trial(&random, isDyadic: true, behind: seed % 2 == 0)
            let (graph, context) = try trial.g.compiled(Pipeline.toReference)
            let message = "SEED \(seed): \(graph.operators) \(context.remarks)"
            XCTAssertEqual(context.floatReasons, [:], message)
            XCTAssertFalse(graph.operators.contains("Conv"), message)
            try assertSameMeaning(trial.g.graph, graph, for: trial.input, message)
            let fused = try trial.g.compiled(Pipeline.through("ExpandElementwise")).graph
            try assertSameMeaning(trial.g.graph, fused, for: trial.input, "fused " + message)
            remarks += context.remarks.isEmpty ? 0 : 1
            sums += context.windowSums.count
            borders += graph.operators.contains("Gather") ? 1 : 0
            gains += graph.operators.contains("ScaleShift") ? 1 : 0
            binary += context.remarks.isEmpty && seed % 2 == 0 ? 1 : 0
        }
        // The generator reaches every kind, or the test shows nothing.
        for count in [remarks, sums, borders, gains, binary] { XCTAssertGreaterThan(count, 100) }
    }

    func testOtherLayersAreEqualWithinTheRoundingOfTheirTerms() throws {
        for seed in 0..<500 {
            var random = SeededRandom(seed: seed)
            let trial = try Trial(&random, isDyadic: false, behind: false)
            let (graph, context) = try trial.g.compiled(Pipeline.toReference)
            let message = "SEED \(seed): \(graph.operators)"
            XCTAssertEqual(context.floatReasons, [:], message)
            // Four roundings of coefficients and four of sums, each within 2⁻²⁴ of what is added up.
            try assertSameMeaning(
                trial.g.graph, graph, for: trial.input, accuracy: trial.magnitude * 8 * 0x1p-24, message)
            let fused = try trial.g.compiled(Pipeline.through("ExpandElementwise")).graph
            try assertSameMeaning(graph, fused, for: trial.input, "fused " + message)
        }
    }
}
