import BNNMFormat
import BNNMKernels

/// The kernel calls of a float convolution of one image: one for all channels of a depthwise one, else one a group.
struct Conv2DCall {
    private let kernel: bnnmk_kernel?
    /// Of the first group.
    private var conv = bnnmk_conv2d()
    private var depthwise = bnnmk_depthwise_conv2d()
    private let isDepthwise: Bool
    private let groups: Int
    /// Floats from a group's weights to the next one's.
    private let groupWeights: Int
    /// Of one output row, in units of about a quarter of a nanosecond.
    let rowCost: Int64

    /// - Parameter channels: of the output; nil where the weights are missing
    init?(
        _ run: OperatorRun, _ geometry: WindowGeometry, image: Int, to output: UnsafeMutablePointer<Float>,
        channels outChannels: Int, _ normalization: Normalization
    ) {
        let (x, op, laidOut) = (run.inputTensor(0), run.record.parameters.conv2d, run.weights)
        guard let weights = laidOut.bytes?.assumingMemoryBound(to: Float.self) else { return nil }
        let channels = Int(x.channels)
        let input = run.input(0, as: Float.self) + image &* (x.elementCount / geometry.imageCount)
        let bias = run.blob(op.bias, as: Float.self)
        groups = Int(op.groups)
        isDepthwise = laidOut.layout == BNNMF_FLOATS_DEPTHWISE.rawValue
        groupWeights = laidOut.groupByteCount / MemoryLayout<Float>.stride
        rowCost = geometry.outputWidth &* Int64(outChannels) &* geometry.tapCount &* Int64(channels / groups)
        if isDepthwise {
            kernel = run.table.pointee.depthwise_conv2d
            depthwise = bnnmk_depthwise_conv2d(
                window: geometry.forKernels, channels: UInt32(channels), input: input, weights: weights, bias: bias,
                output: output, minimum: normalization.minimum, maximum: normalization.maximum,
                scale: normalization.scale, shift: normalization.shift)
        } else {
            kernel = run.table.pointee.conv2d
            let (groupChannels, groupOutChannels) = (channels / groups, outChannels / groups)
            let isRows = laidOut.layout == BNNMF_FLOATS_ROWS.rawValue
            let block = Int(BNNMF_FLOAT_BLOCK)
            conv = bnnmk_conv2d(
                window: geometry.forKernels, input: input, input_stride: UInt32(channels),
                channels: UInt32(groupChannels), weights: weights, weight_step: isRows ? groupOutChannels : block,
                block_step: isRows ? block : Int(geometry.tapCount) &* groupChannels &* block, bias: bias,
                output: output, output_stride: UInt32(outChannels), out_channels: UInt32(groupOutChannels),
                minimum: normalization.minimum, maximum: normalization.maximum, scale: normalization.scale,
                shift: normalization.shift, slopes: normalization.slopes)
        }
    }

    /// Bytes of the weights that are read for every row.
    var weightByteCount: Int { groupWeights &* (isDepthwise ? 1 : groups) &* MemoryLayout<Float>.stride }

    /// All channels of output rows begin..<end.
    func run(_ begin: UInt32, _ end: UInt32) {
        if isDepthwise {
            withUnsafePointer(to: depthwise) { kernel?($0, begin, end) }
            return
        }
        for group in 0..<groups {
            var conv = self.conv
            conv.input += group &* Int(conv.channels)
            conv.weights += group &* groupWeights
            Self.skipChannels(&conv, group &* Int(conv.out_channels))
            withUnsafePointer(to: conv) { kernel?($0, begin, end) }
        }
    }

    /// Begins what the output channels have at another one.
    private static func skipChannels(_ conv: inout bnnmk_conv2d, _ count: Int) {
        if let bias = conv.bias { conv.bias = bias + count }
        if let scale = conv.scale { conv.scale = scale + count }
        if let shift = conv.shift { conv.shift = shift + count }
        if let slopes = conv.slopes { conv.slopes = slopes + count }
        conv.output += count
    }

    /// Output channels of a part of a dense layer: several blocks, so that a tile of one pixel has work for all lanes.
    private static let partChannels: UInt32 = 128

    /// Parts into which the output channels of a single pixel are split; 1 of anything else.
    var channelParts: UInt32 {
        let isSplit = conv.window.out_h == 1 && conv.window.out_w == 1 && groups == 1
        return isSplit ? UInt32(dividedUp(Int64(conv.out_channels), by: Int64(Self.partChannels))) : 1
    }

    /// Parts begin..<end of the output channels.
    private func runParts(_ begin: UInt32, _ end: UInt32) {
        let first = begin &* Self.partChannels
        let last = min(conv.out_channels, end &* Self.partChannels)
        guard first < last else { return }
        var conv = self.conv
        conv.weights += Int(first) / Int(BNNMF_FLOAT_BLOCK) &* conv.block_step
        Self.skipChannels(&conv, Int(first))
        conv.out_channels = last &- first
        withUnsafePointer(to: conv) { kernel?($0, 0, 1) }
    }

    /// The call on parts of the output channels, as a kernel whose arguments it is.
    static var partKernel: bnnmk_kernel {
        { arguments, begin, end in
            arguments?.assumingMemoryBound(to: Conv2DCall.self).pointee.runParts(begin, end)
        }
    }

    /// The call as a kernel whose arguments it is.
    static var kernel: bnnmk_kernel {
        { arguments, begin, end in
            arguments?.assumingMemoryBound(to: Conv2DCall.self).pointee.run(begin, end)
        }
    }
}
