import BNNMFormat
import BNNMKernels
import CBNNM

/// BNNMF_OP_BINARY_CONV2D: bits [N,H,W,C] → accumulators, scaled floats or decisions [N,H′,W′,M].
enum BinaryConv2D {
    /// The largest number of products in an accumulator: up to here float32 holds every one exactly.
    static let accumulatorLimit: Int64 = 1 << 24

    static func validate(_ scope: OperatorScope) throws(Failure) {
        let (x, y, op) = (scope.input(0), scope.output, scope.record.parameters.binary_conv2d)
        try scope.require("the input", x, is: .bits)
        // In front of dimensions that follow from the window, where only averages are stored.
        try WindowGeometry.requireLimits(op.window, scope)
        let dims = try scope.valueDims()
        let geometry = WindowGeometry(op.window, x.dims, dims)
        try geometry.validate(scope)
        try validateMask(op, x, scope)
        let groups = Int64(op.groups)
        try scope.require(
            groups >= 1 && x.channels % groups == 0 && y.channels % groups == 0,
            "input and output channels must be multiples of the groups")
        try scope.require(op.pad_value >= -1 && op.pad_value <= 1, "the value of padding must be -1, 0 or 1")
        guard let products = product(geometry.tapCount, x.channels / groups), products <= accumulatorLimit else {
            throw scope.failure(BNNM_LIMIT_EXCEEDED) {
                $0.add("kernel elements times input channels of a group must be at most ")
                $0.add(accumulatorLimit)
            }
        }
        if let epilogue = Epilogue(scope.record) {
            let isScaled = op.scale != Model.none
            if isScaled { try validateScale(op, y, scope) }
            try epilogue.validate(dims, isScaled ? .float32 : .int32, scope)
            try scope.require(isScaled || epilogue.storesValues, "accumulators must be stored")
        } else {
            try scope.requireInputs(op.mask == 0 ? 1 : 2)
            try validateResult(op, y, scope)
        }
        try validateWeights(op, Layout(op, x, y), scope)
    }

    private static func validateMask(_ op: bnnmf_binary_conv2d, _ x: Tensor, _ scope: OperatorScope) throws(Failure) {
        guard op.mask != 0 else { return }
        try scope.require(op.mask < scope.record.input_count, "its mask must be one of its inputs")
        let mask = scope.input(Int(op.mask))
        try scope.require("the mask", mask, is: .bits)
        try scope.require(mask.dims == x.dims, "input and mask must have equal dimensions")
        try scope.require(op.pad_value == 0, "with a mask the value of padding must be 0")
    }

    /// What turns accumulators into float32.
    private static func validateScale(_ op: bnnmf_binary_conv2d, _ y: Tensor, _ scope: OperatorScope) throws(Failure) {
        _ = try scope.blob("scale", op.scale, byteCount: y.channels &* 4)
        try scope.optionalBlob("bias", op.bias, byteCount: y.channels &* 4)
        try scope.requireLimits(op.minimum, op.maximum)
    }

    /// What turns accumulators into the result, without an epilogue.
    private static func validateResult(
        _ op: bnnmf_binary_conv2d, _ y: Tensor, _ scope: OperatorScope
    ) throws(Failure) {
        switch y.elementType {
        case .int32: break
        case .float32: try validateScale(op, y, scope)
        case .bits:
            try SwitchPoints.validate(
                op.switch_points, switchCount: op.switch_count, columnCount: y.channels, type: .int32, scope)
        case .int64, .bool, .uint8: try scope.require(false, "the output must be int32, float32 or bits")
        }
    }

    /// The weights' size must be what their layout needs, and unused bits 0, else they would count.
    private static func validateWeights(
        _ op: bnnmf_binary_conv2d, _ layout: Layout, _ scope: OperatorScope
    ) throws(Failure) {
        let form = bnnmf_weight_layout(rawValue: op.layout)
        var shape = layout.shape
        let groupByteCount = Int64(clamping: bnnmf_weight_group_size(form, &shape))
        try scope.require(groupByteCount > 0, "its weights must have a layout that this library knows")
        let weights = try scope.blob("weights", op.weights, byteCount: product(groupByteCount, layout.groups))
        try scope.require(
            bnnmf_weights_are_clean(form, &shape, weights) == 1, "weight bits behind the last channel must be 0")
    }

    /// How weights are stored, per group.
    struct Layout {
        let groups: Int64, channels: Int64, outChannels: Int64, taps: Int64
        /// 64-bit words of a tap, and blocks of output channels.
        let words: Int64, blocks: Int64

        init(_ op: bnnmf_binary_conv2d, _ x: Tensor, _ y: Tensor) {
            groups = Int64(op.groups)
            channels = x.channels / groups
            outChannels = y.channels / groups
            taps = Int64(op.window.kernel_h) &* Int64(op.window.kernel_w)
            words = wordCount(channels)
            blocks = dividedUp(outChannels, by: Int64(BNNMF_CHANNEL_BLOCK))
        }

        /// The same for the format's functions.
        var shape: bnnmf_weight_shape {
            bnnmf_weight_shape(
                groups: UInt32(groups), out_channels: UInt32(outChannels), taps: UInt32(clamping: taps),
                channels: UInt32(channels))
        }
        /// Whether a group's channels must be copied to begin at a word.
        var needsExtraction: Bool { groups > 1 && channels % 64 != 0 }
    }

    /// Multiplications of one execution.
    static func multiplyAccumulates(_ record: bnnmf_op, _ x: Tensor, _ y: Tensor) -> UInt64 {
        let layout = Layout(record.parameters.binary_conv2d, x, y)
        guard let values = Epilogue.valueDims(record, x, y)?.elements else { return 0 }
        return UInt64(clamping: values) &* UInt64(clamping: layout.taps &* layout.channels)
    }

    /// Words of scratch memory: one group of one image, then the same of the mask. The epilogue's follow.
    static func scratchWordCount(_ op: bnnmf_binary_conv2d, _ x: Tensor, _ y: Tensor) -> Int64 {
        let layout = Layout(op, x, y)
        let group = layout.needsExtraction ? x.rows / Int64(x.dims[0]) &* layout.words : 0
        return group &* (op.mask == 0 ? 1 : 2)
    }
}
