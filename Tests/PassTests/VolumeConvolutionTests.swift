import BNNMIR
import TestSupport
import XCTest

@testable import BNNMPasses

/// Convolutions and transposed convolutions over three and four spatial axes, in the interpreter and as what the passes
/// make of them. Operands are whole numbers, so that no sum is rounded.
final class VolumeConvolutionTests: XCTestCase {
    /// All places of a shape, in row-major order.
    private func places(_ shape: [Int]) -> [[Int]] {
        shape.reduce([[]]) { places, extent in places.flatMap { place in (0..<extent).map { place + [$0] } } }
    }

    private func index(_ place: [Int], in shape: [Int]) -> Int {
        zip(place, shape).reduce(0) { $0 * $1.1 + $1.0 }
    }

    /// Straight from the definition: every product of an input and a tap, added where it belongs.
    private func reference(
        _ op: VolumeConv, _ x: Tensor, _ w: Tensor, _ bias: [Float]?, to shape: [Int]
    ) -> [Float] {
        let strides = [Int](shape[2...])
        var result = (0..<shape.reduce(1, *)).map { bias?[$0 / strides.reduce(1, *) % shape[1]] ?? 0 }
        let groupIn = x.shape[1] / op.groups, groupOut = shape[1] / op.groups
        for n in 0..<shape[0] {
            for m in 0..<shape[1] {
                for c in 0..<groupIn {
                    let channel = m / groupOut * groupIn + c
                    let kernel = op.isTransposed ? [channel, m % groupOut] : [m, c]
                    for tap in places(op.axes.map(\.kernel)) {
                        for (from, to) in pairs(op, tap, x.shape, shape) {
                            result[index([n, m] + to, in: shape)] +=
                                x.floats[index([n, channel] + from, in: x.shape)]
                                * w.floats[index(kernel + tap, in: w.shape)]
                        }
                    }
                }
            }
        }
        return result
    }

    /// The places of input and output that a tap connects.
    private func pairs(_ op: VolumeConv, _ tap: [Int], _ x: [Int], _ y: [Int]) -> [(from: [Int], to: [Int])] {
        // The strided side is the output of a convolution and the input of a transposed one.
        let (strided, other) = op.isTransposed ? (x, y) : (y, x)
        return places([Int](strided[2...])).compactMap { place in
            let reached = place.indices.map { axis in
                place[axis] * op.axes[axis].stride + tap[axis] * op.axes[axis].dilation - op.axes[axis].padBegin
            }
            guard zip(reached, other[2...]).allSatisfy({ $0 >= 0 && $0 < $1 }) else { return nil }
            return op.isTransposed ? (place, reached) : (reached, place)
        }
    }

    func testEveryGeometryIsTheSame() throws {
        var tried = [false: 0, true: 0]
        for seed in 0..<240 {
            var random = SeededRandom(seed: seed)
            let rank = random.chance(1, in: 6) ? 4 : 3
            let axes = (0..<rank).map { _ -> Window.Axis in
                var axis = Window.Axis(
                    kernel: random.below(3) + 1, stride: random.below(3) + 1, dilation: random.below(2) + 1)
                axis.padBegin = random.below(axis.span)
                axis.padEnd = random.below(axis.span)
                return axis
            }
            let isTransposed = random.chance(1, in: 2), groups = random.pick([1, 1, 2])
            let padding = axes.map { random.below(max($0.stride, $0.dilation)) }
            let op = try VolumeConv(
                kind: isTransposed
                    ? .transposed(outputPadding: padding, outputShape: nil, autoPad: .explicit) : .convolution,
                axes: axes, groups: groups)
            let inputs = groups * (random.below(2) + 1), outputs = groups * (random.below(2) + 1)
            let shape = [random.below(2) + 1, inputs] + axes.map { _ in random.below(3) + 1 }
            let kernel =
                (isTransposed ? [inputs, outputs / groups] : [outputs, inputs / groups]) + axes.map(\.kernel)
            var g = SmallGraph(shape)
            let weights = random.integers(kernel.reduce(1, *))
            let bias = random.chance(1, in: 2) ? random.integers(outputs) : nil
            guard let y = try? g.add(op, g.x, g.constant(kernel, weights), bias.map { g.constant([outputs], $0) })
            else { continue }
            g.output(y)
            tried[isTransposed]! += 1
            let input = random.integers(shape.reduce(1, *))
            let expected = reference(
                op, Tensor(shape, input), Tensor(kernel, weights), bias, to: g.graph[y].type.shape)
            XCTAssertEqual(try g.graph.outputs(for: input)[0], expected, "seed \(seed): \(op)")
            let graph = try g.compiled().graph
            XCTAssertEqual(try graph.outputs(for: input)[0], expected, "seed \(seed): \(op)")
        }
        XCTAssertGreaterThan(tried[false]!, 30)
        XCTAssertGreaterThan(tried[true]!, 60)
    }

    func testARequestedShapeDecidesThePadding() throws {
        let op = try VolumeConv(
            kind: .transposed(outputPadding: [0, 0, 0], outputShape: [4, 3, 5], autoPad: .sameUpper),
            axes: [Window.Axis](repeating: Window.Axis(kernel: 3, stride: 2), count: 3))
        var g = SmallGraph([1, 1, 2, 2, 2])
        g.output(try g.add(op, g.x, g.constant([1, 1, 3, 3, 3], (0..<27).map { Float($0) })))
        XCTAssertEqual(g.graph[g.graph.outputs[0].value].type.shape, [1, 1, 4, 3, 5])
        try assertSameMeaning(g.graph, try g.compiled().graph, for: [1, 2, 3, 4, 5, 6, 7, 8])
    }

    func testWhatCannotBeIsSaid() throws {
        XCTAssertThrowsError(try VolumeConv(kind: .convolution, axes: [Window.Axis(kernel: 1)])) {
            XCTAssertEqual("\($0)", "a convolution over a volume has three window axes or more, not 1")
        }
        let op = try VolumeConv(
            kind: .convolution, axes: [Window.Axis](repeating: Window.Axis(kernel: 2), count: 3))
        var g = SmallGraph([1, 1, 2, 2, 2])
        g.output(try g.add(op, g.x, g.constant([1, 1, 2, 2, 2], [.infinity, 1, 1, 1, 1, 1, 1, 1]), name: "conv"))
        XCTAssertThrowsError(try g.compiled()) {
            XCTAssertEqual(
                ($0 as? UnsupportedNodes)?.errors.map(\.reason), ["its weights must be constant and finite"])
        }
    }
}
