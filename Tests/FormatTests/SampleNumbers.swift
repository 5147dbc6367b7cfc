import BNNMFormat

extension DescribedModel {
    /// The sample's operators since version 1.2, from operator 21 and tensor 28 on: gathers, weighted sums, reductions,
    /// matrix products and numbers of every type.
    func addNumbers(sum: UInt32, sums: UInt32, signs: UInt32) {
        let indices = tensor("indices", BNNMF_INT32, [4], blob: blob([2, -1, 0, 9] as [Int32]))
        let fill = tensor("fill", BNNMF_FLOAT32, [], blob: blob([0.5] as [Float]))
        let gathered = tensor("gathered", BNNMF_FLOAT32, [1, 2, 4, 9])
        let resampled = tensor("resampled", BNNMF_FLOAT32, [1, 2, 5, 9])
        let reduced = tensor("reduced", BNNMF_FLOAT32, [1, 1, 1, 9])
        let greatest = tensor("greatest", BNNMF_INT64, [1, 2, 3, 1])
        let product = tensor("product", BNNMF_FLOAT32, [1, 2, 4, 5])
        let agreement = tensor("agreement", BNNMF_INT32, [2, 2])
        let wide = tensor("wide", BNNMF_INT64, [1, 2, 3, 9])
        let equal = tensor("equal", BNNMF_BOOL, [1, 2, 3, 9])
        let chosen = tensor("chosen", BNNMF_INT64, [1, 2, 3, 9])
        tensor("truths", BNNMF_BOOL, [3], blob: blob([1, 0, 1] as [UInt8]))
        op(BNNMF_OP_GATHER, [sum, indices, fill], gathered) { $0.parameters.gather.axis = 2 }
        op(BNNMF_OP_RESAMPLE, [sum], resampled) {
            $0.parameters.resample = bnnmf_resample(
                axis: 2, count: 5, taps: 2, indices: self.blob([Int32](repeating: 1, count: 10)),
                weights: self.blob([Float](repeating: 0.5, count: 10)))
        }
        op(BNNMF_OP_REDUCE, [sum], reduced) {
            $0.parameters.reduce = bnnmf_reduce(
                function: BNNMF_REDUCE_MEAN.rawValue, axis: 1, axis_count: 2, select_last: 0)
        }
        op(BNNMF_OP_REDUCE, [sum], greatest) {
            $0.parameters.reduce = bnnmf_reduce(
                function: BNNMF_ARGMAX.rawValue, axis: 3, axis_count: 1, select_last: 1)
        }
        op(BNNMF_OP_MATMUL, [gathered, resampled], product)
        op(BNNMF_OP_BINARY_MATMUL, [signs, signs], agreement) {
            $0.parameters.binary_matmul = bnnmf_binary_matmul(
                a_form: BNNMF_ZERO_ONE.rawValue, b_form: BNNMF_ZERO_ONE.rawValue)
        }
        let functions: [(bnnmf_function, [UInt32], UInt32)] = [
            (BNNMF_CAST, [sums], wide), (BNNMF_EQUAL, [wide, greatest], equal),
            (BNNMF_WHERE, [equal, wide, greatest], chosen),
        ]
        for (function, inputs, result) in functions {
            op(BNNMF_OP_ELEMENTWISE, inputs, result) { $0.parameters.elementwise.function = function.rawValue }
        }
    }

    /// The operator since version 1.3.
    func addDifference(_ a: UInt32, _ b: UInt32) {
        op(BNNMF_OP_BIT_DIFFERENCE, [a, b], tensor("difference", BNNMF_BITS, [1, 2, 3, 9]))
    }

    /// The operator since version 1.5.
    func addLookup() {
        let bytes = tensor("bytes", BNNMF_UINT8, [1, 3, 2, 4], blob: blob((0..<24).map { UInt8($0 * 11) }))
        op(BNNMF_OP_LOOKUP, [bytes], tensor("numbers", BNNMF_FLOAT32, [1, 2, 4, 3])) {
            $0.parameters.lookup = bnnmf_lookup(
                values: self.blob([Float](repeating: 0.5, count: 768)), table_count: 3, channels_first: 1)
        }
    }
}
