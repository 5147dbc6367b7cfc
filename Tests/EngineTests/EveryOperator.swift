import BNNM
import BNNMFormat
import TestSupport

/// A small model with every operator of the format, for tests of what may happen to any of them.
extension ModelDescription {
    /// Every operator, every kind of epilogue result, probes with and without masks.
    static func everyOperator() -> ModelDescription {
        let model = ModelDescription()
        let dims = [1, 4, 4, 6]
        let x = model.input(dims)
        let bits = model.sign(x, dims)
        var random = SeededRandom(seed: 1)
        let layer = BinaryLayer(window(kernel: (3, 3), pads: (1, 1, 1, 1)), groups: 2, pad: -1, 6, 6, &random)
        let decided = layer.add(to: model, bits, dims, BNNMF_BITS, points: [Int32](repeating: 0, count: 6))
        let or = model.blob([5] as [UInt64])
        let half = window(kernel: (2, 2), stride: (2, 2))
        let pooled = model.op(BNNMF_OP_BIT_POOL, [decided], BNNMF_BITS, [1, 2, 2, 6]) {
            $0.parameters.pool = bnnmf_pool(window: half, count_include_pad: 0, or_channels: or)
        }
        let floats = layer.add(to: model, pooled, [1, 2, 2, 6], BNNMF_FLOAT32, scale: [1, 2, 3, 4, 5, 6])
        let acc = layer.add(to: model, pooled, [1, 2, 2, 6], BNNMF_INT32)
        let largest = model.op(BNNMF_OP_MAX_POOL, [acc], BNNMF_INT32, [1, 1, 1, 6]) {
            $0.parameters.pool = bnnmf_pool(window: half, count_include_pad: 0, or_channels: .max)
        }
        let points = model.blob([Int32](repeating: 1, count: 6))
        let last = model.op(BNNMF_OP_BINARIZE, [largest], BNNMF_BITS, [1, 1, 1, 6]) {
            $0.parameters.binarize = bnnmf_binarize(switch_points: points, switch_count: 1, period: 6)
        }
        let average = model.op(BNNMF_OP_AVERAGE_POOL, [floats], BNNMF_FLOAT32, [1, 1, 1, 6]) {
            $0.parameters.pool = bnnmf_pool(window: half, count_include_pad: 1, or_channels: .max)
        }
        let sum = model.elementwise(BNNMF_ADD, model.unpack(last, [1, 1, 1, 6]), average, [1, 1, 1, 6])
        let weights = model.blob(random.integers(6 * 5))
        let bias = model.blob(random.integers(5))
        let dense = model.op(BNNMF_OP_CONV2D, [sum], BNNMF_FLOAT32, [1, 1, 1, 5]) {
            $0.parameters.conv2d = bnnmf_conv2d(
                window: window(), groups: 1, weights: weights, bias: bias, minimum: -10, maximum: 10,
                layout: 0, epilogue: .none)
        }
        let shifted = model.scaleShift(dense, [1, 1, 1, 5], [1, 2, 3, 4, 5], [0, 0, 0, 0, 1])
        let turned = model.op(BNNMF_OP_TRANSPOSE, [shifted], BNNMF_FLOAT32, [1, 5, 1, 1]) {
            $0.parameters.transpose = bnnmf_transpose(rank: 4, permutation: (0, 3, 1, 2, 0, 0, 0, 0))
        }
        model.addEpilogues(x: x, bits: bits, layer, dims)
        model.addNumbers(x: x, bits: bits, dims)
        model.addBytes()
        model.addRowSteps(x: x, dims)
        model.output(model.clamp(model.reshape(turned, [1, 5]), [1, 5], -5, 5))
        model.probe(decided, [1, 6, 4, 4], channelsFirst: true)
        return model
    }

    /// The operators since version 1.1.
    private func addEpilogues(x: UInt32, bits: UInt32, _ layer: BinaryLayer, _ dims: [Int]) {
        let model = self
        let ones = [Float](repeating: 1, count: 6)
        var epilogue = EpilogueDescription(
            steps: [
                .scaleShift(ones, ones), .rectify(ones, ones), .function(BNNMF_TANH),
                .combine(BNNMF_STEP_ADD, values: [], tensor: x),
            ], stores: 7)
        epilogue.points = ones
        let record = epilogue.record(model, channels: 6)
        let mapped = model.op(BNNMF_OP_MAP, [x, x], BNNMF_FLOAT32, dims) { $0.parameters.map.epilogue = record }
        let more = model.moreResults([(BNNMF_BITS, dims), (BNNMF_FLOAT32, [1, 1, 1, 6])])
        var masked = layer
        masked.padValue = 0
        let parameters = masked.parameters(model, scale: ones, mask: 2, epilogue: record)
        model.op(BNNMF_OP_BINARY_CONV2D, [bits, mapped, more[0]], BNNMF_FLOAT32, dims) {
            $0.parameters.binary_conv2d = parameters
        }
        _ = model.moreResults([(BNNMF_BITS, dims), (BNNMF_FLOAT32, [1, 1, 1, 6])])
        var means = EpilogueDescription(stores: 5)
        (means.averageScale, means.averageShift) = (ones, ones)
        let averaged = layer.parameters(model, epilogue: means.record(model, channels: 6))
        let acc = model.op(BNNMF_OP_BINARY_CONV2D, [bits], BNNMF_INT32, dims) {
            $0.parameters.binary_conv2d = averaged
        }
        let average = model.moreResults([(BNNMF_FLOAT32, [1, 1, 1, 6])])[0]
        let scale = model.blob(ones)
        let thresholds = model.op(BNNMF_OP_ACCUMULATOR_THRESHOLDS, [average], BNNMF_INT32, [1, 1, 1, 6]) {
            $0.parameters.accumulator_thresholds.scale = scale
            $0.parameters.accumulator_thresholds.bias = scale
            $0.parameters.accumulator_thresholds.limit = 27
        }
        let compared = model.op(BNNMF_OP_BINARIZE_BY, [acc, thresholds], BNNMF_BITS, dims)
        model.op(BNNMF_OP_CONCAT, [bits, compared], BNNMF_BITS, [1, 4, 4, 12]) { $0.parameters.concat.axis = 3 }
        let weights = model.blob([Float](repeating: 1, count: 36))
        let convolved = EpilogueDescription(steps: [.clamp(-1, 1)], stores: 4).record(model, channels: 6)
        model.op(BNNMF_OP_CONV2D, [x], BNNMF_FLOAT32, [1, 1, 1, 6]) {
            $0.parameters.conv2d = bnnmf_conv2d(
                window: window(), groups: 1, weights: weights, bias: .max, minimum: -10, maximum: 10,
                layout: 0, epilogue: convolved)
        }
        model.probe(more[0], [1, 6, 4, 4], channelsFirst: true)
    }

