import BNNMFormat
import BNNMKernels
import BNNMPlatform
import CBNNM

/// The execution of a binary convolution: one kernel call for each image and group.
extension BinaryConv2D {
    /// What all kernel calls of an operator's execution have in common.
    private struct State {
        let run: OperatorRun
        let x: Tensor
        let op: bnnmf_binary_conv2d
        let layout: Layout
        let geometry: WindowGeometry
        let weights: UnsafeRawPointer
        /// Room for one group of an image, and of its mask.
        let extracted: UnsafeMutablePointer<UInt64>
        let extractedMask: UnsafeMutablePointer<UInt64>

        /// Words of an image of the input and of the mask.
        var imageWords: Int { Int(x.rows &* x.rowWords) / geometry.imageCount }
    }

    static func run(_ run: OperatorRun) {
        let (x, op) = (run.inputTensor(0), run.record.parameters.binary_conv2d)
        let layout = Layout(op, x, run.outputTensor)
        guard let weights = run.weights.bytes, let dims = Epilogue.valueDims(run.record, x, run.outputTensor) else {
            return
        }
        let scratch = run.scratch.assumingMemoryBound(to: UInt64.self)
        let geometry = WindowGeometry(op.window, x.dims, dims)
        let group = layout.needsExtraction ? Int(x.rows) / geometry.imageCount &* Int(layout.words) : 0
        let state = State(
            run: run, x: x, op: op, layout: layout, geometry: geometry, weights: weights, extracted: scratch,
            extractedMask: scratch + group)
        if let epilogue = Epilogue(run.record) {
            let own = scratch + Int(scratchWordCount(op, x, run.outputTensor))
            runEpilogue(state, EpilogueRun(epilogue, run, dims, scratch: own))
        } else {
            runPlain(state)
        }
    }

    private static func runPlain(_ state: State) {
        let (run, y) = (state.run, state.run.outputTensor)
        let output = run.output(as: UInt8.self)
        if y.elementType == .bits { output.update(repeating: 0, count: y.byteCount) }
        let points = run.blob(state.op.switch_points, as: Int32.self)
        let images = state.geometry.imageCount
        for image in 0..<images {
            for group in 0..<Int(state.layout.groups) {
                var arguments = arguments(state, image, group)
                arguments.output_kind = outputKind(y.elementType)
                arguments.output = UnsafeMutableRawPointer(output + image &* (y.byteCount / images))
                arguments.switch_points = points.map { $0 + Int(arguments.channel_offset) }
                arguments.switch_count = points == nil ? 0 : state.op.switch_count
                convolve(state, arguments, extraCost: 0)
            }
        }
    }

    private static func runEpilogue(_ state: State, _ end: EpilogueRun) {
        let (run, epilogue) = (state.run, end.epilogue)
        let isScaled = run.blob(state.op.scale, as: Float.self) != nil
        if epilogue.storesDecisions {
            let words = end.imageCount &* end.pixelCount &* Int(wordCount(Int64(end.channels)))
            // As bytes, which compilers clear by the C library's function.
            run.result(epilogue.decisionsPosition, as: UInt8.self).update(repeating: 0, count: words &* 8)
        }
        let extraCost = Int64(end.pixelCount) / Int64(state.geometry.outputHeight) &* state.layout.outChannels
        for image in 0..<state.geometry.imageCount {
            end.clearRowSums()
            let form = isScaled ? end.kernelForm(image: image) : bnnmk_epilogue()
            withUnsafePointer(to: form) { form in
                for group in 0..<Int(state.layout.groups) {
                    var arguments = arguments(state, image, group)
                    if isScaled {
                        arguments.output_kind = BNNMK_OUTPUT_EPILOGUE
                        arguments.epilogue = form
                    } else {
                        arguments.output_kind = BNNMK_OUTPUT_INT32
                        let values = run.result(0, as: Int32.self) + image &* end.pixelCount &* end.channels
                        arguments.output = UnsafeMutableRawPointer(values)
                        arguments.row_sums = end.rowSums
                    }
                    convolve(state, arguments, extraCost: extraCost &* end.costPerValue)
                }
            }
            end.storeAverages(image: image)
        }
    }

