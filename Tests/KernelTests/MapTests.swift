// Epilogues over values in memory at every level: every kind of step, bit for bit, whatever is stored and wherever.

import BNNMKernels
import TestSupport
import XCTest

final class MapTests: XCTestCase {
    /// Where the values go.
    private enum Values { case absent, apart, overInput, overOperand }

    /// What is stored.
    private static let stores: [(place: Values, decisions: Bool, sums: Bool)] = [
        (.absent, true, true), (.apart, true, true), (.overInput, true, true), (.overOperand, true, true),
        (.apart, false, false), (.overInput, false, false), (.apart, false, true), (.overInput, false, true),
        (.absent, false, true), (.absent, true, false),
    ]

    private func check(
        _ test: EpilogueCase, rowPixels: Int, input: [Float], _ message: @autoclosure () -> String
    ) {
        let channels = test.channels
        let rows = test.pixelCount / rowPixels
        let values = test.values(input)
        let decisions = pack(
            values.indices.map { test.decision(values[$0], channel: $0 % channels) }, channels: channels)
        var sums = [Double](repeating: 0, count: rows * channels)
        for (i, value) in values.enumerated() {
            sums[i / channels / rowPixels * channels + i % channels] += Double(value)
        }
        let x = InputMemory(input)
        test.withEpilogue { base in
            for level in KernelLevel.available {
                for split in splits(of: rows) {
                    for (place, decides, sumsUp) in Self.stores {
                        let output = OutputMemory<Float>(count: input.count, initial: 7, guardValue: 5)
                        let words = OutputMemory<UInt64>(
                            count: test.pixelCount * wordCount(channels), initial: 0xDEAD_BEEF_DEAD_BEEF, guardValue: 3)
                        let rowSums = OutputMemory<Double>(count: rows * channels, initial: 0, guardValue: 9)
                        var map = bnnmk_map(input: x.pointer, row_pixels: UInt32(rowPixels), epilogue: base)
                        map.epilogue.values = place == .absent ? nil : output.pointer
                        map.epilogue.decisions = decides ? words.pointer : nil
                        map.epilogue.row_sums = sumsUp ? rowSums.pointer : nil
                        if place == .overInput {
                            output.pointer.update(from: input, count: input.count)
                            map.input = UnsafePointer(output.pointer)
                        }
                        if place == .overOperand {
                            guard
                                let step = test.steps.lastIndex(where: {
                                    $0.operand.count == input.count && !$0.operandIsVector
                                })
                            else { continue }
                            output.pointer.update(from: test.steps[step].operand, count: input.count)
                            withUnsafeMutableBytes(of: &map.epilogue.steps) {
                                $0.bindMemory(to: bnnmk_step.self)[step].operand = UnsafePointer(output.pointer)
                            }
                        }
                        for range in split {
                            level.table.map(&map, UInt32(range.lowerBound), UInt32(range.upperBound))
                        }
                        let wrong =
                            place != .absent && bits(output.elements) != bits(values)
                            ? "values"
                            : decides && words.elements != decisions
                                ? "decisions"
                                : sumsUp && bits(rowSums.elements) != bits(sums)
                                    ? "row sums"
                                    : output.guardsAreIntact && words.guardsAreIntact && rowSums.guardsAreIntact
                                        ? nil : "guards"
                        if let wrong {
                            return XCTFail(
                                "\(wrong) at \(level.name), \(split), values \(place): \(message()): \(test.steps)")
                        }
                    }
                }
            }
        }
        withExtendedLifetime(x) {}
    }

    private func check(seed: UInt64, channels: Int, kinds: [bnnmk_step_kind], switchCount: Int) {
        var random = SeededRandom(seed: seed)
        let rowPixels = random.pick([1, 2, 5])
        let pixelCount = rowPixels * random.pick([1, 2, 4])
        let test = EpilogueCase(
            kinds: kinds, switchCount: switchCount, pixelCount: pixelCount, channels: channels, using: &random)
        let input = (0..<(pixelCount * channels)).map { _ in EpilogueCase.draw(&random) }
        check(
            test, rowPixels: rowPixels, input: input,
            "seed \(seed), \(channels) channels, \(pixelCount) pixels in rows of \(rowPixels)")
    }

