import BNNMFormat
import BNNMKernels
import CBNNM

/// The execution of a binary convolution: one kernel call for each image and group.
extension BinaryConv2D {
    private struct Call {
        let kernel: (@convention(c) (UnsafePointer<bnnmk_binary_conv2d>?, UInt32, UInt32) -> Void)?
        let arguments: bnnmk_binary_conv2d
    }

    private struct ExtractCall {
        let kernel: (@convention(c) (UnsafePointer<bnnmk_extract>?, UInt32, UInt32) -> Void)?
        let arguments: bnnmk_extract
    }

    static func run(_ run: OperatorRun) {
        let (x, y, op) = (run.inputTensor(0), run.outputTensor, run.record.parameters.binary_conv2d)
        let layout = Layout(op, x, y)
        let geometry = WindowGeometry(op.window, x, y)
        guard let weights = run.blob(op.weights, as: UInt64.self) else { return }
        let output = run.output(as: UInt8.self)
        if y.elementType == .bits { output.update(repeating: 0, count: y.byteCount) }

        let padPixel = op.pad_value == 0 ? nil : preparePadPixel(run, layout, isMinus: op.pad_value < 0)
        let extracted = run.scratch.assumingMemoryBound(to: UInt64.self) + (padPixel == nil ? 0 : Int(layout.words))
        let imageWords = Int(x.rows &* x.rowWords) / geometry.imageCount
        let outChannels = Int(layout.outChannels)
        let scale = run.blob(op.scale, as: Float.self), bias = run.blob(op.bias, as: Float.self)
        let points = run.blob(op.switch_points, as: Int32.self)
        let cost = geometry.outputWidth &* layout.taps &* layout.words &* layout.blocks &* 16

        for image in 0..<geometry.imageCount {
            let pixels = run.input(0, as: UInt64.self) + image &* imageWords
            for group in 0..<Int(layout.groups) {
                if layout.needsExtraction { extract(run, pixels, x, layout, group, to: extracted) }
                let offset = group &* outChannels
                let arguments = bnnmk_binary_conv2d(
                    window: geometry.forKernels,
                    input: layout.needsExtraction
                        ? UnsafePointer(extracted) : pixels + (layout.groups == 1 ? 0 : group &* Int(layout.words)),
                    input_stride: UInt32(layout.needsExtraction ? layout.words : x.rowWords),
                    input_words: UInt32(layout.words), channels: UInt32(layout.channels),
                    weights: weights + group &* Int(layout.groupWords), pad_pixel: padPixel,
                    out_channels: UInt32(outChannels), channel_offset: UInt32(offset),
                    output_channels: UInt32(y.channels), output_kind: outputKind(y.elementType),
                    output: UnsafeMutableRawPointer(output + image &* (y.byteCount / geometry.imageCount)),
                    switch_points: points.map { $0 + offset }, switch_count: op.switch_count,
                    scale: scale.map { $0 + offset }, bias: bias.map { $0 + offset },
                    minimum: op.minimum, maximum: op.maximum)
                withUnsafePointer(to: Call(kernel: run.table.pointee.binary_conv2d, arguments: arguments)) {
                    run.parallel(geometry.outputHeight, cost: cost, $0) { context, begin, end in
                        guard let call = context?.assumingMemoryBound(to: Call.self).pointee else { return }
                        withUnsafePointer(to: call.arguments) { call.kernel?($0, begin, end) }
                    }
                }
            }
        }
    }

    private static func outputKind(_ type: Tensor.ElementType) -> bnnmk_output {
        switch type {
        case .bits: BNNMK_OUTPUT_BITS
        case .int32: BNNMK_OUTPUT_INT32
        case .float32: BNNMK_OUTPUT_FLOAT32
        }
    }

    /// A pixel of padding at the start of the scratch memory: bit 1 stands for −1, and bits behind the last channel are
    /// 0.
    private static func preparePadPixel(_ run: OperatorRun, _ layout: Layout, isMinus: Bool) -> UnsafePointer<UInt64> {
        let words = run.scratch.assumingMemoryBound(to: UInt64.self)
        let count = Int(layout.words)
        words.update(repeating: isMinus ? .max : 0, count: count)
        let tail = UInt64(layout.channels % 64)
        if isMinus, tail != 0 { words[count &- 1] = (1 << tail) &- 1 }
        return UnsafePointer(words)
    }

    /// Copies a group's channels of one image, so that they begin at a word.
    private static func extract(
        _ run: OperatorRun, _ pixels: UnsafePointer<UInt64>, _ x: Tensor, _ layout: Layout, _ group: Int,
        to words: UnsafeMutablePointer<UInt64>
    ) {
        let arguments = bnnmk_extract(
            input: pixels, output: words, input_stride: UInt32(x.rowWords),
            offset: UInt32(group &* Int(layout.channels)), channels: UInt32(layout.channels))
        withUnsafePointer(to: ExtractCall(kernel: run.table.pointee.extract, arguments: arguments)) {
            run.parallel(x.dims[1] &* x.dims[2], cost: layout.words &* 8, $0) { context, begin, end in
                guard let call = context?.assumingMemoryBound(to: ExtractCall.self).pointee else { return }
                withUnsafePointer(to: call.arguments) { call.kernel?($0, begin, end) }
            }
        }
    }
}
