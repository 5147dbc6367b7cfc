import BNNMFormat
import BNNMKernels

/// BNNMF_OP_CONV2D: float32 [N,H,W,C] → float32 [N,H′,W′,M], zero padded, clamped.
enum Conv2D {
    static func validate(_ scope: OperatorScope) throws(Failure) {
        let (x, y, op) = (scope.input(0), scope.output, scope.record.parameters.conv2d)
        try scope.require("the input", x, is: .float32)
        // In front of dimensions that follow from the window, where only averages are stored.
        try WindowGeometry.requireLimits(op.window, scope)
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
        var shape = weightShape(op, x, y)
        let byteCount = Int64(clamping: bnnmf_float_weights_size(bnnmf_float_layout(rawValue: op.layout), &shape))
        try scope.require(byteCount > 0, "its weights must have a layout that their shape has")
        _ = try scope.blob("weights", op.weights, byteCount: byteCount)
        try scope.optionalBlob("bias", op.bias, byteCount: y.channels &* 4)
        try scope.requireLimits(op.minimum, op.maximum)
    }

    /// The weights of its groups. The geometry was checked: taps fit.
    static func weightShape(_ op: bnnmf_conv2d, _ x: Tensor, _ y: Tensor) -> bnnmf_weight_shape {
        let groups = Int64(op.groups)
        let taps = Int64(op.window.kernel_h) &* Int64(op.window.kernel_w)
        return bnnmf_weight_shape(
            groups: op.groups, out_channels: UInt32(clamping: y.channels / groups), taps: UInt32(clamping: taps),
            channels: UInt32(clamping: x.channels / groups))
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
        var normalization = Normalization(op)
        if let epilogue = Epilogue(run.record) {
            guard let all = Normalization(op, epilogue, run) else {
                if let dims = Epilogue.valueDims(run.record, x, y) { Self.run(run, epilogue, dims) }
                return
            }
            normalization = all
        }
        let geometry = WindowGeometry(op.window, x, y)
        let imageSize = y.elementCount / geometry.imageCount
        for image in run.images(geometry.imageCount) {
            let output = run.output(as: Float.self) + image &* imageSize
            guard
                let call = Conv2DCall(
                    run, geometry, image: image, to: output, channels: Int(y.channels), normalization)
            else { return }
            let parts = call.channelParts
            if parts > 1 {
                run.parallel(parts, cost: call.rowCost / Int64(parts), Conv2DCall.partKernel, call)
            } else {
                run.parallel(geometry.outputHeight, cost: call.rowCost, Conv2DCall.kernel, call)
            }
        }
    }
}
