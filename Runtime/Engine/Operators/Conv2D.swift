import BNNMFormat
import BNNMKernels

/// BNNMF_OP_CONV2D: float32 [N,H,W,C] → float32 [N,H′,W′,M], zero padded, clamped.
enum Conv2D {
    static func validate(_ scope: OperatorScope) throws(Failure) {
        let (x, y, op) = (scope.input(0), scope.output, scope.record.parameters.conv2d)
        try scope.require("the input", x, is: .float32)
        let dims = try scope.valueDims()
        let geometry = WindowGeometry(op.window, x.dims, dims)
        try geometry.validate(scope)
        if let epilogue = Epilogue(scope.record) {
            try epilogue.validate(dims, .float32, scope)
        } else {
            try scope.requireInputs(1)
            try scope.require("the output", y, is: .float32)
        }
        let groups = Int64(op.groups)
        try scope.require(
            groups >= 1 && x.channels % groups == 0 && y.channels % groups == 0,
            "input and output channels must be multiples of the groups")
        let perChannel = product(geometry.tapCount, x.channels / groups)
        _ = try scope.blob("weights", op.weights, byteCount: perChannel.flatMap { product($0, y.channels, 4) })
        try scope.optionalBlob("bias", op.bias, byteCount: y.channels &* 4)
        try scope.requireLimits(op.minimum, op.maximum)
    }

    /// Multiplications of one execution.
    static func multiplyAccumulates(_ record: bnnmf_op, _ x: Tensor, _ y: Tensor) -> UInt64 {
        let op = record.parameters.conv2d
        guard let dims = Epilogue.valueDims(record, x, y), let values = dims.elements else { return 0 }
        let taps = WindowGeometry(op.window, x.dims, dims).tapCount
        return UInt64(clamping: values) &* UInt64(clamping: taps &* (x.channels / Int64(op.groups)))
    }

    static func run(_ run: OperatorRun) {
        let (x, y, op) = (run.inputTensor(0), run.outputTensor, run.record.parameters.conv2d)
        if let epilogue = Epilogue(run.record) {
            if let dims = Epilogue.valueDims(run.record, x, y) { Self.run(run, epilogue, dims) }
            return
        }
        let geometry = WindowGeometry(op.window, x, y)
        let groups = Int(op.groups)
        let (channels, outChannels) = (Int(x.channels), Int(y.channels))
        let (groupChannels, groupOutChannels) = (channels / groups, outChannels / groups)
        let input = run.input(0, as: Float.self)
        let output = run.output(as: Float.self)
        let bias = run.blob(op.bias, as: Float.self)
        guard let weights = run.blob(op.weights, as: Float.self) else { return }
        let groupWeights = Int(geometry.tapCount) &* groupChannels &* groupOutChannels
        let (imageSize, outputSize) = (x.elementCount / geometry.imageCount, y.elementCount / geometry.imageCount)
        let cost = geometry.outputWidth &* Int64(groupOutChannels) &* geometry.tapCount &* Int64(groupChannels)
        for image in 0..<geometry.imageCount {
            for group in 0..<groups {
                let arguments = bnnmk_conv2d(
                    window: geometry.forKernels,
                    input: input + (image &* imageSize &+ group &* groupChannels),
                    input_stride: UInt32(channels), channels: UInt32(groupChannels),
                    weights: weights + group &* groupWeights,
                    bias: bias.map { $0 + group &* groupOutChannels },
                    output: output + (image &* outputSize &+ group &* groupOutChannels),
                    output_stride: UInt32(outChannels), out_channels: UInt32(groupOutChannels),
                    minimum: op.minimum, maximum: op.maximum)
                run.parallel(geometry.outputHeight, cost: cost, run.table.pointee.conv2d, arguments)
            }
        }
    }
}
