import BNNMFormat
import TestSupport
import XCTest

final class BinaryConv2DTests: EngineTestCase {
    private func cases(_ body: (Image, BinaryLayer, String, inout SeededRandom) throws -> Void) rethrows {
        var seed = 0
        for (channels, outChannels, groups) in [
            (1, 1, 1), (63, 7, 1), (64, 8, 1), (65, 9, 1), (128, 64, 2), (24, 12, 3), (130, 4, 2), (192, 70, 1),
        ] {
            for pad in [0, 1, -1] as [Int32] {
                for geometry in [
                    window(), window(kernel: (3, 3), pads: (1, 1, 1, 1)),
                    window(kernel: (3, 2), stride: (2, 1), dilation: (1, 2), pads: (0, 2, 1, 0)),
                    window(kernel: (5, 5), dilation: (2, 2), pads: (4, 4, 4, 4)),
                ] {
                    seed += 1
                    var random = SeededRandom(seed: seed)
                    let n = seed % 3 == 0 ? 2 : 1
                    let x = Image(n, 5, 4, channels, random.signs(n * 20 * channels))
                    let layer = BinaryLayer(geometry, groups: groups, pad: pad, channels, outChannels, &random)
                    try body(
                        x, layer, "seed \(seed), channels \(channels)→\(outChannels), groups \(groups), pad \(pad)",
                        &random)
                }
            }
        }
    }

    func testFloatOutputIsScaledAccumulatorClamped() throws {
        try cases { x, layer, comment, random in
            let model = ModelDescription()
            model.batch = 1
            let scale = random.integers(layer.outChannels, 1...3), bias = random.integers(layer.outChannels)
            let dims = x.outputDims(layer.window, channels: layer.outChannels)
            let y = layer.add(
                to: model, model.sign(model.input(x.dims), x.dims), dims, BNNMF_FLOAT32, scale: scale, bias: bias,
                limits: (-9, 20))
            model.output(y)
            var expected = layer.accumulators(x)
            for i in expected.values.indices {
                let m = i % layer.outChannels
                expected.values[i] = min(max(expected.values[i] * scale[m] + bias[m], -9), 20)
            }
            try assertRuns(model, [x.values], give: [expected.values], comment)
        }
    }

    func testBitOutputFollowsSwitchPoints() throws {
        try cases { x, layer, comment, random in
            let model = ModelDescription()
            model.batch = 1
            let m = layer.outChannels
            var points = [Int32](repeating: .max, count: 2 * m)
            for c in 0..<m {
                points[c] = c % 4 == 0 ? .min : Int32(Int.random(in: -3...3, using: &random))
                points[m + c] = c % 3 == 0 ? .max : points[c] == .min ? 1 : points[c] + 2
            }
            let dims = x.outputDims(layer.window, channels: m)
            let bits = layer.add(to: model, model.sign(model.input(x.dims), x.dims), dims, BNNMF_BITS, points: points)
            model.output(model.unpack(bits, dims))
            let expected = layer.accumulators(x).values.enumerated().map { i, acc -> Float in
                let crossed = [points[i % m], points[m + i % m]].filter { $0 != .max && Float($0) <= acc }.count
                return crossed % 2 == 1 ? 1 : -1
            }
            try assertRuns(model, [x.values], give: [expected], comment)
        }
    }

    func testIntegerOutputGoesThroughPoolTransposeAndBinarize() throws {
        var random = SeededRandom(seed: 77)
        let x = Image(1, 6, 5, 70, random.signs(30 * 70))
        let layer = BinaryLayer(window(kernel: (3, 3), pads: (1, 1, 1, 1)), 70, 10, &random)
        let model = ModelDescription()
        let acc = layer.add(to: model, model.sign(model.input(x.dims), x.dims), [1, 6, 5, 10], BNNMF_INT32)
        let half = window(kernel: (2, 2), stride: (2, 2), pads: (0, 0, 0, 1))
        let pooled = model.op(BNNMF_OP_MAX_POOL, [acc], BNNMF_INT32, [1, 3, 3, 10]) {
            $0.parameters.pool.window = half; $0.parameters.pool.or_channels = .max
        }
        let turned = model.op(BNNMF_OP_TRANSPOSE, [pooled], BNNMF_INT32, [1, 10, 3, 3]) {
            $0.parameters.transpose.rank = 4
            $0.parameters.transpose.permutation = (0, 3, 1, 2, 0, 0, 0, 0)
        }
        let points = (0..<90).map { Int32($0 % 7 - 3) }
        let blob = model.blob(points)
        let bits = model.op(BNNMF_OP_BINARIZE, [turned], BNNMF_BITS, [1, 10, 3, 3]) {
            $0.parameters.binarize = bnnmf_binarize(switch_points: blob, switch_count: 1, period: 90)
        }
        model.output(model.unpack(bits, [1, 10, 3, 3]))
        let sums = layer.accumulators(x)
        let best = sums.slide(half, channels: 10) { n, m, taps in
            taps.compactMap { $0.at.map { sums[n, $0.0, $0.1, m] } }.max()!
        }
        var expected: [Float] = []
        for m in 0..<10 {
            for y in 0..<3 {
                for x in 0..<3 {
                    expected.append(best[0, y, x, m] >= Float(points[expected.count]) ? 1 : -1)
                }
            }
        }
        try assertRuns(model, [x.values], give: [expected])
    }
}