    /// The operators since version 1.2.
    private func addNumbers(x: UInt32, bits: UInt32, _ dims: [Int]) {
        let model = self
        let indices = model.constant(.int32([3, -1, 0]), [3])
        let fill = model.constant(.float32([2]), [1])
        let gathered = model.op(BNNMF_OP_GATHER, [x, indices, fill], BNNMF_FLOAT32, [1, 4, 3, 6]) {
            $0.parameters.gather.axis = 2
        }
        let minus = model.constantBit(isMinus: true)
        for (axis, shape) in [(1, [1, 3, 4, 6]), (3, [1, 4, 4, 3])] {
            model.op(BNNMF_OP_GATHER, [bits, indices, minus], BNNMF_BITS, shape) {
                $0.parameters.gather.axis = UInt32(axis)
            }
        }
        let (places, weights) = (model.blob([0, 2, 1, 1] as [Int32]), model.blob([1, 2, 3, 4] as [Float]))
        let resampled = model.op(BNNMF_OP_RESAMPLE, [gathered], BNNMF_FLOAT32, [1, 4, 2, 6]) {
            $0.parameters.resample = bnnmf_resample(axis: 2, count: 2, taps: 2, indices: places, weights: weights)
        }
        let place = model.op(BNNMF_OP_REDUCE, [resampled], BNNMF_INT64, [1, 1, 1, 6]) {
            $0.parameters.reduce = bnnmf_reduce(
                function: BNNMF_ARGMAX.rawValue, axis: 1, axis_count: 2, select_last: 1)
        }
        let product = model.op(
            BNNMF_OP_MATMUL, [model.reshape(resampled, [4, 2, 6]), model.reshape(gathered, [4, 6, 3])],
            BNNMF_FLOAT32, [4, 2, 3])
        let rows = model.reshape(bits, [16, 6], BNNMF_BITS)
        let agreement = model.op(BNNMF_OP_BINARY_MATMUL, [rows, rows], BNNMF_INT32, [16, 16])
        let truth = model.op(BNNMF_OP_ELEMENTWISE, [agreement], BNNMF_BOOL, [16, 16]) {
            $0.parameters.elementwise.function = BNNMF_CAST.rawValue
        }
        model.op(BNNMF_OP_ELEMENTWISE, [truth, agreement, agreement], BNNMF_INT32, [16, 16]) {
            $0.parameters.elementwise.function = BNNMF_WHERE.rawValue
        }
        let turned = model.op(BNNMF_OP_TRANSPOSE, [bits], BNNMF_BITS, dims) {
            $0.parameters.transpose = bnnmf_transpose(rank: 4, permutation: (0, 2, 1, 3, 0, 0, 0, 0))
        }
        model.op(BNNMF_OP_TRANSPOSE, [place], BNNMF_INT64, [6, 1, 1, 1]) {
            $0.parameters.transpose = bnnmf_transpose(rank: 4, permutation: (3, 0, 1, 2, 0, 0, 0, 0))
        }
        model.output(product, name: "product")
        model.output(place, name: "place")
        model.output(truth, name: "truth")
        model.probe(turned, [1, 6, 4, 4], channelsFirst: true, mask: bits)
        let differing = model.op(BNNMF_OP_BIT_DIFFERENCE, [bits, turned], BNNMF_BITS, dims)
        model.probe(differing, [1, 4, 6, 4], mask: bits, maskDiffers: true, order: [(4, 24), (6, 1), (4, 6)])
    }

    /// The operator since version 1.5.
    private func addBytes() {
        let bytes = constant(.uint8((0..<24).map { UInt8($0 * 11) }), [1, 3, 2, 4])
        let values = blob((0..<768).map { Float($0) })
        let numbers = op(BNNMF_OP_LOOKUP, [bytes], BNNMF_FLOAT32, [1, 2, 4, 3]) {
            $0.parameters.lookup = bnnmf_lookup(values: values, table_count: 3, channels_first: 1)
        }
        output(numbers, name: "numbers")
    }

    /// The steps since version 1.6.
    private func addRowSteps(x: UInt32, _ dims: [Int]) {
        let divisors: [Float] = [1, 2, 3, 4, 5, 6]
        let lists: [(name: String, steps: [EpilogueDescription.Step])] = [
            ("softmax", [.quotient(divisors), .softmax]), ("standardized", [.standardize(epsilon: 1e-5)]),
        ]
        for (name, steps) in lists {
            let record = EpilogueDescription(steps: steps).record(self, channels: 6)
            output(op(BNNMF_OP_MAP, [x], BNNMF_FLOAT32, dims) { $0.parameters.map.epilogue = record }, name: name)
        }
    }
}
