// The two kernels of a concatenation at every level: rows of bytes between strides, and bits into a range of channels.

import BNNMKernels
import TestSupport
import XCTest

final class ConcatenationTests: XCTestCase {
    /// Of any number of bytes: a concatenation may be one of bytes or truth values.
    func testRowsBetweenStrides() {
        for seed in 0..<UInt64(200) {
            var random = SeededRandom(seed: seed)
            let rowCount = random.pick([1, 2, 5, 9])
            let rowBytes = random.pick([1, 2, 3, 4, 7, 16, 61, 64, 66, 68, 130, 255, 260, 1023, 1024, 1025, 1028])
            let inputStride = rowBytes + random.pick([0, 0, 1, 8])
            let outputStride = rowBytes + random.pick([0, 1, 7])
            // The last row ends with its own bytes.
            let input = (0..<((rowCount - 1) * inputStride + rowBytes)).map { _ in
                UInt8(truncatingIfNeeded: random.next())
            }
            let outputCount = (rowCount - 1) * outputStride + rowBytes
            var expected = [UInt8](repeating: 77, count: outputCount)
            for row in 0..<rowCount {
                for i in 0..<rowBytes { expected[row * outputStride + i] = input[row * inputStride + i] }
            }
            let x = InputMemory(input)
            for level in KernelLevel.available {
                for split in splits(of: rowCount) {
                    let output = OutputMemory<UInt8>(count: outputCount, initial: 77, guardValue: 5)
                    var arguments = bnnmk_copy_rows(
                        input: UnsafeRawPointer(x.pointer), output: UnsafeMutableRawPointer(output.pointer),
                        row_bytes: UInt64(rowBytes), input_stride: UInt64(inputStride),
                        output_stride: UInt64(outputStride))
                    for rows in split {
                        level.table.copy_rows(&arguments, UInt32(rows.lowerBound), UInt32(rows.upperBound))
                    }
                    let message = "seed \(seed): \(rowCount) rows of \(rowBytes) bytes at \(level.name)"
                    XCTAssertEqual(output.elements, expected, message)
                    XCTAssertTrue(output.guardsAreIntact, message)
                }
            }
            withExtendedLifetime(x) {}
        }
    }

    /// Two operands, the second from any channel on, give the rows of both.
    func testBitsOfTwoOperandsSideBySide() {
        for offset in [0, 1, 5, 8, 63, 64, 65, 100, 127, 128] {
            for channels in 1...130 {
                var random = SeededRandom(seed: UInt64(offset * 1000 + channels))
                let extra = random.pick([0, 0, 1, 64])
                let all = offset + channels + extra
                let first = SignPattern.random.values(3 * offset, using: &random)
                let second = random.pick(SignPattern.allCases).values(3 * channels, using: &random)
                var joined: [Int8] = []
                for row in 0..<3 {
                    joined += first[(row * offset)..<((row + 1) * offset)]
                    joined += second[(row * channels)..<((row + 1) * channels)]
                    joined += [Int8](repeating: 1, count: extra)
                }
                let expected = pack(joined, channels: all)
                var operands = [(offset, channels, InputMemory(pack(second, channels: channels)))]
                if offset > 0 { operands.append((0, offset, InputMemory(pack(first, channels: offset)))) }
                for level in KernelLevel.available {
                    for split in splits(of: 3) {
                        let output = OutputMemory<UInt64>(count: expected.count, initial: 0, guardValue: 5)
                        for (from, count, memory) in operands {
                            var arguments = bnnmk_insert(
                                input: memory.pointer, output: output.pointer, output_stride: UInt32(wordCount(all)),
                                offset: UInt32(from), channels: UInt32(count))
                            for rows in split {
                                level.table.insert(&arguments, UInt32(rows.lowerBound), UInt32(rows.upperBound))
                            }
                        }
                        let message = "\(channels) channels from \(offset) of \(all) at \(level.name)"
                        XCTAssertEqual(output.elements, expected, message)
                        XCTAssertTrue(output.guardsAreIntact, message)
                    }
                }
            }
        }
    }
}
