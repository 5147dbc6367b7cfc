// Decisions of numbers by switch points at every level, with the values that comparisons treat specially.

import BNNMKernels
import TestSupport
import XCTest

final class BinarizeTests: XCTestCase {
    private func check<Element>(
        _ kernel: (bnnmk_table) -> bnnmk_kernel?, _ input: [Element], channels: Int, points: [Element],
        switchCount: Int,
        period: Int, _ message: String, isBehind: (Element, Element) -> Bool
    ) {
        let rowCount = input.count / channels
        let decisions = input.indices.map { i -> Int8 in
            let passed = (0..<switchCount).filter { isBehind(points[$0 * period + i % period], input[i]) }
            return passed.count % 2 == 1 ? 1 : -1
        }
        let expected = pack(decisions, channels: channels)
        let x = InputMemory(input)
        let p = InputMemory(points)
        var arguments = bnnmk_binarize()
        arguments.input = UnsafeRawPointer(x.pointer)
        arguments.channels = UInt32(channels)
        arguments.switch_points = UnsafeRawPointer(p.pointer)
        arguments.switch_count = UInt32(switchCount)
        arguments.period = UInt32(period)
        for level in KernelLevel.available {
            for split in splits(of: rowCount) {
                let output = OutputMemory<UInt64>(
                    count: rowCount * wordCount(channels), initial: 0xDEAD_BEEF_DEAD_BEEF, guardValue: 3)
                arguments.output = output.pointer
                for rows in split {
                    kernel(level.table)!(&arguments, UInt32(rows.lowerBound), UInt32(rows.upperBound))
                }
                XCTAssertEqual(output.elements, expected, "\(level.name), \(split): \(message)")
                XCTAssertTrue(output.guardsAreIntact, "\(level.name), \(split): \(message)")
            }
        }
        withExtendedLifetime((x, p)) {}
    }

    /// Periods are the channel count, the whole sample, a part of a row, or one that does not divide rows at all.
    func testFloatsAndIntegers() {
        for seed in 6000..<(6000 + UInt64(200)) {
            var random = SeededRandom(seed: seed)
            let channels = random.pick([1, 2, 63, 64, 65, 127, 128, 129, 200])
            let rowCount = random.pick([1, 2, 3, 7])
            let period = random.pick([1, 3, channels, channels * rowCount, 100])
            let switchCount = random.pick([0, 1, 1, 2, 3, 4])
            let message = "seed \(seed): \(rowCount)x\(channels), \(switchCount) switch points, period \(period)"

            let values: [Float] = [
                0, -0.0, 1, -1, .infinity, -.infinity, .nan, 0.5, Float(1).nextUp, .leastNonzeroMagnitude,
            ]
            let input = (0..<(rowCount * channels)).map { _ in random.pick(values) }
            var points = [Float](repeating: 0, count: switchCount * period)
            for column in 0..<period {
                let sorted = (0..<switchCount).map { _ in random.pick(values.filter { !$0.isNaN }) }.sorted()
                let absent = Int.random(in: 0...switchCount, using: &random)
                for s in 0..<switchCount {
                    points[s * period + column] = s < absent ? sorted[s] : .nan
                }
            }
            check(
                { $0.binarize_f32 }, input, channels: channels, points: points, switchCount: switchCount,
                period: period, message
            ) { $0 <= $1 }

            let numbers: [Int32] = [0, 1, -1, 5, Int32.min, Int32.max, Int32.min + 1, Int32.max - 1]
            let integers = (0..<(rowCount * channels)).map { _ in random.pick(numbers) }
            let switches = (0..<(switchCount * period)).map { _ in random.pick(numbers) }
            check(
                { $0.binarize_i32 }, integers, channels: channels, points: switches, switchCount: switchCount,
                period: period, message
            ) { $0 <= $1 }
        }
    }

    /// The contract spelt out on single values: bit 1 stands for -1.
    func testSpecialValues() {
        let cases: [(value: Float, point: Float, bit: UInt64)] = [
            (.nan, -.infinity, 1), (-.infinity, -.infinity, 0), (.infinity, .nan, 1), (0.0, -0.0, 0), (-0.0, 0.0, 0),
            (1, 1, 0), (Float(1).nextDown, 1, 1), (.infinity, .infinity, 0),
        ]
        for (value, point, bit) in cases {
            for level in KernelLevel.available {
                let x = InputMemory([value])
                let p = InputMemory([point])
                let output = OutputMemory<UInt64>(count: 1, initial: 7, guardValue: 3)
                var arguments = bnnmk_binarize(
                    input: UnsafeRawPointer(x.pointer), output: output.pointer, channels: 1,
                    switch_points: UnsafeRawPointer(p.pointer), switch_count: 1, period: 1)
                level.table.binarize_f32(&arguments, 0, 1)
                XCTAssertEqual(output.elements, [bit], "\(value) against \(point) at \(level.name)")
                withExtendedLifetime((x, p)) {}
            }
        }
    }
}
