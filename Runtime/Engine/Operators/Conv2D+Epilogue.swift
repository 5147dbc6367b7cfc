import BNNMFormat
import BNNMKernels

/// The execution of a float convolution with an epilogue: some rows at a time, which are still in a cache when they go
/// through the steps.
extension Conv2D {
    private struct Call {
        let convolve: Conv2DCall
        let mapRows: bnnmk_kernel?
        let map: bnnmk_map
        /// Rows at a time: about as many bytes of values as there are of weights, which are read once for all of them, or
        /// as leave room for others in a second-level cache.
        let rowCount: UInt32

        func run(_ begin: UInt32, _ end: UInt32) {
            var row = begin
            while row < end {
                let last = row &+ min(rowCount, end &- row)
                convolve.run(row, last)
                withUnsafePointer(to: map) { mapRows?($0, row, last) }
                row = last
            }
        }
    }

    /// Of values that are computed before they go through the steps.
    private static let leastByteCount = 64 << 10

    /// Rows begin..<end, as a kernel whose arguments are a `Call`.
    private static var convolveRows: bnnmk_kernel {
        { arguments, begin, end in arguments?.assumingMemoryBound(to: Call.self).pointee.run(begin, end) }
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
        for image in run.images(geometry.imageCount) {
            state.clearRowSums()
            var form = state.kernelForm(image: image)
            let values = form.values ?? spare.assumingMemoryBound(to: Float.self)
            // Without steps they are stored already.
            if epilogue.stepCount == 0 { form.values = nil }
            guard
                let convolve = Conv2DCall(
                    run, geometry, image: image, to: values, channels: state.channels, Normalization(op))
            else { return }
            let map = bnnmk_map(
                input: UnsafePointer(values), row_pixels: UInt32(geometry.outputWidth), epilogue: form)
            let rowByteCount = Int(geometry.outputWidth) &* state.channels &* MemoryLayout<Float>.stride
            let rowCount = max(1, max(convolve.weightByteCount, leastByteCount) / max(rowByteCount, 1))
            let call = Call(
                convolve: convolve, mapRows: run.table.pointee.map, map: map, rowCount: UInt32(clamping: rowCount))
            let stepCost = geometry.outputWidth &* Int64(state.channels) &* state.costPerValue
            run.parallel(geometry.outputHeight, cost: convolve.rowCost &+ stepCost, convolveRows, call)
            state.storeAverages(image: image)
        }
    }
}
