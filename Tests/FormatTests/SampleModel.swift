import BNNMFormat

extension DescribedModel {
    /// A small model with every operator, every parameter away from its default, constants of all types, and probes.
    static func sample() -> DescribedModel {
        let model = DescribedModel()
        model.info.source_weight_bytes = 123_456_789_012
        model.info.batch = 0
        model.info.batch_name = model.string("N")
        let image = model.tensor("x", BNNMF_FLOAT32, [1, 3, 4, 5])
        let nhwc = model.tensor("nhwc", BNNMF_FLOAT32, [1, 4, 5, 3])
        let values = model.tensor("values", BNNMF_FLOAT32, [1, 4, 5, 70])
        let bits = model.tensor("bits", BNNMF_BITS, [1, 4, 5, 70])
        let sums = model.tensor("sums", BNNMF_INT32, [1, 2, 3, 9])
        let scaled = model.tensor("scaled", BNNMF_FLOAT32, [1, 2, 3, 9])
        let decided = model.tensor("decided", BNNMF_BITS, [1, 2, 3, 9])
        let largest = model.tensor("largest", BNNMF_INT32, [1, 2, 3, 9])
        let average = model.tensor("average", BNNMF_FLOAT32, [1, 2, 3, 9])
        let pooled = model.tensor("pooled", BNNMF_BITS, [1, 2, 3, 9])
        let unpacked = model.tensor("unpacked", BNNMF_FLOAT32, [1, 2, 3, 9])
        let shifted = model.tensor("shifted", BNNMF_FLOAT32, [1, 2, 3, 9])
        let clamped = model.tensor("clamped", BNNMF_FLOAT32, [1, 2, 3, 9])
        let offset = model.tensor("offset", BNNMF_FLOAT32, [9], blob: model.blob((0..<9).map { Float($0) }))
        let sum = model.tensor("sum", BNNMF_FLOAT32, [1, 2, 3, 9])
        let flat = model.tensor("flat", BNNMF_FLOAT32, [1, 54])
        let signs = model.tensor("signs", BNNMF_BITS, [2, 65], blob: model.blob([UInt64](repeating: 1, count: 4)))
        model.tensor("scalar", BNNMF_INT32, [], blob: model.blob([Int32(-7)]))
        let window = bnnmf_window(
            kernel_h: 3, kernel_w: 2, stride_h: 4, stride_w: 5, dilation_h: 6, dilation_w: 7, pad_top: 8, pad_left: 9,
            pad_bottom: 10, pad_right: 11)

        model.op(BNNMF_OP_TRANSPOSE, [image], nhwc) {
            $0.parameters.transpose.rank = 4
            fill(&$0.parameters.transpose.permutation, [0, 2, 3, 1])
        }
        model.op(BNNMF_OP_CONV2D, [nhwc], values) {
            $0.parameters.conv2d = bnnmf_conv2d(
                window: window, groups: 1, weights: model.blob([Float](repeating: 0.5, count: 21)),
                bias: model.blob([Float](repeating: 0.25, count: 70)), minimum: -1.5, maximum: 6, layout: 0,
                epilogue: .none)
        }
        model.op(BNNMF_OP_BINARIZE, [values], bits) {
            $0.parameters.binarize = bnnmf_binarize(
                switch_points: model.blob([Float](repeating: 0.125, count: 140)), switch_count: 2, period: 70)
        }
        let weights = model.blob([UInt64](repeating: 0x5555, count: 32))
        model.op(BNNMF_OP_BINARY_CONV2D, [bits], sums) {
            $0.parameters.binary_conv2d = bnnmf_binary_conv2d(
                window: window, groups: 2, pad_value: -1, weights: weights, switch_points: .max, switch_count: 0,
                scale: .max, bias: .max, minimum: -.infinity, maximum: .infinity,
                mask: 0, layout: 0, epilogue: .none)
        }
        model.op(BNNMF_OP_BINARY_CONV2D, [bits], scaled) {
            $0.parameters.binary_conv2d = bnnmf_binary_conv2d(
                window: window, groups: 3, pad_value: 1, weights: weights, switch_points: .max, switch_count: 0,
                scale: model.blob([Float](repeating: 2, count: 9)), bias: model.blob([Float](repeating: -3, count: 9)),
                minimum: 0, maximum: 1, mask: 0, layout: 0, epilogue: .none)
        }
        model.op(BNNMF_OP_BINARY_CONV2D, [bits], decided) {
            $0.parameters.binary_conv2d = bnnmf_binary_conv2d(
                window: window, groups: 5, pad_value: 0, weights: weights,
                switch_points: model.blob([Int32](repeating: 4, count: 18)), switch_count: 2, scale: .max, bias: .max,
                minimum: -2, maximum: 2, mask: 0, layout: 0, epilogue: .none)
        }
        model.op(BNNMF_OP_MAX_POOL, [sums], largest) {
            $0.parameters.pool = bnnmf_pool(window: window, count_include_pad: 0, or_channels: .max)
        }
        model.op(BNNMF_OP_AVERAGE_POOL, [scaled], average) {
            $0.parameters.pool = bnnmf_pool(window: window, count_include_pad: 1, or_channels: .max)
        }
        model.op(BNNMF_OP_BIT_POOL, [decided], pooled) {
            $0.parameters.pool = bnnmf_pool(
                window: window, count_include_pad: 0, or_channels: model.blob([UInt64(0x1f)]))
        }
        model.op(BNNMF_OP_UNPACK, [pooled], unpacked)
        model.op(BNNMF_OP_SCALE_SHIFT, [unpacked], shifted) {
            $0.parameters.scale_shift = bnnmf_scale_shift(
                scale: model.blob([Float](repeating: 7, count: 9)), shift: model.blob([Float](repeating: 8, count: 9)),
                period: 9)
        }
        model.op(BNNMF_OP_CLAMP, [shifted], clamped) {
            $0.parameters.clamp = bnnmf_clamp(minimum: -0.0, maximum: 0.5)
        }
        model.op(BNNMF_OP_ELEMENTWISE, [clamped, offset], sum) {
            $0.parameters.elementwise.function = BNNMF_DIVIDE.rawValue
        }
        model.op(BNNMF_OP_RESHAPE, [sum], flat)
        model.addEpilogues(nhwc: nhwc, bits: bits, sum: sum, window, weights)
        model.addNumbers(sum: sum, sums: sums, signs: signs)
        model.addDifference(decided, pooled)
        model.addLookup()
        model.addRowSteps(sum)
        model.input("x", image)
        model.output("y", flat)
        model.output("sums", largest)
        model.probe("binarized", bits, BNNMF_PROBE_SIGNED, channelsFirst: true, [1, 70, 4, 5])
        model.probe("masked", pooled, BNNMF_PROBE_ZERO_ONE, channelsFirst: false, [6, 9])
        model.probe(
            "ternary", decided, BNNMF_PROBE_SIGNED, channelsFirst: true, [1, 9, 2, 3], mask: pooled)
        model.probe(
            "ordered", decided, BNNMF_PROBE_SIGNED, channelsFirst: false, [3, 2, 9], mask: pooled, maskDiffers: true,
            order: [(3, 9), (2, 27), (9, 1)])
        let (given, first, second) = (
            model.blob([Float](repeating: 1, count: 60)), model.blob([Float](repeating: 2, count: 54)),
            model.blob([Int32](repeating: 3, count: 54))
        )
        model.check([given], [first, second], [0xdead_beef, 7, 9, 8], tolerance: 0.25)
        model.check([given], [first, first], [1, 2, 3, 4], tolerance: 0)
        return model
    }

    /// The least that is a model: an input that is the output.
    static func smallest() -> DescribedModel {
        let model = DescribedModel()
        let tensor = model.tensor("x", BNNMF_FLOAT32, [1, 2])
        model.input("x", tensor)
        model.output("x", tensor)
        return model
    }
}
