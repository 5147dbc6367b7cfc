// Runs a kernel on a case at one level, in every output kind and split, and compares with plain arithmetic.

import BNNMFormat
import BNNMKernels
import XCTest

extension BinaryConvolutionOperands {
    var weightShape: bnnmf_weight_shape {
        bnnmf_weight_shape(
            groups: 1, out_channels: UInt32(test.outChannels),
            taps: UInt32(test.geometry.kernelHeight * test.geometry.kernelWidth), channels: UInt32(test.channels))
    }

    /// The layouts of these weights that a level takes, whether or not its target would choose them.
    func layouts(_ level: KernelLevel) -> [bnnmk_weight_layout] {
        let shape = weightShape
        let takesNibbles =
            level.table.target == BNNMF_TARGET_X86_AVX2.rawValue && !test.hasMask
            && shape.taps * 2 * ((shape.channels + 7) / 8) <= 4096
        return takesNibbles ? [BNNMK_LAYOUT_WORDS, BNNMK_LAYOUT_NIBBLES] : [BNNMK_LAYOUT_WORDS]
    }

    private func weights(_ layout: bnnmk_weight_layout) -> [UInt64] {
        guard layout != BNNMK_LAYOUT_WORDS else { return packedWeights }
        let fileLayout = bnnmf_weight_layout(rawValue: layout.rawValue)
        var shape = weightShape
        let size = bnnmf_weight_group_size(fileLayout, &shape)
        var laidOut = [UInt64](repeating: .max, count: Int(size / 8))
        bnnmf_weights_from_words(fileLayout, &shape, packedWeights, &laidOut)
        return laidOut
    }

    /// Calls `body` with the kernel's arguments, but for the output.
    func withArguments(_ layout: bnnmk_weight_layout = BNNMK_LAYOUT_WORDS, _ body: (bnnmk_binary_conv2d) -> Void) {
        let x = InputMemory(packedInput)
        let w = InputMemory(weights(layout))
        let pad = paddingSums.map { InputMemory($0) }
        let counted = packedMask.map { InputMemory($0) }
        let points = InputMemory(switchPoints)
        let scales = InputMemory(scale)
        let biases = InputMemory(bias)
        withExtendedLifetime((x, w, pad, counted, points, scales, biases)) {
            var arguments = bnnmk_binary_conv2d()
            arguments.window = test.geometry.window
            arguments.input = x.pointer
            arguments.input_words = UInt32(wordCount(test.channels))
            arguments.input_stride = arguments.input_words + UInt32(test.extraStride)
            arguments.channels = UInt32(test.channels)
            arguments.weights = w.pointer
            arguments.layout = layout
            arguments.padding_sums = pad?.pointer
            arguments.mask = counted?.pointer
            arguments.out_channels = UInt32(test.outChannels)
            arguments.channel_offset = UInt32(test.channelOffset)
            arguments.output_channels = UInt32(test.outputChannels)
            arguments.switch_points = points.pointer + test.channelOffset
            arguments.switch_count = UInt32(test.switchCount)
            arguments.scale = scales.pointer + test.channelOffset
            arguments.bias = test.hasBias ? biases.pointer + test.channelOffset : nil
            arguments.minimum = minimum
            arguments.maximum = maximum
            body(arguments)
        }
    }

    private func run<Element: Equatable>(
        _ level: KernelLevel, _ kind: bnnmk_output, _ split: [Range<Int>], _ arguments: bnnmk_binary_conv2d,
        into output: OutputMemory<Element>
    ) {
        var arguments = arguments
        arguments.output_kind = kind
        arguments.output = UnsafeMutableRawPointer(output.pointer)
        for rows in split {
            level.table.binary_conv2d(&arguments, UInt32(rows.lowerBound), UInt32(rows.upperBound))
        }
    }

    /// Fails the test once, naming the case, where an output at this level is wrong.
    func check(_ level: KernelLevel) {
        for layout in layouts(level) {
            check(level, layout)
        }
    }

