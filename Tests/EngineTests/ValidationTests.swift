import BNNMFormat
import TestSupport
import XCTest

/// Files whose structure is right but whose meaning is not: each is refused with a message that says what must be.
final class ValidationTests: EngineTestCase {
    private let dims = [1, 4, 4, 70]

    private func model(_ build: (ModelDescription, UInt32) -> UInt32) -> ModelDescription {
        let model = ModelDescription()
        model.output(build(model, model.input(dims)))
        return model
    }

    private func binary(
        _ out: [Int] = [1, 4, 4, 9], type: bnnmf_element_type = BNNMF_FLOAT32,
        _ change: @escaping (ModelDescription, inout bnnmf_binary_conv2d) -> Void
    ) -> ModelDescription {
        model { model, x in
            var random = SeededRandom(seed: 1)
            let layer = BinaryLayer(window(kernel: (3, 3), pads: (1, 1, 1, 1)), 70, 9, &random)
            let y = layer.add(
                to: model, model.sign(x, dims), out, type,
                points: type == BNNMF_BITS ? [Int32](repeating: 0, count: 9) : [],
                scale: type == BNNMF_FLOAT32 ? [Float](repeating: 1, count: 9) : [])
            change(model, &model.ops[model.ops.count - 1].parameters.binary_conv2d)
            return type == BNNMF_BITS ? model.unpack(y, out) : y
        }
    }

    func testBinaryConv2D() {
        XCTAssertNoThrow(try binary { _, _ in }.open())
        XCTAssertNoThrow(try binary(type: BNNMF_BITS) { _, _ in }.open())
        assertRefused(binary([1, 4, 5, 9]) { _, _ in }, "the output's width must be 4, not 5")
        assertRefused(binary([1, 3, 4, 9]) { _, _ in }, "the output's height must be 4, not 3")
        assertRefused(binary([2, 4, 4, 9]) { _, _ in }, "number of images must be 1, not 2")
        assertRefused(binary([1, 4, 36]) { _, _ in }, "the output's rank must be 4, not 3")
        assertRefused(binary { $1.window.kernel_h = 9 }, "must fit the padded input")
        assertRefused(binary { $1.window.stride_h = 2 }, "the output's height must be 2, not 4")
        assertRefused(binary { $1.groups = 4 }, "multiples of the groups")
        assertRefused(
            binary { $1.weights = $0.blob([UInt64](repeating: 0, count: 8)) },
            "weights: its size in bytes must be 2304, not 64")
        assertRefused(binary { $1.scale = $0.blob([1] as [Float]) }, "scale: its size in bytes must be 36, not 4")
        assertRefused(binary { $1.bias = $0.blob([1] as [Float]) }, "bias: its size in bytes must be 36, not 4")
        assertRefused(
            binary { $1.weights = $0.blob([UInt64](repeating: .max, count: 288)) },
            "weight bits behind the last channel must be 0")
        assertRefused(
            binary(type: BNNMF_BITS) {
                $1.switch_points = $0.blob([Int32](repeating: 1, count: 9) + [Int32](repeating: 0, count: 9))
                $1.switch_count = 2
            }, "must ascend")
        assertRefused(
            binary(type: BNNMF_BITS) { $1.switch_points = $0.blob([0] as [Int32]) },
            "switch points: its size in bytes must be 36, not 4")
    }

    func testAccumulatorsBeyondTheLimit() {
        let model = ModelDescription()
        let bits = model.sign(model.input([1, 1, 1, 64]), [1, 1, 1, 64])
        let (weights, scale) = (model.blob([0] as [UInt64]), model.blob([1] as [Float]))
        let g = window(kernel: (1024, 1024), pads: (1023, 1023, 0, 0))
        model.output(
            model.op(BNNMF_OP_BINARY_CONV2D, [bits], BNNMF_FLOAT32, [1, 1, 1, 1]) {
                $0.parameters.binary_conv2d = bnnmf_binary_conv2d(
                    window: g, groups: 1, pad_value: 0, weights: weights, switch_points: .max, switch_count: 0,
                    scale: scale, bias: .max, minimum: -1, maximum: 1, mask: 0, layout: 0, epilogue: .none)
            })
        assertRefused(model, "must be at most 16777216", .limitExceeded)
    }

    func testConv2D() {
        func conv(_ out: [Int], weights: Int, limits: (Float, Float) = (0, 1), groups: UInt32 = 1) -> ModelDescription {
            model { model, x in
                let w = model.blob([Float](repeating: 1, count: weights))
                return model.op(BNNMF_OP_CONV2D, [x], BNNMF_FLOAT32, out) {
                    $0.parameters.conv2d = bnnmf_conv2d(
                        window: window(), groups: groups, weights: w, bias: .max, minimum: limits.0,
                        maximum: limits.1, layout: 0, epilogue: .none)
                }
            }
        }
        XCTAssertNoThrow(try conv([1, 4, 4, 2], weights: 140).open())
        assertRefused(conv([1, 4, 4, 2], weights: 139), "weights: its size in bytes must be 560, not 556")
        assertRefused(conv([1, 4, 4, 3], weights: 140), "weights: its size in bytes must be 840, not 560")
        assertRefused(conv([1, 4, 4, 2], weights: 140, groups: 3), "multiples of the groups")
        assertRefused(
            conv([1, 4, 4, 2], weights: 140, limits: (1, 0)), "its minimum must be a number not above its maximum")
        XCTAssertThrowsError(try conv([1, 4, 4, 2], weights: 140, limits: (.nan, 0)).open())
    }