    /// With a step of rows; most rows and all constants have ordinary numbers, as one edge makes the whole row one.
    private func checkRows(seed: UInt64, channels: Int, kinds: [bnnmk_step_kind], switchCount: Int) {
        var random = SeededRandom(seed: seed)
        let rowPixels = random.pick([1, 2, 5])
        let pixelCount = rowPixels * random.pick([1, 2, 4, 9])
        let test = EpilogueCase(
            kinds: kinds, switchCount: switchCount, pixelCount: pixelCount, channels: channels, using: &random
        ) { $0.float(3) }
        let input = (0..<pixelCount).flatMap { _ in
            let hasEdges = random.chance(1, in: 4)
            return (0..<channels).map { _ in hasEdges ? EpilogueCase.draw(&random) : random.float(3) }
        }
        check(
            test, rowPixels: rowPixels, input: input,
            "seed \(seed), \(channels) channels, \(pixelCount) pixels in rows of \(rowPixels)")
    }

    func testEveryCountOfChannels() {
        for channels in 1...130 {
            check(
                seed: UInt64(channels), channels: channels, kinds: [BNNMK_STEP_SCALE_SHIFT, BNNMK_STEP_ADD],
                switchCount: 1)
        }
    }

    func testEveryKindOfStepByItself() {
        for kind in EpilogueStep.kinds {
            for seed in 0..<UInt64(24) {
                var random = SeededRandom(seed: seed + 500)
                check(
                    seed: seed, channels: random.pick([1, 7, 8, 63, 64, 65, 130]), kinds: [kind],
                    switchCount: random.pick([0, 1, 3]))
            }
        }
    }

    func testRandomSequencesOfSteps() {
        for seed in 3000..<(3000 + UInt64(200)) {
            var random = SeededRandom(seed: seed)
            let kinds = (0..<random.below(Int(BNNMK_MAX_STEPS) + 1)).map { _ in random.pick(EpilogueStep.kinds) }
            check(
                seed: seed, channels: random.pick([1, 3, 8, 16, 63, 64, 65, 127, 128, 129]), kinds: kinds,
                switchCount: random.pick([0, 1, 1, 2, 4]))
        }
    }

    func testRowsOfEveryWidth() {
        for kind in EpilogueStep.rowKinds {
            for channels in Array(1...130) + [255, 256, 257, 1000, 4095, 4096] {
                checkRows(
                    seed: UInt64(channels), channels: channels,
                    kinds: channels % 2 == 0
                        ? [kind] : [BNNMK_STEP_SCALE_SHIFT, kind, BNNMK_STEP_MULTIPLY], switchCount: channels % 3)
            }
        }
    }

    func testRandomSequencesWithAStepOfRows() {
        for seed in 4000..<(4000 + UInt64(200)) {
            var random = SeededRandom(seed: seed)
            var kinds = (0..<random.below(Int(BNNMK_MAX_STEPS))).map { _ in random.pick(EpilogueStep.kinds) }
            kinds.insert(random.pick(EpilogueStep.rowKinds), at: random.below(kinds.count + 1))
            checkRows(
                seed: seed, channels: random.pick([1, 3, 8, 16, 63, 64, 65, 127, 128, 129]), kinds: kinds,
                switchCount: random.pick([0, 1, 1, 2, 4]))
        }
    }

    /// Every pair of edge values, as number and as operand.
    func testEdgesAgainstEdges() {
        let edges = EpilogueCase.edges
        for kind in EpilogueStep.kinds + EpilogueStep.rowKinds {
            var random = SeededRandom(seed: UInt64(kind.rawValue))
            var next = 0
            let test = EpilogueCase(
                kinds: [kind], switchCount: 1, pixelCount: edges.count, channels: edges.count, using: &random
            ) { _ in
                next += 1
                return edges[(next - 1) % edges.count]
            }
            // Pixel p has edge p in every channel.
            let input = edges.flatMap { [Float](repeating: $0, count: edges.count) }
            check(test, rowPixels: 1, input: input, "kind \(kind.rawValue)")
        }
    }

    /// The contract spelt out.
    func testRectificationKeepsNegativeZeroAndNaN() {
        for level in KernelLevel.available {
            let input = InputMemory<Float>([-0.0, 0, .nan, -2, 3, -.infinity])
            let slopes = InputMemory<Float>([5, 5, 5, 0.25, 5, 2])
            let output = OutputMemory<Float>(count: 6, initial: 0, guardValue: 1)
            var map = bnnmk_map()
            map.input = input.pointer
            map.row_pixels = 1
            map.epilogue.channels = 6
            map.epilogue.step_count = 1
            map.epilogue.steps.0.kind = BNNMK_STEP_RECTIFY
            map.epilogue.steps.0.a = slopes.pointer
            map.epilogue.values = output.pointer
            level.table.map(&map, 0, 1)
            XCTAssertEqual(bits(output.elements), bits([-0.0, 0, .nan, -0.5, 3, -.infinity]), level.name)
            withExtendedLifetime((input, slopes)) {}
        }
    }
}
