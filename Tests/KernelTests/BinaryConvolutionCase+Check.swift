// Runs a kernel on a case at one level, in every output kind and split, and compares with plain arithmetic.

import BNNMKernels
import XCTest

extension BinaryConvolutionOperands {
    /// Calls `body` with the kernel's arguments, but for the output.
    private func withArguments(_ body: (bnnmk_binary_conv2d) -> Void) {
        let x = InputMemory(packedInput)
        let w = InputMemory(packedWeights)
        let pad = padPixel.map { InputMemory(pack($0, channels: test.channels)) }
        let points = InputMemory(switchPoints)
        let scales = InputMemory(scale)
        let biases = InputMemory(bias)
        withExtendedLifetime((x, w, pad, points, scales, biases)) {
            var arguments = bnnmk_binary_conv2d()
            arguments.window = test.geometry.window
            arguments.input = x.pointer
            arguments.input_words = UInt32(wordCount(test.channels))
            arguments.input_stride = arguments.input_words + UInt32(test.extraStride)
            arguments.channels = UInt32(test.channels)
            arguments.weights = w.pointer
            arguments.pad_pixel = pad?.pointer
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

    /// True where all outputs at this level are right; else fails the test once, naming the case.
    func check(_ level: KernelLevel) {
        let pixelCount = test.geometry.outHeight * test.geometry.outWidth
        withArguments { arguments in
            for split in splits(of: test.geometry.outHeight) {
                let words = OutputMemory<UInt64>(
                    count: pixelCount * wordCount(test.outputChannels), initial: 0, guardValue: 0x5A5A_0FF0)
                run(level, BNNMK_OUTPUT_BITS, split, arguments, into: words)
                if words.elements != expectedBits || !words.guardsAreIntact {
                    return XCTFail("bits at \(level.name), \(split): \(test)")
                }
                let sums = OutputMemory<Int32>(
                    count: pixelCount * test.outputChannels, initial: -77, guardValue: 1234)
                run(level, BNNMK_OUTPUT_INT32, split, arguments, into: sums)
                if sums.elements != expected(-77, { Int32(accumulators[$0]) }) || !sums.guardsAreIntact {
                    return XCTFail("int32 at \(level.name), \(split): \(test)")
                }
                let values = OutputMemory<Float>(
                    count: pixelCount * test.outputChannels, initial: -77, guardValue: 1234)
                run(level, BNNMK_OUTPUT_FLOAT32, split, arguments, into: values)
                if values.elements != expected(-77, expectedFloat) || !values.guardsAreIntact {
                    return XCTFail("float32 at \(level.name), \(split): \(test)")
                }
            }
        }
    }

    /// The whole output: `value` of accumulator i in the group's channels, `other` elsewhere.
    private func expected<Element>(_ other: Element, _ value: (Int) -> Element) -> [Element] {
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

    private func expectedFloat(_ i: Int) -> Float {
        let channel = test.channelOffset + i % test.outChannels
        let product = Double(scale[channel]) * Double(accumulators[i])
        let value = Float(product + (test.hasBias ? Double(bias[channel]) : 0))
        return min(max(value, minimum), maximum)
    }
}