    func testPools() {
        func pool(_ g: bnnmf_window, _ out: [Int], code: bnnmf_op_code = BNNMF_OP_MAX_POOL) -> ModelDescription {
            model { model, x in
                model.op(code, [x], BNNMF_FLOAT32, out) {
                    $0.parameters.pool = bnnmf_pool(window: g, count_include_pad: 0, or_channels: .max)
                }
            }
        }
        let onlyPadding = window(kernel: (2, 2), stride: (2, 2), pads: (2, 2, 0, 0))
        assertRefused(pool(onlyPadding, [1, 3, 3, 70]), "at least one element on the input")
        assertRefused(
            pool(onlyPadding, [1, 3, 3, 70], code: BNNMF_OP_AVERAGE_POOL), "at least one element on the input")
        assertRefused(
            pool(window(kernel: (1, 1), pads: (0, 0, 1, 0)), [1, 5, 4, 70]), "at least one element on the input")
        // A dilated window may step over a small input.
        assertRefused(
            pool(window(kernel: (2, 2), dilation: (8, 8), pads: (4, 4, 4, 4)), [1, 4, 4, 70]), "at least one element")
        assertRefused(pool(window(kernel: (2, 2)), [1, 3, 3, 69]), "number of channels must be 70, not 69")
        assertRefused(
            pool(window(kernel: (70000, 1), pads: (70000, 0, 0, 0)), [1, 5, 4, 70]), "at most 65536", .limitExceeded)
    }

    func testElementwiseFamily() {
        assertRefused(model { $0.clamp($1, [1, 4, 4, 71], 0, 1) }, "equal dimensions")
        assertRefused(model { $0.clamp($1, dims, 1, 0) }, "its minimum must be")
        assertRefused(model { $0.scaleShift($1, dims, [1, 2, 3], [1, 2, 3]) }, "must divide the number of elements")
        XCTAssertThrowsError(try model { $0.scaleShift($1, dims, [1, 2], [1]) }.open())
        assertRefused(
            model { $0.elementwise(BNNMF_ADD, $1, $1, [1, 4, 4, 1]) }, "the output's extent must be 70, not 1")
        assertRefused(
            model { $0.elementwise(BNNMF_ADD, $1, $1, [1, 1, 4, 4, 70]) }, "the output's rank must be 4, not 5")
        assertRefused(
            model { m, x in
                m.elementwise(BNNMF_ADD, x, m.tensor(BNNMF_FLOAT32, [3], blob: m.blob([1, 2, 3] as [Float])), dims)
            },
            "must be equal or 1")
        assertRefused(model { m, x in m.clamp(m.sign(x, dims), dims, 0, 1) }, "the input must be float32")
    }

    func testShapesAndTypes() {
        assertRefused(model { $0.reshape($1, [1, 4, 4, 71]) }, "number of elements must be 1120, not 1136")
        assertRefused(
            model { m, x in m.unpack(m.reshape(m.sign(x, dims), [1, 16 * 70], BNNMF_BITS), [1, 16 * 70]) },
            "the last dimension of bits must be 70, not 1120")
        assertRefused(model { m, x in m.unpack(x, dims) }, "the input must be bits")
        assertRefused(
            model { m, x in m.sign(x, dims) }, "model output 0: it must be float32, int32, int64, bool or uint8")
        assertRefused(
            model { m, x in
                m.op(BNNMF_OP_TRANSPOSE, [x], BNNMF_FLOAT32, [1, 70, 4, 5]) {
                    $0.parameters.transpose = bnnmf_transpose(rank: 4, permutation: (0, 3, 1, 2, 0, 0, 0, 0))
                }
            }, "the output's extent must be 4, not 5")
        assertRefused(
            model { m, x in
                let points = m.blob([0, 1, 2] as [Float])
                return m.unpack(
                    m.op(BNNMF_OP_BINARIZE, [x], BNNMF_BITS, dims) {
                        $0.parameters.binarize = bnnmf_binarize(switch_points: points, switch_count: 1, period: 3)
                    }, dims)
            }, "the period must be")
        for points in [[1, 0], [Float.nan, 0]] as [[Float]] {
            let model = ModelDescription()
            let x = model.input([2, 1])
            let blob = model.blob(points)
            model.output(
                model.unpack(
                    model.op(BNNMF_OP_BINARIZE, [x], BNNMF_BITS, [2, 1]) {
                        $0.parameters.binarize = bnnmf_binarize(switch_points: blob, switch_count: 2, period: 1)
                    }, [2, 1]))
            assertRefused(model, "must ascend, NaN standing last")
        }
    }

    func testConstantBitsMustHaveClearTails() {
        let model = ModelDescription()
        let bits = model.tensor(BNNMF_BITS, [2, 65], blob: model.blob([.max, 1, .max, 2] as [UInt64]))
        model.output(model.input([1]), name: "x")
        model.output(model.unpack(bits, [2, 65]))
        assertRefused(model, "the bits behind the last channel must be 0")
    }

    func testProbeOfAnotherSize() {
        let model = ModelDescription()
        let bits = model.sign(model.input([1, 8]), [1, 8])
        model.output(model.unpack(bits, [1, 8]))
        model.probe(bits, [1, 8], channelsFirst: true)
        XCTAssertThrowsError(try model.open())
    }
}
