// Binary convolution at every level against sums of products of -1 and +1: exactly.

import BNNMKernels
import TestSupport
import XCTest

final class BinaryConvolutionTests: XCTestCase {
    private func check(_ test: BinaryConvolutionCase) {
        let operands = test.operands()
        for level in KernelLevel.available {
            operands.check(level)
        }
    }

    private static let pointwise = WindowGeometry(inHeight: 2, inWidth: 3)
    private static let padded3x3 = WindowGeometry(
        inHeight: 3, inWidth: 7, kernelHeight: 3, kernelWidth: 3, padTop: 1, padLeft: 1, padBottom: 1, padRight: 1)

    func testChannelCountsAroundWordsAndBlocks() {
        var seed: UInt64 = 1
        for channels in [1, 63, 64, 65, 127, 128, 129] {
            for outChannels in [1, 7, 8, 9, 64, 65] {
                check(
                    BinaryConvolutionCase(
                        seed: seed, geometry: Self.pointwise, channels: channels, outChannels: outChannels))
                if channels * outChannels <= 65 * 65 {
                    check(
                        BinaryConvolutionCase(
                            seed: seed, geometry: Self.padded3x3, channels: channels, outChannels: outChannels))
                }
                seed += 1
            }
        }
    }

    func testEveryWidthOfMapForBlocksOfPixels() {
        for width in 1...30 {
            var geometry = Self.padded3x3
            geometry.inWidth = width
            check(BinaryConvolutionCase(seed: UInt64(width), geometry: geometry, channels: 65, outChannels: 9))
            // Two pixels at each border, or one that misses two taps.
            geometry.kernelWidth = 5
            (geometry.padLeft, geometry.padRight) = (2, 2)
            check(BinaryConvolutionCase(seed: UInt64(width), geometry: geometry, channels: 65, outChannels: 24))
            geometry.strideWidth = 2
            check(BinaryConvolutionCase(seed: UInt64(width), geometry: geometry, channels: 65, outChannels: 16))
        }
    }

    func testRandomShapes() {
        for seed in 1000..<(1000 + UInt64(300)) {
            var random = SeededRandom(seed: seed)
            let geometry = WindowGeometry.random(using: &random)
            var test = BinaryConvolutionCase(
                seed: seed, geometry: geometry, channels: random.pick([1, 3, 63, 64, 65, 127, 128, 129]),
                outChannels: random.pick([1, 7, 8, 9, 17]))
            test.channelOffset = random.pick([0, 0, 5, 8, 59, 61, 64, 67])
            test.outputChannels = test.channelOffset + test.outChannels + random.pick([0, 3, 64])
            test.extraStride = random.pick([0, 0, 1, 2])
            test.padding = random.pick(BinaryConvolutionCase.Padding.allCases)
            test.inputPattern = random.pick([.random, .random, .plus, .minus])
            test.weightPattern = random.pick([.random, .random, .plus, .minus])
            test.switchCount = random.pick([0, 1, 1, 2, 3, 4])
            test.hasBias = Bool.random(using: &random)
            check(test)
        }
    }

    func testOnlyInputsInTheMaskCount() {
        for seed in 2000..<(2000 + UInt64(200)) {
            var random = SeededRandom(seed: seed)
            var test = BinaryConvolutionCase(
                seed: seed, geometry: WindowGeometry.random(using: &random),
                channels: random.pick([1, 3, 63, 64, 65, 127, 128, 129]), outChannels: random.pick([1, 7, 8, 9, 17]))
            test.channelOffset = random.pick([0, 0, 5, 8, 59, 61, 64, 67])
            test.outputChannels = test.channelOffset + test.outChannels + random.pick([0, 3, 64])
            test.extraStride = random.pick([0, 0, 1, 2])
            test.inputPattern = random.pick([.random, .random, .plus, .minus])
            test.weightPattern = random.pick([.random, .random, .plus, .minus])
            test.hasMask = true
            check(test)
        }
        // Over the limit of per-byte counters.
        var test = BinaryConvolutionCase(
            seed: 3, geometry: WindowGeometry(inWidth: 5), channels: 93 * 64 + 5, outChannels: 9)
        test.inputPattern = .plus
        test.weightPattern = .minus
        test.hasMask = true
        check(test)
    }

