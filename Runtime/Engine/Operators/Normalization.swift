import BNNMFormat
import BNNMKernels

/// What a convolution's own kernel does with its sums before it stores them: times a scale of each channel, plus a shift,
/// then negative ones times a slope, then clamped. A BatchNormalization and a ReLU or PReLU, mostly.
struct Normalization {
    private(set) var scale: UnsafePointer<Float>?
    private(set) var shift: UnsafePointer<Float>?
    private(set) var slopes: UnsafePointer<Float>?
    private(set) var minimum: Float, maximum: Float

    /// The limits of a convolution without an epilogue.
    init(_ op: bnnmf_conv2d) {
        minimum = op.minimum
        maximum = op.maximum
    }

    /// The same with an epilogue that computes no more than this and stores nothing but values; nil: it does more.
    init?(_ op: bnnmf_conv2d, _ epilogue: Epilogue, _ run: OperatorRun) {
        guard epilogue.resultCount == 1, epilogue.storesValues else { return nil }
        self.init(op)
        let isDepthwise = run.weights.layout == BNNMF_FLOATS_DEPTHWISE.rawValue
        var isClamped = minimum > -.infinity || maximum < .infinity
        for index in 0..<epilogue.stepCount {
            let step = epilogue.step(index)
            if isClamped { return nil }
            switch bnnmf_step_kind(rawValue: step.kind) {
            case BNNMF_STEP_SCALE_SHIFT:
                if index > 0 { return nil }
                scale = run.blob(step.a, as: Float.self)
                shift = run.blob(step.b, as: Float.self)
            case BNNMF_STEP_RECTIFY:
                // Depthwise kernels have no slopes, and none has others for what is positive.
                if isDepthwise || slopes != nil || step.b != Model.none { return nil }
                slopes = run.blob(step.a, as: Float.self)
            case BNNMF_STEP_CLAMP:
                (minimum, maximum) = (step.minimum, step.maximum)
                isClamped = true
            default: return nil
            }
        }
    }
}
