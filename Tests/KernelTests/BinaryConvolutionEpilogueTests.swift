// Binary convolution with an epilogue at every level: the scaled accumulators through the same plain arithmetic as
// `map`, for groups at any channel, and at borders.

import BNNMKernels
import TestSupport
import XCTest

final class BinaryConvolutionEpilogueTests: XCTestCase {
    private func check(_ test: BinaryConvolutionCase, kinds: [bnnmk_step_kind], switchCount: Int) {
        let operands = test.operands()
        let g = test.geometry
        let (rows, channels) = (g.outHeight, test.outputChannels)
        let pixelCount = rows * g.outWidth
        var random = SeededRandom(seed: test.seed ^ 0x77)
        let epilogue = EpilogueCase(
            kinds: kinds, switchCount: switchCount, pixelCount: pixelCount, channels: channels, using: &random)

        // The group's numbers; other channels are left as they are.
        let value = operands.accumulators.indices.map { i in
            epilogue.value(
                operands.expectedFloat(i), pixel: i / test.outChannels,
                channel: test.channelOffset + i % test.outChannels)
        }
        let values = operands.expected(Float(-77)) { value[$0] }
        let decisions = pack(
            operands.expected(Int8(1)) { i in
                epilogue.decision(value[i], channel: test.channelOffset + i % test.outChannels)
            }, channels: channels)
        let sums = operands.expectedRowSums { Double(value[$0]) }

        for (level, layout) in KernelLevel.available.flatMap({ level in
            operands.layouts(level).map { (level, $0) }
        }) {
            operands.withArguments(layout) { base in
                epilogue.withEpilogue { baseEpilogue in
                    for split in splits(of: rows) {
                        // All of them, then each by itself.
                        for stores in [7, 1, 2, 4] {
                            let output = OutputMemory<Float>(
                                count: pixelCount * channels, initial: -77, guardValue: 5)
                            let words = OutputMemory<UInt64>(
                                count: pixelCount * wordCount(channels), initial: 0, guardValue: 3)
                            let rowSums = OutputMemory<Double>(count: rows * channels, initial: 0, guardValue: 9)
                            var steps = baseEpilogue
                            steps.values = stores & 1 == 0 ? nil : output.pointer
                            steps.decisions = stores & 2 == 0 ? nil : words.pointer
                            steps.row_sums = stores & 4 == 0 ? nil : rowSums.pointer
                            withUnsafePointer(to: &steps) { steps in
                                var arguments = base
                                arguments.output_kind = BNNMK_OUTPUT_EPILOGUE
                                arguments.epilogue = steps
                                for range in split {
                                    level.table.binary_conv2d(
                                        &arguments, UInt32(range.lowerBound), UInt32(range.upperBound))
                                }
                            }
                            let isRight =
                                (stores & 1 == 0 || bits(output.elements) == bits(values))
                                && (stores & 2 == 0 || words.elements == decisions)
                                && (stores & 4 == 0 || bits(rowSums.elements) == bits(sums))
                            if !isRight || !output.guardsAreIntact || !words.guardsAreIntact
                                || !rowSums.guardsAreIntact
                            {
                                return XCTFail(
                                    "stores \(stores) at \(level.name), layout \(layout.rawValue), \(split): \(test): \(epilogue.steps)"
                                )
                            }
                        }
                    }
                }
            }
        }
    }

    func testRandomShapesAndSteps() {
        for seed in 4000..<(4000 + UInt64(250)) {
            var random = SeededRandom(seed: seed)
            var test = BinaryConvolutionCase(
                seed: seed, geometry: WindowGeometry.random(using: &random, maxExtent: 6),
                channels: random.pick([1, 3, 63, 64, 65, 129]), outChannels: random.pick([1, 7, 8, 9, 17, 64]))
            test.channelOffset = random.pick([0, 0, 3, 5, 8, 59, 61, 64, 67])
            test.outputChannels = test.channelOffset + test.outChannels + random.pick([0, 3, 64])
            test.extraStride = random.pick([0, 0, 1])
            test.hasBias = Bool.random(using: &random)
            test.hasMask = random.chance(1, in: 4)
            if !test.hasMask { test.padding = random.pick(BinaryConvolutionCase.Padding.allCases) }
            let kinds = (0..<random.below(Int(BNNMK_MAX_STEPS) + 1)).map { _ in random.pick(EpilogueStep.kinds) }
            check(test, kinds: kinds, switchCount: random.pick([0, 1, 2, 4]))
        }
    }

    func testEveryKindOfStepByItself() {
        let geometry = WindowGeometry(
            inHeight: 3, inWidth: 7, kernelHeight: 3, kernelWidth: 3, padTop: 1, padLeft: 1, padBottom: 1, padRight: 1)
        for (i, kind) in EpilogueStep.kinds.enumerated() {
            for outChannels in [8, 9, 65] {
                let test = BinaryConvolutionCase(
                    seed: UInt64(100 * i + outChannels), geometry: geometry, channels: 64, outChannels: outChannels)
                check(test, kinds: [kind], switchCount: 1)
            }
        }
    }

    /// A residual: values go where an operand stood.
    func testValuesMayReplaceAnOperand() {
        var random = SeededRandom(seed: 11)
        let geometry = WindowGeometry(
            inHeight: 4, inWidth: 9, kernelHeight: 3, kernelWidth: 3, padTop: 1, padLeft: 1, padBottom: 1, padRight: 1)
        let operands = BinaryConvolutionCase(seed: 11, geometry: geometry, channels: 65, outChannels: 19).operands()
        let pixelCount = 4 * 9
        let epilogue = EpilogueCase(
            kinds: [BNNMK_STEP_ADD], switchCount: 0, pixelCount: pixelCount, channels: 19, using: &random)
        var step = epilogue.steps[0]
        step.operandIsVector = false
        step.operand = random.floats(pixelCount * 19)
        let expected = operands.accumulators.indices.map { operands.expectedFloat($0) + step.operand[$0] }
        for level in KernelLevel.available {
            let output = OutputMemory<Float>(count: pixelCount * 19, initial: 0, guardValue: 5)
            output.pointer.update(from: step.operand, count: pixelCount * 19)
            var steps = bnnmk_epilogue()
            steps.channels = 19
            steps.values = output.pointer
            steps.step_count = 1
            steps.steps.0.kind = BNNMK_STEP_ADD
            steps.steps.0.operand = UnsafePointer(output.pointer)
            steps.steps.0.operand_stride = 19
            operands.withArguments { base in
                withUnsafePointer(to: &steps) { steps in
                    var arguments = base
                    arguments.output_kind = BNNMK_OUTPUT_EPILOGUE
                    arguments.epilogue = steps
                    level.table.binary_conv2d(&arguments, 0, 4)
                }
            }
            XCTAssertEqual(bits(output.elements), bits(expected), level.name)
            XCTAssertTrue(output.guardsAreIntact, level.name)
        }
    }
}
