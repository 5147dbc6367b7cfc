// Binary convolution by nibble tables where its paths part: strips, tiles and blocks of channels, the limit of its
// counts. `BinaryConvolutionTests` checks other shapes.

import BNNMFormat
import BNNMKernels
import TestSupport
import XCTest

final class NibbleConvolutionTests: XCTestCase {
    /// Levels whose target takes nibbles.
    private var levels: [KernelLevel] {
        KernelLevel.available.filter { $0.table.target == BNNMF_TARGET_X86_AVX2.rawValue }
    }

    private func check(_ test: BinaryConvolutionCase) {
        let operands = test.operands()
        for level in levels {
            XCTAssertTrue(operands.layouts(level).contains(BNNMK_LAYOUT_NIBBLES), test.description)
            operands.check(level)
        }
    }

    private static func padded3x3(width: Int) -> WindowGeometry {
        WindowGeometry(
            inHeight: 3, inWidth: width, kernelHeight: 3, kernelWidth: 3, padTop: 1, padLeft: 1, padBottom: 1,
            padRight: 1)
    }

    func testOutputChannelsAroundBlocksAndTheirHalves() {
        for outChannels in [1, 16, 31, 32, 33, 40, 63, 64, 65, 95, 96, 97, 127, 128, 129, 160] {
            for channels in [8, 60, 64, 72, 200] {
                var test = BinaryConvolutionCase(
                    seed: UInt64(outChannels * 1000 + channels), geometry: Self.padded3x3(width: 9),
                    channels: channels, outChannels: outChannels)
                test.channelOffset = outChannels % 3 * 20
                test.outputChannels = test.channelOffset + outChannels + 5
                test.switchCount = outChannels % 4
                check(test)
            }
        }
    }

    func testEveryWidthOfMap() {
        for width in 1...20 {
            check(
                BinaryConvolutionCase(
                    seed: UInt64(width), geometry: Self.padded3x3(width: width), channels: 64, outChannels: 96))
        }
    }

    /// Rows that are taken apart in several strips, down to a pixel at a time.
    func testRowsOfManyStrips() {
        for (channels, width, kernel) in [(8, 1500, 3), (256, 61, 5), (1024, 9, 3), (16384, 3, 1), (656, 7, 7)] {
            for padding in BinaryConvolutionCase.Padding.allCases {
                var test = BinaryConvolutionCase(
                    seed: UInt64(channels),
                    geometry: WindowGeometry(
                        inHeight: 2, inWidth: width, kernelHeight: kernel > 5 ? 1 : kernel, kernelWidth: kernel,
                        padTop: kernel > 5 ? 0 : kernel / 2, padLeft: kernel / 2,
                        padBottom: kernel > 5 ? 0 : kernel / 2, padRight: kernel / 2),
                    channels: channels, outChannels: 33)
                test.padding = padding
                check(test)
            }
        }
    }

    func testRandomWindowsOfManyOutputChannels() {
        for seed in 7000..<(7000 + UInt64(200)) {
            var random = SeededRandom(seed: seed)
            var test = BinaryConvolutionCase(
                seed: seed, geometry: WindowGeometry.random(using: &random),
                channels: random.pick([1, 8, 24, 64, 65, 96, 128]), outChannels: random.pick([24, 32, 64, 70, 128]))
            test.channelOffset = random.pick([0, 0, 8, 61, 64])
            test.outputChannels = test.channelOffset + test.outChannels + random.pick([0, 3])
            test.extraStride = random.pick([0, 0, 1])
            test.padding = random.pick(BinaryConvolutionCase.Padding.allCases)
            test.switchCount = random.pick([0, 1, 2, 3])
            test.hasBias = Bool.random(using: &random)
            check(test)
        }
    }

    /// As many nibbles as are laid out at most, all of them different, or none.
    func testCountsAtTheirLimit() {
        for channels in [16376, 16384] {
            for inputPattern in [SignPattern.plus, .minus] {
                var test = BinaryConvolutionCase(
                    seed: 1, geometry: WindowGeometry(inWidth: 9), channels: channels, outChannels: 65)
                test.inputPattern = inputPattern
                test.weightPattern = .minus
                check(test)
            }
        }
    }
}
