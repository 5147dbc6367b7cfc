import BNNMFormat
import TestSupport
import XCTest

final class OperatorTests: EngineTestCase {
    func testConv2DWithGroupsStridesAndPadding() throws {
        for (seed, (c, m, groups)) in [(1, 1, 1), (3, 9, 1), (6, 4, 2), (17, 33, 1), (8, 8, 8)].enumerated() {
            for g in [
                window(), window(kernel: (3, 3), pads: (1, 1, 1, 1)),
                window(kernel: (2, 3), stride: (2, 3), dilation: (2, 1), pads: (1, 0, 2, 1)),
                window(kernel: (1, 1), pads: (2, 2, 2, 2)),
            ] {
                var random = SeededRandom(seed: seed)
                let n = seed % 2 + 1
                let x = Image(n, 6, 7, c, random.integers(n * 42 * c))
                let taps = Int(g.kernel_h * g.kernel_w)
                let w = random.integers(taps * c / groups * m), bias = random.integers(m)
                func weight(_ tap: Int, _ k: Int, _ out: Int) -> Float {
                    let outs = m / groups
                    return w[(((out / outs) * taps + tap) * (c / groups) + k) * outs + out % outs]
                }
                let model = ModelDescription()
                model.batch = 1
                let (weights, biases) = (model.blob(w), model.blob(bias))
                model.output(
                    model.op(BNNMF_OP_CONV2D, [model.input(x.dims)], BNNMF_FLOAT32, x.outputDims(g, channels: m)) {
                        $0.parameters.conv2d = bnnmf_conv2d(
                            window: g, groups: UInt32(groups), weights: weights, bias: biases, minimum: -20,
                            maximum: .infinity, layout: 0, epilogue: .none)
                    })
                var expected = x.conv(g, groups: groups, channels: m, pad: 0, weight)
                for i in expected.values.indices { expected.values[i] = max(expected.values[i] + bias[i % m], -20) }
                try assertRuns(model, [x.values], give: [expected.values], "seed \(seed)")
            }
        }
    }

    /// Large enough that threads share its output channels.
    func testADenseLayerOfOnePixel() throws {
        let (c, m) = (300, 1001)
        var random = SeededRandom(seed: 9)
        let x = Image(1, 1, 1, c, random.integers(c))
        let w = random.integers(c * m), bias = random.integers(m)
        let model = ModelDescription()
        model.batch = 1
        let (weights, biases) = (model.blob(w), model.blob(bias))
        model.output(
            model.op(BNNMF_OP_CONV2D, [model.input(x.dims)], BNNMF_FLOAT32, [1, 1, 1, m]) {
                $0.parameters.conv2d = bnnmf_conv2d(
                    window: window(), groups: 1, weights: weights, bias: biases, minimum: -.infinity,
                    maximum: .infinity, layout: 0, epilogue: .none)
            })
        let expected = (0..<m).map { out in (0..<c).reduce(bias[out]) { $0 + x.values[$1] * w[$1 * m + out] } }
        try assertRuns(model, [x.values], give: [expected], "dense")
    }

    func testPoolsOverSeveralImages() throws {
        var random = SeededRandom(seed: 5)
        for c in [1, 8, 65] {
            let x = Image(2, 5, 6, c, random.integers(60 * c))
            let g = window(kernel: (3, 2), stride: (2, 2), pads: (1, 0, 1, 0))
            let dims = x.outputDims(g, channels: c)
            let model = ModelDescription()
            model.batch = 1
            let input = model.input(x.dims)
            let minimum = (0..<c).map { $0 % 3 == 0 }
            var words = [UInt64](repeating: 0, count: (c + 63) / 64)
            for k in 0..<c where minimum[k] { words[k / 64] |= 1 << UInt64(k % 64) }
            let or = model.blob(words)
            func pool(
                _ code: bnnmf_op_code, _ input: UInt32, _ type: bnnmf_element_type, _ includePad: UInt32, _ or: UInt32
            ) -> UInt32 {
                model.op(code, [input], type, dims) {
                    $0.parameters.pool = bnnmf_pool(window: g, count_include_pad: includePad, or_channels: or)
                }
            }
            model.output(pool(BNNMF_OP_MAX_POOL, input, BNNMF_FLOAT32, 0, .max))
            model.output(pool(BNNMF_OP_AVERAGE_POOL, input, BNNMF_FLOAT32, 0, .max))
            model.output(pool(BNNMF_OP_AVERAGE_POOL, input, BNNMF_FLOAT32, 1, .max))
            model.output(model.unpack(pool(BNNMF_OP_BIT_POOL, model.sign(input, x.dims), BNNMF_BITS, 0, or), dims))
            func inside(_ n: Int, _ m: Int, _ taps: [(tap: Int, at: (Int, Int)?)]) -> [Float] {
                taps.compactMap { $0.at.map { x[n, $0.0, $0.1, m] } }
            }
            let expected = [
                x.slide(g, channels: c) { inside($0, $1, $2).max()! },
                x.slide(g, channels: c) {
                    let v = inside($0, $1, $2); return v.reduce(0, +) / Float(v.count)
                },
                x.slide(g, channels: c) { inside($0, $1, $2).reduce(0, +) / Float($2.count) },
                x.slide(g, channels: c) {
                    let signs = inside($0, $1, $2).map { $0 >= 0 ? 1 : -1 as Float }
                    return minimum[$1] ? signs.min()! : signs.max()!
                },
            ]
            try assertRuns(model, [x.values], give: expected.map(\.values), "channels \(c)")
        }
    }

