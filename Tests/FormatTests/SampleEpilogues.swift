import BNNMFormat

extension DescribedModel {
    /// The sample's operators since version 1.1, from operator 14 and tensor 18 on: every step of that version, every
    /// combination of results that is different to check, a mask.
    func addEpilogues(nhwc: UInt32, bits: UInt32, sum: UInt32, _ window: bnnmf_window, _ weights: UInt32) {
        let values = tensor("e values", BNNMF_FLOAT32, [1, 2, 3, 9])
        let decisions = tensor("e decisions", BNNMF_BITS, [1, 2, 3, 9])
        let averages = tensor("e averages", BNNMF_FLOAT32, [1, 1, 1, 9])
        let masked = tensor("masked", BNNMF_BITS, [1, 2, 3, 9])
        let accumulators = tensor("accumulators", BNNMF_INT32, [1, 2, 3, 9])
        let means = tensor("means", BNNMF_FLOAT32, [1, 1, 1, 9])
        let mapped = tensor("mapped", BNNMF_FLOAT32, [1, 1, 1, 9])
        let joined = tensor("joined", BNNMF_FLOAT32, [1, 2, 3, 18])
        let thresholds = tensor("thresholds", BNNMF_INT32, [1, 1, 1, 9])
        let compared = tensor("compared", BNNMF_BITS, [1, 2, 3, 9])
        let stores = (
            values: BNNMF_STORES_VALUES.rawValue, decisions: BNNMF_STORES_DECISIONS.rawValue,
            averages: BNNMF_STORES_AVERAGES.rawValue
        )
        func numbers(_ value: Float, rows: Int = 1) -> UInt32 { blob([Float](repeating: value, count: 9 * rows)) }

        op(BNNMF_OP_CONV2D, [nhwc, sum, sum], values, more: [decisions, averages]) {
            let steps: [bnnmf_step] = [
                .of(BNNMF_STEP_SCALE_SHIFT, a: numbers(1.5), b: numbers(2.5)),
                .of(BNNMF_STEP_RECTIFY, a: numbers(3.5), b: numbers(4.5)), .of(BNNMF_STEP_CLAMP, -5.5, 6.5),
                .of(BNNMF_STEP_FUNCTION, function: BNNMF_TANH.rawValue), .of(BNNMF_STEP_ADD, operand: 1),
                .of(BNNMF_STEP_SUBTRACT, operand: 2), .of(BNNMF_STEP_MULTIPLY, operand: 1),
                .of(BNNMF_STEP_DIVIDE, operand: 2),
            ]
            $0.parameters.conv2d = bnnmf_conv2d(
                window: window, groups: 1, weights: weights, bias: .max, minimum: 0, maximum: 1,
                layout: 0,
                epilogue: .of(
                    steps, stores: stores.values | stores.decisions | stores.averages, points: numbers(7.5, rows: 2),
                    pointCount: 2))
        }
        op(BNNMF_OP_BINARY_CONV2D, [bits, sum, bits], masked) {
            $0.parameters.binary_conv2d = bnnmf_binary_conv2d(
                window: window, groups: 1, pad_value: 0, weights: weights, switch_points: .max, switch_count: 0,
                scale: numbers(8.5), bias: .max, minimum: -3, maximum: 3, mask: 2, layout: 0,
                epilogue: .of(
                    [.of(BNNMF_STEP_SUBTRACT_FROM, operand: 1)], stores: stores.decisions, points: numbers(9.5),
                    pointCount: 1))
        }
        op(BNNMF_OP_BINARY_CONV2D, [bits], accumulators, more: [means]) {
            $0.parameters.binary_conv2d = bnnmf_binary_conv2d(
                window: window, groups: 1, pad_value: 1, weights: weights, switch_points: .max, switch_count: 0,
                scale: .max, bias: .max, minimum: -.infinity, maximum: .infinity, mask: 0, layout: 0,
                epilogue: .of(
                    [], stores: stores.values | stores.averages, averageScale: numbers(10.5),
                    averageShift: numbers(11.5)))
        }
        op(BNNMF_OP_MAP, [values], mapped) { $0.parameters.map.epilogue = .of([], stores: stores.averages) }
        op(BNNMF_OP_CONCAT, [values, sum], joined) { $0.parameters.concat.axis = 3 }
        op(BNNMF_OP_ACCUMULATOR_THRESHOLDS, [means], thresholds) {
            var parameters = bnnmf_accumulator_thresholds()
            parameters.scale = numbers(12.5)
            parameters.bias = numbers(13.5)
            parameters.limit = 1 << 24
            parameters.strict = 1
            parameters.step_count = 2
            fill(
                &parameters.steps,
                [
                    bnnmf_step.of(BNNMF_STEP_SCALE_SHIFT, a: numbers(14.5)),
                    bnnmf_step.of(BNNMF_STEP_RECTIFY, a: numbers(15.5)),
                ])
            $0.parameters.accumulator_thresholds = parameters
        }
        op(BNNMF_OP_BINARIZE_BY, [accumulators, thresholds], compared) {
            $0.parameters.binarize_by = bnnmf_binarize_by(below: 1, strict: 1)
        }
    }

    /// The steps since version 1.6.
    func addRowSteps(_ values: UInt32) {
        let numbers = blob([Float](repeating: 16.5, count: 9))
        let lists: [(name: String, steps: [bnnmf_step])] = [
            ("softmax", [.of(BNNMF_STEP_QUOTIENT, a: numbers), .of(BNNMF_STEP_SOFTMAX)]),
            ("standardized", [.of(BNNMF_STEP_STANDARDIZE, epsilon: 17.5), .of(BNNMF_STEP_SCALE_SHIFT, b: numbers)]),
        ]
        for (name, steps) in lists {
            op(BNNMF_OP_MAP, [values], tensor(name, BNNMF_FLOAT32, [1, 2, 3, 9])) {
                $0.parameters.map.epilogue = .of(steps, stores: BNNMF_STORES_VALUES.rawValue)
            }
        }
    }
}
