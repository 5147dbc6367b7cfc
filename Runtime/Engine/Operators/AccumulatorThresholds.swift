import BNNMFormat
import BNNMKernels
import CBNNM

/// BNNMF_OP_ACCUMULATOR_THRESHOLDS: thresholds on real numbers, float32 [N,1,…,1,C] → thresholds on the accumulators
/// that give these numbers, int32.
enum AccumulatorThresholds {
    static func validate(_ scope: OperatorScope) throws(Failure) {
        try scope.requireInputs(1)
        let (x, y, op) = (scope.input(0), scope.output, scope.record.parameters.accumulator_thresholds)
        try scope.require("the input", x, is: .float32)
        try scope.require("the output", y, is: .int32)
        try scope.require(x.dims == y.dims, "input and output must have equal dimensions")
        try scope.require(
            Epilogue.isVector(x.dims, of: x.dims), "there must be one vector of channels for each sample")
        try scope.require(op.strict <= 1, "strict must be 0 or 1")
        guard Int64(op.limit) <= BinaryConv2D.accumulatorLimit else {
            throw scope.failure(BNNM_LIMIT_EXCEEDED) {
                $0.add("its limit must be at most ")
                $0.add(BinaryConv2D.accumulatorLimit)
            }
        }
        try requireNotNegative("scale", op.scale, x.channels, scope)
        try scope.optionalBlob("bias", op.bias, byteCount: x.channels &* 4)
        try scope.require(op.step_count <= UInt32(BNNMF_MAX_STEPS), "there must be at most 8 steps")
        for index in 0..<Int(op.step_count) { try validate(Epilogue.step(op.steps, index), x.channels, scope) }
    }

    /// A step that never falls.
    private static func validate(_ step: bnnmf_step, _ channels: Int64, _ scope: OperatorScope) throws(Failure) {
        try Epilogue.validate(step, channels, nil, scope)
        switch bnnmf_step_kind(rawValue: step.kind) {
        case BNNMF_STEP_SCALE_SHIFT:
            if step.a != Model.none { try requireNotNegative("a of a step", step.a, channels, scope) }
        case BNNMF_STEP_RECTIFY:
            try requireNotNegative("a of a step", step.a, channels, scope)
            if step.b != Model.none { try requireNotNegative("b of a step", step.b, channels, scope) }
        case BNNMF_STEP_CLAMP: break
        default: try scope.require(false, "its steps must be of kind 1, 2 or 3")
        }
    }

    private static func requireNotNegative(
        _ what: StaticString, _ index: UInt32, _ count: Int64, _ scope: OperatorScope
    ) throws(Failure) {
        let numbers = try scope.blob(what, index, byteCount: count &* 4).assumingMemoryBound(to: Float.self)
        for position in 0..<Int(count) {
            try scope.require(numbers[position] >= 0, "scales and slopes must not be negative or NaN")
        }
    }

    static func run(_ run: OperatorRun) {
        let (x, op) = (run.inputTensor(0), run.record.parameters.accumulator_thresholds)
        let channels = Int(x.channels), steps = Int(min(op.step_count, UInt32(BNNMF_MAX_STEPS)))
        var arguments = bnnmk_accumulator_thresholds()
        arguments.scale = run.blob(op.scale, as: Float.self)
        arguments.bias = run.blob(op.bias, as: Float.self)
        arguments.step_count = UInt32(steps)
        arguments.limit = op.limit
        arguments.strict = op.strict
        withUnsafeMutableBytes(of: &arguments.steps) { forms in
            for index in 0..<steps {
                let step = EpilogueRun.kernelForm(Epilogue.step(op.steps, index), run)
                forms.storeBytes(of: step, toByteOffset: index &* MemoryLayout<bnnmk_step>.stride, as: bnnmk_step.self)
            }
        }
        // About 25 evaluations for a channel.
        let cost = 25 &* Int64(10 &+ steps &* 4)
        for sample in 0..<Int(x.dims[0]) {
            arguments.thresholds = run.input(0, as: Float.self) + sample &* channels
            arguments.output = run.output(as: Int32.self) + sample &* channels
            run.parallel(UInt32(channels), cost: cost, run.table.pointee.accumulator_thresholds, arguments)
        }
    }
}
