// The layouts of weights: what a target wants, and words into a layout and back.

import BNNMFormat
import BNNMKernels
import TestSupport
import XCTest

final class WeightLayoutTests: XCTestCase {
    private func shape(_ outChannels: Int, _ taps: Int, _ channels: Int, groups: Int = 1) -> bnnmf_weight_shape {
        bnnmf_weight_shape(
            groups: UInt32(groups), out_channels: UInt32(outChannels), taps: UInt32(taps), channels: UInt32(channels))
    }

    private func layout(_ target: bnnmf_target, _ shape: bnnmf_weight_shape, isMasked: Bool = false) -> UInt32 {
        var shape = shape
        return bnnmf_weight_layout_for(target, &shape, isMasked ? 1 : 0).rawValue
    }

    /// Words of all groups, with 0 behind the last channel and in channels that are missing.
    private func words(_ shape: bnnmf_weight_shape, using random: inout SeededRandom) -> [UInt64] {
        let perTap = (Int(shape.channels) + 63) / 64
        let blocks = (Int(shape.out_channels) + 7) / 8
        var words: [UInt64] = []
        for _ in 0..<shape.groups {
            for block in 0..<blocks {
                for _ in 0..<shape.taps {
                    for word in 0..<perTap {
                        let bits = min(Int(shape.channels) - word * 64, 64)
                        let used: UInt64 = bits == 64 ? .max : (1 << UInt64(bits)) - 1
                        for channel in 0..<8 {
                            words.append(block * 8 + channel < shape.out_channels ? random.next() & used : 0)
                        }
                    }
                }
            }
        }
        return words
    }

    func testAVX2WantsNibblesOfUnmaskedLayersWithChannelsEnough() {
        let (words, nibbles) = (BNNMF_LAYOUT_WORDS.rawValue, BNNMF_LAYOUT_NIBBLES.rawValue)
        let target = BNNMF_TARGET_X86_AVX2
        XCTAssertEqual(layout(target, shape(64, 9, 64)), nibbles)
        XCTAssertEqual(layout(target, shape(512, 9, 512)), nibbles)
        XCTAssertEqual(layout(target, shape(24, 9, 3)), nibbles)
        XCTAssertEqual(layout(target, shape(64, 9, 64), isMasked: true), words)
        XCTAssertEqual(layout(target, shape(23, 9, 64)), words)
        XCTAssertEqual(layout(target, shape(40, 9, 64)), words)
        XCTAssertEqual(layout(target, shape(48, 9, 64)), nibbles)
        XCTAssertEqual(layout(target, shape(32, 1, 16384)), nibbles)
        XCTAssertEqual(layout(target, shape(32, 1, 16385)), words)
        XCTAssertEqual(layout(target, shape(4096, 1, 4096)), words, "a dense layer waits for its weights")
        for target in [BNNMF_TARGET_PORTABLE, BNNMF_TARGET_X86_AVX512] {
            XCTAssertEqual(layout(target, shape(64, 9, 64)), words)
        }
    }

    func testNibblesStandAsDescribed() {
        // One channel of every half, nibbles 0x1...0xF of one tap of 64 channels.
        var shape = shape(64, 1, 64)
        for channel in [0, 1, 15, 16, 17, 31, 32, 48, 63] {
            var words = [UInt64](repeating: 0, count: 64)
            words[channel] = 0xFEDC_BA98_7654_3210
            var bytes = [UInt8](repeating: 0xFF, count: Int(bnnmf_weight_group_size(BNNMF_LAYOUT_NIBBLES, &shape)))
            XCTAssertEqual(bytes.count, 16 * 64)
            bnnmf_weights_from_words(BNNMF_LAYOUT_NIBBLES, &shape, words, &bytes)
            let within = channel % 32
            let position = channel / 32 * 32 + within % 16 * 2 + within / 16
            for (i, byte) in bytes.enumerated() {
                XCTAssertEqual(byte, i % 64 == position ? UInt8(i / 64) : 0, "channel \(channel), byte \(i)")
            }
        }
    }

    func testWordsComeBack() {
        var random = SeededRandom(seed: 4)
        for layout in [BNNMF_LAYOUT_WORDS, BNNMF_LAYOUT_NIBBLES] {
            for outChannels in [1, 8, 31, 32, 33, 64, 65, 96, 97, 130] {
                for channels in [1, 7, 8, 9, 63, 64, 65, 128, 200] {
                    var shape = shape(
                        outChannels, random.pick([1, 4, 9]), channels, groups: random.pick([1, 2, 3]))
                    let expected = words(shape, using: &random)
                    let size = Int(bnnmf_weight_group_size(layout, &shape))
                    XCTAssertEqual(size % 8, 0)
                    // One byte more, which must stay.
                    var laidOut = [UInt8](repeating: 0xA5, count: size * Int(shape.groups) + 1)
                    bnnmf_weights_from_words(layout, &shape, expected, &laidOut)
                    XCTAssertEqual(laidOut.last, 0xA5)
                    var back = [UInt64](repeating: .max, count: expected.count)
                    bnnmf_weights_to_words(layout, &shape, laidOut, &back)
                    XCTAssertEqual(back, expected, "layout \(layout.rawValue), \(shape)")
                }
            }
        }
    }

    func testKernelsNumberLayoutsAsTheFormatDoes() {
        XCTAssertEqual(BNNMK_LAYOUT_WORDS.rawValue, BNNMF_LAYOUT_WORDS.rawValue)
        XCTAssertEqual(BNNMK_LAYOUT_NIBBLES.rawValue, BNNMF_LAYOUT_NIBBLES.rawValue)
    }

    func testX86LevelsNameTheirTargets() throws {
        for level in KernelLevel.available {
            let name = String(cString: level.table.binary_conv2d_name)
            if name.hasSuffix("vpopcntdq") {
                XCTAssertEqual(level.table.target, BNNMF_TARGET_X86_AVX512.rawValue)
            } else if name.contains("x86") {
                XCTAssertEqual(level.table.target, BNNMF_TARGET_X86_AVX2.rawValue)
            } else if name.hasSuffix("generic") {
                XCTAssertEqual(level.table.target, BNNMF_TARGET_PORTABLE.rawValue)
            }
        }
    }
}
