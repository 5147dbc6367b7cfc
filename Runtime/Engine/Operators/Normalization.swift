import BNNMFormat
import BNNMKernels

/// What a convolution's own kernel does with its sums before it stores them: times a scale of each channel, plus a shift,
/// then clamped. A BatchNormalization and a ReLU, mostly.
struct Normalization {
    var scale: UnsafePointer<Float>?
    var shift: UnsafePointer<Float>?
    var minimum: Float, maximum: Float

    /// The limits of a convolution without an epilogue.
    init(_ op: bnnmf_conv2d) {
        minimum = op.minimum
        maximum = op.maximum
    }

    /// The same with an epilogue that computes no more than this and stores nothing but values; nil: it does more.
    init?(_ op: bnnmf_conv2d, _ epilogue: Epilogue, _ run: OperatorRun) {
        guard epilogue.resultCount == 1, epilogue.storesValues else { return nil }
        self.init(op)
        // Steps in the kernel's order: what was clamped is not scaled.
        var isClamped = minimum > -.infinity || maximum < .infinity
        var isScaled = false
        for index in 0..<epilogue.stepCount {
            let step = epilogue.step(index)
            switch bnnmf_step_kind(rawValue: step.kind) {
            case BNNMF_STEP_SCALE_SHIFT:
                if isScaled || isClamped { return nil }
                scale = run.blob(step.a, as: Float.self)
                shift = run.blob(step.b, as: Float.self)
                isScaled = true
            case BNNMF_STEP_CLAMP:
                if isClamped { return nil }
                (minimum, maximum) = (step.minimum, step.maximum)
                isClamped = true
            default: return nil
            }
        }
    }
}
