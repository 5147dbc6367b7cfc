import BNNMFormat
import BNNMKernels

/// The execution of a float convolution with an epilogue: row by row, so that a row is still in the cache when it goes
/// through the steps.
extension Conv2D {
    private struct Call {
        let convolve, mapRows: bnnmk_kernel?
        /// Of the first group.
        let conv: bnnmk_conv2d
        let map: bnnmk_map
        let groups: Int
        /// Floats from a group's weights to the next one's.
        let groupWeights: Int

        /// All groups of one row, then the epilogue.
        func run(row: UInt32) {
            for group in 0..<groups {
                var conv = self.conv
                conv.input += group &* Int(conv.channels)
                conv.weights += group &* groupWeights
                if let bias = conv.bias { conv.bias = bias + group &* Int(conv.out_channels) }
                conv.output += group &* Int(conv.out_channels)
                withUnsafePointer(to: conv) { convolve?($0, row, row &+ 1) }
            }
            withUnsafePointer(to: map) { mapRows?($0, row, row &+ 1) }
        }
    }

    /// Rows begin..<end, as a kernel whose arguments are a `Call`.
    private static var convolveRows: bnnmk_kernel {
        { arguments, begin, end in
            guard let call = arguments?.assumingMemoryBound(to: Call.self), begin < end else { return }
            for row in begin..<end { call.pointee.run(row: row) }
        }
    }

    /// 64-bit words of scratch memory: the epilogue's, then an image of values where they are not stored.
    static func scratchWordCount(_ epilogue: Epilogue, _ dims: Dims) -> Int64 {
        let image = Int64(dims[1]) &* Int64(dims[2]) &* Int64(dims[3])
        return EpilogueRun.scratchWordCount(epilogue, dims) &+ (epilogue.storesValues ? 0 : dividedUp(image, by: 2))
    }

    static func run(_ run: OperatorRun, _ epilogue: Epilogue, _ dims: Dims) {
        let (x, op) = (run.inputTensor(0), run.record.parameters.conv2d)
        let geometry = WindowGeometry(op.window, x.dims, dims)
        let scratch = run.scratch.assumingMemoryBound(to: UInt64.self)
        let state = EpilogueRun(epilogue, run, dims, scratch: scratch)
        let spare = UnsafeMutableRawPointer(scratch + Int(EpilogueRun.scratchWordCount(epilogue, dims)))
        let groups = Int(op.groups), channels = Int(x.channels), outChannels = state.channels
        guard let weights = run.blob(op.weights, as: Float.self) else { return }
        let imageSize = x.elementCount / geometry.imageCount
        let perPixel = geometry.tapCount &* Int64(channels / groups) &+ state.costPerValue
        for image in 0..<geometry.imageCount {
            state.clearRowSums()
            let form = state.kernelForm(image: image)
            let values = form.values ?? spare.assumingMemoryBound(to: Float.self)
            let conv = bnnmk_conv2d(
                window: geometry.forKernels, input: run.input(0, as: Float.self) + image &* imageSize,
                input_stride: UInt32(channels), channels: UInt32(channels / groups), weights: weights,
                bias: run.blob(op.bias, as: Float.self), output: values, output_stride: UInt32(outChannels),
                out_channels: UInt32(outChannels / groups), minimum: op.minimum, maximum: op.maximum)
            let map = bnnmk_map(
                input: UnsafePointer(values), row_pixels: UInt32(geometry.outputWidth), epilogue: form)
            let call = Call(
                convolve: run.table.pointee.conv2d, mapRows: run.table.pointee.map, conv: conv, map: map,
                groups: groups,
                groupWeights: Int(geometry.tapCount) &* (channels / groups) &* (outChannels / groups))
            run.parallel(
                geometry.outputHeight, cost: geometry.outputWidth &* Int64(outChannels) &* perPixel, convolveRows, call)
            state.storeAverages(image: image)
        }
    }
}
