import BNNMFormat
import BNNMIR

/// What turns thresholds of each sample into comparisons of accumulators, as records.
extension OperatorPacker {
    func binaryConvWithAverages(_ op: BinaryConvWithAverages) throws -> bnnmf_op {
        var epilogue = bnnmf_epilogue.none
        epilogue.stores = BNNMF_STORES_VALUES.rawValue | BNNMF_STORES_AVERAGES.rawValue
        epilogue.average_scale = model.blob(constant(2).floats)
        epilogue.average_shift = model.blob(constant(3).floats)
        var record = try binaryConv2D(op.conv, epilogue)
        record.more_output_count = 1
        record.more_outputs.0 = try model.tensor(node.outputs[1])
        return record
    }

    func accumulatorThresholds(_ op: AccumulatorThresholds) throws -> bnnmf_op {
        var record = try record(BNNMF_OP_ACCUMULATOR_THRESHOLDS)
        var parameters = bnnmf_accumulator_thresholds()
        parameters.scale = model.blob(constant(1).floats)
        parameters.bias = model.blob(constant(2).floats)
        parameters.limit = UInt32(op.limit)
        parameters.strict = op.isStrict ? 1 : 0
        let steps = stride(from: 3, to: node.inputs.count, by: 2).map { position in
            var step = bnnmf_step.none
            step.kind = BNNMF_STEP_SCALE_SHIFT.rawValue
            step.a = model.blob(constant(position).floats)
            step.b = model.blob(constant(position + 1).floats)
            return step
        }
        parameters.step_count = UInt32(steps.count)
        fill(&parameters.steps, steps)
        record.parameters.accumulator_thresholds = parameters
        return record
    }
}