    private func check(_ level: KernelLevel, _ layout: bnnmk_weight_layout) {
        let pixelCount = test.geometry.outHeight * test.geometry.outWidth
        let name = "\(level.name), layout \(layout.rawValue)"
        withArguments(layout) { arguments in
            for split in splits(of: test.geometry.outHeight) {
                let words = OutputMemory<UInt64>(
                    count: pixelCount * wordCount(test.outputChannels), initial: 0, guardValue: 0x5A5A_0FF0)
                run(level, BNNMK_OUTPUT_BITS, split, arguments, into: words)
                if words.elements != expectedBits || !words.guardsAreIntact {
                    return XCTFail("bits at \(name), \(split): \(test)")
                }
                for withRowSums in [false, true] {
                    let sums = OutputMemory<Int32>(
                        count: pixelCount * test.outputChannels, initial: -77, guardValue: 1234)
                    let rowSums = OutputMemory<Double>(
                        count: test.geometry.outHeight * test.outputChannels, initial: 0, guardValue: 1234)
                    var arguments = arguments
                    arguments.row_sums = withRowSums ? rowSums.pointer : nil
                    run(level, BNNMK_OUTPUT_INT32, split, arguments, into: sums)
                    if sums.elements != expected(-77, { Int32(accumulators[$0]) }) || !sums.guardsAreIntact {
                        return XCTFail("int32 at \(name), \(split): \(test)")
                    }
                    let expectedSums = withRowSums ? expectedRowSums { Double(accumulators[$0]) } : rowSums.elements
                    if rowSums.elements != expectedSums || !rowSums.guardsAreIntact {
                        return XCTFail("row sums at \(name), \(split): \(test)")
                    }
                }
                let values = OutputMemory<Float>(
                    count: pixelCount * test.outputChannels, initial: -77, guardValue: 1234)
                run(level, BNNMK_OUTPUT_FLOAT32, split, arguments, into: values)
                if values.elements != expected(-77, expectedFloat) || !values.guardsAreIntact {
                    return XCTFail("float32 at \(name), \(split): \(test)")
                }
            }
        }
    }

    /// The whole output: `value` of accumulator i in the group's channels, `other` elsewhere.
    func expected<Element>(_ other: Element, _ value: (Int) -> Element) -> [Element] {
        let pixelCount = test.geometry.outHeight * test.geometry.outWidth
        var elements = [Element](repeating: other, count: pixelCount * test.outputChannels)
        for pixel in 0..<pixelCount {
            for m in 0..<test.outChannels {
                elements[pixel * test.outputChannels + test.channelOffset + m] = value(pixel * test.outChannels + m)
            }
        }
        return elements
    }

    /// Channels outside of the group stay +1, as the caller cleared them.
    private var expectedBits: [UInt64] {
        let decisions = expected(Int8(1)) { i -> Int8 in
            let channel = test.channelOffset + i % test.outChannels
            let passed = (0..<test.switchCount).filter {
                Int(switchPoints[$0 * test.outputChannels + channel]) <= accumulators[i]
            }
            return passed.count % 2 == 1 ? 1 : -1
        }
        return pack(decisions, channels: test.outputChannels)
    }

    /// Row by row, the sums of `value` of the group's accumulators, pixel by pixel; 0 elsewhere.
    func expectedRowSums(_ value: (Int) -> Double) -> [Double] {
        let width = test.geometry.outWidth
        var sums = [Double](repeating: 0, count: test.geometry.outHeight * test.outputChannels)
        for pixel in 0..<(test.geometry.outHeight * width) {
            for m in 0..<test.outChannels {
                let column = test.channelOffset + m
                sums[pixel / width * test.outputChannels + column] += value(pixel * test.outChannels + m)
            }
        }
        return sums
    }

    /// The scaled and clamped number of accumulator i.
    func expectedFloat(_ i: Int) -> Float {
        let channel = test.channelOffset + i % test.outChannels
        let product = Double(scale[channel]) * Double(accumulators[i])
        let value = Float(product + (test.hasBias ? Double(bias[channel]) : 0))
        return min(max(value, minimum), maximum)
    }
}