    func testElementwiseBroadcastsEveryAxis() throws {
        let functions: [(bnnmf_function, (Float, Float) -> Float)] = [
            (BNNMF_ADD, { $0 + $1 }), (BNNMF_SUBTRACT, { $0 - $1 }), (BNNMF_MULTIPLY, { $0 * $1 }),
            (BNNMF_DIVIDE, { $0 / $1 }), (BNNMF_MINIMUM, { min($0, $1) }), (BNNMF_MAXIMUM, { max($0, $1) }),
        ]
        for (a, b, y) in [
            ([2, 3, 4], [2, 3, 4], [2, 3, 4]), ([2, 3, 4], [4], [2, 3, 4]), ([2, 1, 4], [3, 1], [2, 3, 4]),
            ([1], [2, 2], [2, 2]), ([1, 3, 1], [5, 1, 2], [5, 3, 2]), ([], [3], [3]), ([1, 1], [1], [1, 1]),
        ] {
            for (function, meaning) in functions {
                var random = SeededRandom(seed: a.count * 10 + b.count)
                let x = random.integers(a.reduce(1, *), 1...9), z = random.integers(b.reduce(1, *), 1...9)
                let model = ModelDescription()
                model.batch = 1
                model.output(model.elementwise(function, model.input(a, name: "a"), model.input(b, name: "b"), y))
                func value(_ values: [Float], _ dims: [Int], _ index: Int) -> Float {
                    var (rest, position, stride) = (index, 0, 1)
                    for axis in stride...max(y.count, 1) where axis <= y.count {
                        let extent = y[y.count - axis], at = rest % extent
                        rest /= extent
                        if axis <= dims.count {
                            let own = dims[dims.count - axis]
                            if own > 1 { position += at * stride }
                            stride *= own
                        }
                    }
                    return values[position]
                }
                let expected = (0..<y.reduce(1, *)).map { meaning(value(x, a, $0), value(z, b, $0)) }
                try assertRuns(model, [x, z], give: [expected], "\(a) \(b) \(function.rawValue)")
            }
        }
    }

    func testTransposeOfEveryPermutation() throws {
        let dims = [2, 3, 1, 4]
        let values = (0..<24).map { Float($0) }
        for code in 0..<256 {
            let p = [code & 3, code >> 2 & 3, code >> 4 & 3, code >> 6]
            guard Set(p).count == 4 else { continue }
            let model = ModelDescription()
            model.batch = 1
            let y = p.map { dims[$0] }
            model.output(
                model.op(BNNMF_OP_TRANSPOSE, [model.input(dims)], BNNMF_FLOAT32, y) {
                    $0.parameters.transpose.rank = 4
                    $0.parameters.transpose.permutation = (
                        UInt32(p[0]), UInt32(p[1]), UInt32(p[2]), UInt32(p[3]), 0, 0, 0, 0
                    )
                })
            let strides = [12, 4, 4, 1]
            var expected: [Float] = []
            for i in 0..<y[0] {
                for j in 0..<y[1] {
                    for k in 0..<y[2] {
                        for l in 0..<y[3] {
                            expected.append(
                                values[i * strides[p[0]] + j * strides[p[1]] + k * strides[p[2]] + l * strides[p[3]]])
                        }
                    }
                }
            }
            try assertRuns(model, [values], give: [expected], "\(p)")
        }
    }

    func testBinarizeWithSeveralSwitchPointsAndNaN() throws {
        let model = ModelDescription()
        let x = model.input([1, 2, 3])
        let nan = Float.nan
        let points: [Float] = [0, -.infinity, -1, /* second */ 2, 1, nan]
        let blob = model.blob(points)
        let bits = model.op(BNNMF_OP_BINARIZE, [x], BNNMF_BITS, [1, 2, 3]) {
            $0.parameters.binarize = bnnmf_binarize(switch_points: blob, switch_count: 2, period: 3)
        }
        model.output(model.unpack(bits, [1, 2, 3]))
        try assertRuns(
            model, [[0, 0.5, -1, 2, 1, nan, -0.0, nan, -2, .infinity, -.infinity, .infinity]], executions: 2,
            give: [[1, 1, 1, -1, -1, -1, 1, -1, -1, -1, 1, 1]])
    }

    func testClampAndScaleShiftRoundSeparatelyAndKeepNaN() throws {
        let model = ModelDescription()
        let x = model.input([1, 4])
        let scaled = model.scaleShift(x, [1, 4], [3, 0.1], [1, 0.3])
        model.output(model.clamp(scaled, [1, 4], -2, 5), name: "clamped")
        model.output(scaled, name: "scaled")
        let input: [Float] = [1, 0.7, -7, 1e9]
        let expected: [Float] = [4, (0.7 as Float) * 0.1 + 0.3, -20, (1e9 as Float) * 0.1 + 0.3]
        try assertRuns(model, [input], give: [expected.map { min(max($0, -2), 5) }, expected])
        let result = try BNNMSessionRun(model, [[.nan, 0, 0, 0]])
        XCTAssertTrue(result[0][0].isNaN)
    }
}
