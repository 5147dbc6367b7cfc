// Decisions against one threshold a channel, and thresholds on accumulators, at every level.

import BNNMKernels
import TestSupport
import XCTest

final class BinarizeByTests: XCTestCase {
    private func check<Element: Comparable>(
        _ kernel: (bnnmk_table) -> bnnmk_kernel?, _ input: [Element], _ thresholds: [Element], below: Bool,
        strict: Bool,
        _ message: String
    ) {
        let channels = thresholds.count
        let rowCount = input.count / channels
        let decisions = input.indices.map { i -> Int8 in
            let (x, t) = (input[i], thresholds[i % channels])
            return (below ? x < t : x > t) || (!strict && x == t) ? 1 : -1
        }
        let expected = pack(decisions, channels: channels)
        let x = InputMemory(input)
        let t = InputMemory(thresholds)
        var arguments = bnnmk_binarize_by()
        arguments.input = UnsafeRawPointer(x.pointer)
        arguments.thresholds = UnsafeRawPointer(t.pointer)
        arguments.channels = UInt32(channels)
        arguments.below = below ? 1 : 0
        arguments.strict = strict ? 1 : 0
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
        withExtendedLifetime((x, t)) {}
    }

    func testEveryComparison() {
        let integers: [Int32] = [0, 1, -1, 7, .min, .max, .min + 1, .max - 1]
        for channels in 1...130 {
            var random = SeededRandom(seed: UInt64(channels))
            let rowCount = random.pick([1, 2, 3, 7])
            for (below, strict) in [(false, false), (false, true), (true, false), (true, true)] {
                let message = "\(channels) channels, \(rowCount) rows, below \(below), strict \(strict)"
                check(
                    { $0.binarize_by_f32 }, (0..<(rowCount * channels)).map { _ in random.pick(EpilogueCase.edges) },
                    (0..<channels).map { _ in random.pick(EpilogueCase.edges) }, below: below, strict: strict, message)
                check(
                    { $0.binarize_by_i32 }, (0..<(rowCount * channels)).map { _ in random.pick(integers) },
                    (0..<channels).map { _ in random.pick(integers) }, below: below, strict: strict, message)
            }
        }
    }

    // MARK: - Thresholds on accumulators

    private func check(
        _ test: EpilogueCase, scale: [Float], bias: [Float]?, limit: Int, thresholds: [Float], strict: Bool,
        _ message: String
    ) {
        let channels = test.channels
        // From below, value by value.
        let expected = (0..<channels).map { c -> Int32 in
            let t = thresholds[c]
            for v in -limit...limit {
                let x = test.value(
                    Float(Double(scale[c]) * Double(v) + Double(bias?[c] ?? 0)), pixel: 0, channel: c)
                if strict ? x > t : x >= t { return Int32(v) }
            }
            return Int32.max
        }
        let memory = (InputMemory(scale), bias.map { InputMemory($0) }, InputMemory(thresholds))
        test.withEpilogue { epilogue in
            var arguments = bnnmk_accumulator_thresholds()
            arguments.thresholds = memory.2.pointer
            arguments.scale = memory.0.pointer
            arguments.bias = memory.1?.pointer
            arguments.steps = epilogue.steps
            arguments.step_count = epilogue.step_count
            arguments.limit = UInt32(limit)
            arguments.strict = strict ? 1 : 0
            for level in KernelLevel.available {
                for split in splits(of: channels) {
                    let output = OutputMemory<Int32>(count: channels, initial: -77, guardValue: 5)
                    arguments.output = output.pointer
                    for range in split {
                        level.table.accumulator_thresholds(
                            &arguments, UInt32(range.lowerBound), UInt32(range.upperBound))
                    }
                    XCTAssertEqual(output.elements, expected, "\(level.name), \(split): \(message)")
                    XCTAssertTrue(output.guardsAreIntact, "\(level.name), \(split): \(message)")
                }
            }
        }
        withExtendedLifetime(memory) {}
    }

    func testTheLeastAccumulatorThatReachesTheThreshold() {
        let kinds = [BNNMK_STEP_SCALE_SHIFT, BNNMK_STEP_RECTIFY, BNNMK_STEP_CLAMP]
        for seed in 7000..<(7000 + UInt64(150)) {
            var random = SeededRandom(seed: seed)
            let channels = random.pick([1, 2, 9, 65])
            let limit = random.pick([0, 1, 2, 3, 64, 577])
            // Rising steps: scales and slopes are not negative.
            var test = EpilogueCase(
                kinds: (0..<random.below(6)).map { _ in random.pick(kinds) }, switchCount: 0, pixelCount: 1,
                channels: channels, using: &random
            ) { $0.pick([0, 0.25, 1, 1.5, abs($0.float(2))]) }
            for i in test.steps.indices where test.steps[i].kind == BNNMK_STEP_SCALE_SHIFT {
                test.steps[i].b = test.steps[i].b.map { $0.map { _ in random.float(3) } }
            }
            let scale = (0..<channels).map { _ in random.pick([0, 0.125, abs(random.float(0.5))]) }
            let bias = Bool.random(using: &random) ? random.floats(channels, bound: 2) : nil
            // Mostly values that occur, exactly; else numbers beside them, of no value, and NaN.
            let thresholds = (0..<channels).map { c -> Float in
                let v = Int.random(in: -limit...limit, using: &random)
                let x = test.value(
                    Float(Double(scale[c]) * Double(v) + Double(bias?[c] ?? 0)), pixel: 0, channel: c)
                return random.pick([
                    x, x, x, x.nextUp, x.nextDown, random.float(100), .infinity, -.infinity, .nan,
                ])
            }
            for strict in [false, true] {
                check(
                    test, scale: scale, bias: bias, limit: limit, thresholds: thresholds, strict: strict,
                    "seed \(seed): limit \(limit), strict \(strict), \(test.steps)")
            }
        }
    }

    /// The largest limit; between neighbours of float32.
    func testTheLargestLimit() {
        let limit = 1 << 24
        for level in KernelLevel.available {
            for target in [-limit, -limit + 1, -5, 0, 1, 12_345_678, limit - 1, limit] {
                var scale: Float = 1
                var threshold = Float(target)
                var result: Int32 = 0
                withUnsafePointer(to: &scale) { scale in
                    withUnsafePointer(to: &threshold) { threshold in
                        withUnsafeMutablePointer(to: &result) { result in
                            var arguments = bnnmk_accumulator_thresholds()
                            arguments.thresholds = threshold
                            arguments.output = result
                            arguments.scale = scale
                            arguments.limit = UInt32(limit)
                            level.table.accumulator_thresholds(&arguments, 0, 1)
                        }
                    }
                }
                XCTAssertEqual(result, Int32(target), level.name)
            }
        }
    }
}