    /// All bits differ over many words: per-byte counters fill up to their limit, and over it if they were not emptied.
    func testCountersDoNotOverflow() {
        for words in [30, 31, 32, 33, 61, 62, 63, 93, 144, 300] {
            for inputPattern in [SignPattern.plus, .minus, .random] {
                var test = BinaryConvolutionCase(
                    seed: UInt64(words), geometry: WindowGeometry(inWidth: 5), channels: words * 64, outChannels: 9)
                test.inputPattern = inputPattern
                test.weightPattern = .minus
                check(test)
            }
        }
        var test = BinaryConvolutionCase(seed: 7, geometry: Self.padded3x3, channels: 2000, outChannels: 2)
        test.inputPattern = .plus
        test.weightPattern = .minus
        test.padding = .plus
        check(test)
        test.geometry.dilationWidth = 2
        check(test)
    }

    func testWindowsWhollyOnPadding() {
        for padding in BinaryConvolutionCase.Padding.allCases {
            for (kernel, pads) in [(1, 3), (2, 5), (3, 6)] {
                var test = BinaryConvolutionCase(
                    seed: UInt64(pads),
                    geometry: WindowGeometry(
                        inHeight: 2, inWidth: 2, kernelHeight: kernel, kernelWidth: kernel, padTop: pads,
                        padLeft: pads - 1, padBottom: pads, padRight: pads + 1),
                    channels: 70, outChannels: 9)
                test.padding = padding
                check(test)
            }
        }
    }

    func testKernelsLargerThanTheMap() {
        for padding in BinaryConvolutionCase.Padding.allCases {
            var test = BinaryConvolutionCase(
                seed: 5,
                geometry: WindowGeometry(
                    inHeight: 2, inWidth: 3, kernelHeight: 7, kernelWidth: 7, dilationHeight: 2, dilationWidth: 1,
                    padTop: 6, padLeft: 3, padBottom: 6, padRight: 4),
                channels: 64, outChannels: 8)
            test.padding = padding
            check(test)
        }
    }

    func testLimitsOfSwitchPoints() {
        for switchCount in 0...4 {
            var test = BinaryConvolutionCase(
                seed: UInt64(90 + switchCount), geometry: WindowGeometry(inWidth: 9), channels: 3, outChannels: 65)
            test.switchCount = switchCount
            check(test)
        }
    }

    /// Where a bias is near its scale one rounding is as good as two; where it is not, it may not be.
    func testScalesAndBiasesOfAnySize() {
        let outChannels = 64
        let operands = BinaryConvolutionCase(
            seed: 5, geometry: Self.padded3x3, channels: 64, outChannels: outChannels
        ).operands()
        let powers: [Float] = [0, 1e-44, 1e-39, 1e-30, 1e-9, 1e-3, 1, 3e3, 1e4, 1e9, 1e30, 3e38, .infinity, .nan]
        for (level, layout) in KernelLevel.available.flatMap({ level in operands.layouts(level).map { (level, $0) } }) {
            for power in powers {
                var random = SeededRandom(seed: 9)
                let scales = InputMemory((0..<outChannels).map { _ in random.float(2) })
                let biases = InputMemory((0..<outChannels).map { _ in random.float(2) * power })
                let count = operands.accumulators.count
                let values = OutputMemory<Float>(count: count, initial: -77, guardValue: 1)
                operands.withArguments(layout) { arguments in
                    var arguments = arguments
                    arguments.scale = scales.pointer
                    arguments.bias = biases.pointer
                    (arguments.minimum, arguments.maximum) = (-.infinity, .infinity)
                    arguments.output_kind = BNNMK_OUTPUT_FLOAT32
                    arguments.output = UnsafeMutableRawPointer(values.pointer)
                    level.table.binary_conv2d(&arguments, 0, 3)
                }
                let expected = (0..<count).map { i in
                    let m = i % outChannels
                    let product = Double(scales.pointer[m]) * Double(operands.accumulators[i])
                    return Float(product + Double(biases.pointer[m]))
                }
                XCTAssertEqual(
                    bits(values.elements), bits(expected),
                    "\(level.name), layout \(layout.rawValue), biases about \(power)")
                XCTAssertTrue(values.guardsAreIntact, level.name)
                withExtendedLifetime((scales, biases)) {}
            }
        }
    }
}