    /// A kernel call for one image and group, without what it writes.
    private static func arguments(_ state: State, _ image: Int, _ group: Int) -> bnnmk_binary_conv2d {
        let (run, op, layout) = (state.run, state.op, state.layout)
        let offset = group &* Int(layout.outChannels)
        var arguments = bnnmk_binary_conv2d()
        arguments.window = state.geometry.forKernels
        arguments.input = groupPixels(state, 0, image, group, to: state.extracted)
        if op.mask != 0 {
            arguments.mask = groupPixels(state, Int(op.mask), image, group, to: state.extractedMask)
        }
        arguments.input_stride = UInt32(layout.needsExtraction ? layout.words : state.x.rowWords)
        arguments.input_words = UInt32(layout.words)
        arguments.channels = UInt32(layout.channels)
        let weights = state.weights + group &* run.weights.groupByteCount
        arguments.weights = weights.assumingMemoryBound(to: UInt64.self)
        arguments.layout = bnnmk_weight_layout(rawValue: run.weights.layout)
        arguments.padding_sums = run.weights.paddingSums.map { $0 + group &* run.weights.groupPaddingSumCount }
        arguments.pad_value = op.pad_value
        arguments.out_channels = UInt32(layout.outChannels)
        arguments.channel_offset = UInt32(offset)
        arguments.output_channels = UInt32(layout.outChannels &* layout.groups)
        arguments.scale = run.blob(op.scale, as: Float.self).map { $0 + offset }
        arguments.bias = run.blob(op.bias, as: Float.self).map { $0 + offset }
        arguments.minimum = op.minimum
        arguments.maximum = op.maximum
        arguments.core = bnnmp_current_core
        return arguments
    }

    private static func convolve(_ state: State, _ arguments: bnnmk_binary_conv2d, extraCost: Int64) {
        let layout = state.layout
        let cost = state.geometry.outputWidth &* layout.taps &* layout.words &* layout.blocks &* 16 &+ extraCost
        state.run.parallel(state.geometry.outputHeight, cost: cost, state.run.table.pointee.binary_conv2d, arguments)
    }

    /// A group's pixels of one image of an operand, where they are or, if they do not begin at a word, copied.
    private static func groupPixels(
        _ state: State, _ operand: Int, _ image: Int, _ group: Int, to words: UnsafeMutablePointer<UInt64>
    ) -> UnsafePointer<UInt64> {
        let pixels = state.run.input(operand, as: UInt64.self) + image &* state.imageWords
        guard state.layout.needsExtraction else {
            return pixels + (state.layout.groups == 1 ? 0 : group &* Int(state.layout.words))
        }
        extract(state.run, pixels, state.x, state.layout, group, to: words)
        return UnsafePointer(words)
    }

    private static func outputKind(_ type: Tensor.ElementType) -> bnnmk_output {
        switch type {
        case .bits: BNNMK_OUTPUT_BITS
        case .int32: BNNMK_OUTPUT_INT32
        default: BNNMK_OUTPUT_FLOAT32
        }
    }

    /// Copies a group's channels of one image, so that they begin at a word.
    private static func extract(
        _ run: OperatorRun, _ pixels: UnsafePointer<UInt64>, _ x: Tensor, _ layout: Layout, _ group: Int,
        to words: UnsafeMutablePointer<UInt64>
    ) {
        let arguments = bnnmk_extract(
            input: pixels, output: words, input_stride: UInt32(x.rowWords),
            offset: UInt32(group &* Int(layout.channels)), channels: UInt32(layout.channels))
        run.parallel(x.dims[1] &* x.dims[2], cost: layout.words &* 8, run.table.pointee.extract, arguments)
    }
}
