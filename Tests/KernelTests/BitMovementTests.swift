// Unpacking bits to numbers, telling where bits differ, and cutting channels out of rows of bits, at every level.

import BNNMKernels
import TestSupport
import XCTest

final class BitMovementTests: XCTestCase {
    func testUnpackGivesMinusAndPlusOne() {
        for channels in [1, 7, 63, 64, 65, 127, 128, 129] {
            for pattern in SignPattern.allCases {
                var random = SeededRandom(seed: UInt64(channels))
                let values = pattern.values(5 * channels, using: &random)
                let bits = InputMemory(pack(values, channels: channels))
                for level in KernelLevel.available {
                    for split in splits(of: 5) {
                        let output = OutputMemory<Float>(count: values.count, initial: 9, guardValue: 5)
                        var arguments = bnnmk_unpack(
                            input: bits.pointer, output: output.pointer, channels: UInt32(channels))
                        for rows in split {
                            level.table.unpack(&arguments, UInt32(rows.lowerBound), UInt32(rows.upperBound))
                        }
                        XCTAssertEqual(output.elements, values.map { Float($0) }, "\(channels) at \(level.name)")
                        XCTAssertTrue(output.guardsAreIntact, "\(channels) at \(level.name)")
                    }
                }
                withExtendedLifetime(bits) {}
            }
        }
    }

    func testADifferenceIsPlusOneAndTailsStayClear() {
        for channels in [1, 7, 63, 64, 65, 127, 128, 129] {
            var random = SeededRandom(seed: UInt64(channels))
            let a = SignPattern.random.values(5 * channels, using: &random)
            let b = SignPattern.random.values(5 * channels, using: &random)
            let expected = pack(zip(a, b).map { -$0 * $1 }, channels: channels)
            let first = InputMemory(pack(a, channels: channels)), second = InputMemory(pack(b, channels: channels))
            for level in KernelLevel.available {
                for split in splits(of: 5) {
                    let output = OutputMemory<UInt64>(count: expected.count, initial: .max, guardValue: 5)
                    var arguments = bnnmk_bit_difference(
                        a: first.pointer, b: second.pointer, output: output.pointer, channels: UInt32(channels))
                    for rows in split {
                        level.table.bit_difference(&arguments, UInt32(rows.lowerBound), UInt32(rows.upperBound))
                    }
                    XCTAssertEqual(output.elements, expected, "\(channels) at \(level.name)")
                    XCTAssertTrue(output.guardsAreIntact, "\(channels) at \(level.name)")
                }
            }
            withExtendedLifetime((first, second)) {}
        }
    }

    func testExtractCutsAnyRangeOfChannels() {
        for offset in [0, 1, 5, 63, 64, 65, 100, 128] {
            for channels in [1, 7, 28, 63, 64, 65, 127, 128, 129] {
                for extra in [0, 1, 70] {
                    var random = SeededRandom(seed: UInt64(offset * 1000 + channels * 3 + extra))
                    let all = offset + channels + extra
                    let values = SignPattern.random.values(3 * all, using: &random)
                    let expected = pack(
                        (0..<3).flatMap { values[($0 * all + offset)..<($0 * all + offset + channels)] },
                        channels: channels)
                    let bits = InputMemory(pack(values, channels: all))
                    for level in KernelLevel.available {
                        for split in splits(of: 3) {
                            let output = OutputMemory<UInt64>(count: expected.count, initial: 9, guardValue: 5)
                            var arguments = bnnmk_extract(
                                input: bits.pointer, output: output.pointer, input_stride: UInt32(wordCount(all)),
                                offset: UInt32(offset), channels: UInt32(channels))
                            for rows in split {
                                level.table.extract(&arguments, UInt32(rows.lowerBound), UInt32(rows.upperBound))
                            }
                            let message = "\(channels) channels from \(offset) of \(all) at \(level.name)"
                            XCTAssertEqual(output.elements, expected, message)
                            XCTAssertTrue(output.guardsAreIntact, message)
                        }
                    }
                    withExtendedLifetime(bits) {}
                }
            }
        }
    }
}
