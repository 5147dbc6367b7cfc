// Float convolution at every level against float64 sums, within the bound of float32 summation.

import BNNMKernels
import TestSupport
import XCTest

final class FloatConvolutionTests: XCTestCase {
    private struct Case: CustomStringConvertible {
        var seed: UInt64
        var geometry: WindowGeometry
        var channels: Int, outChannels: Int
        var extraInput = 0, extraOutput = 0
        var hasBias = true
        var minimum = -Float.infinity, maximum = Float.infinity

        var description: String {
            "seed \(seed): \(geometry) channels \(channels)+\(extraInput) -> \(outChannels)+\(extraOutput), "
                + "bias \(hasBias), clamp \(minimum)...\(maximum)"
        }
    }

    /// Every output with the bound of its rounding error: k terms, k + 1 roundings, each half an ulp of a partial sum.
    private func reference(
        _ test: Case, _ x: [Float], _ w: [Float], _ bias: [Float]
    ) -> [(value: Double, bound: Double)] {
        let g = test.geometry
        let stride = test.channels + test.extraInput
        var results: [(Double, Double)] = []
        for y in 0..<g.outHeight {
            for column in 0..<g.outWidth {
                let taps = g.taps(y, column)
                for m in 0..<test.outChannels {
                    var sum = test.hasBias ? Double(bias[m]) : 0
                    var magnitude = abs(sum)
                    var termCount = 1.0
                    for (tap, pixel) in taps.enumerated() {
                        guard let pixel else { continue }
                        for c in 0..<test.channels {
                            let weight = w[(tap * test.channels + c) * test.outChannels + m]
                            let term = Double(x[pixel * stride + c]) * Double(weight)
                            sum += term
                            magnitude += abs(term)
                            termCount += 1
                        }
                    }
                    let clamped = min(max(sum, Double(test.minimum)), Double(test.maximum))
                    results.append((clamped, (termCount + 1) * 0x1p-24 * magnitude))
                }
            }
        }
        return results
    }

    private func check(_ test: Case) {
        var random = SeededRandom(seed: test.seed)
        let g = test.geometry
        let pixelCount = g.inHeight * g.inWidth
        let stride = test.channels + test.extraInput
        let x = random.floats(pixelCount * stride - test.extraInput)
        let w = random.floats(g.kernelHeight * g.kernelWidth * test.channels * test.outChannels)
        let bias = random.floats(test.outChannels)
        let expected = reference(test, x, w, bias)
        for isInBlocks in [false, true] {
            check(test, x, w, bias, expected, isInBlocks: isInBlocks)
        }
    }

    /// Rows [taps][channels][out] as blocks [out / 16][taps][channels][16].
    private func blocks(_ rows: [Float], _ outChannels: Int) -> [Float] {
        let inputs = rows.count / outChannels, count = (outChannels + 15) / 16
        var result = [Float](repeating: 0, count: count * inputs * 16)
        for i in 0..<inputs {
            for m in 0..<outChannels { result[(m / 16 * inputs + i) * 16 + m % 16] = rows[i * outChannels + m] }
        }
        return result
    }

    private func check(
        _ test: Case, _ x: [Float], _ w: [Float], _ bias: [Float], _ expected: [(value: Double, bound: Double)],
        isInBlocks: Bool
    ) {
        let g = test.geometry
        let stride = test.channels + test.extraInput
        let outStride = test.outChannels + test.extraOutput
        let inputs = (InputMemory(x), InputMemory(isInBlocks ? blocks(w, test.outChannels) : w), InputMemory(bias))
        withExtendedLifetime(inputs) {
            var arguments = bnnmk_conv2d()
            arguments.window = g.window
            arguments.input = inputs.0.pointer
            arguments.input_stride = UInt32(stride)
            arguments.channels = UInt32(test.channels)
            arguments.weights = inputs.1.pointer
            arguments.weight_step = isInBlocks ? 16 : test.outChannels
            arguments.block_step = isInBlocks ? w.count / test.outChannels * 16 : 16
            arguments.bias = test.hasBias ? inputs.2.pointer : nil
            arguments.output_stride = UInt32(outStride)
            arguments.out_channels = UInt32(test.outChannels)
            arguments.minimum = test.minimum
            arguments.maximum = test.maximum
            for level in KernelLevel.available {
                var whole: [Float]?
                for split in splits(of: g.outHeight) {
                    let output = OutputMemory<Float>(
                        count: g.outHeight * g.outWidth * outStride - test.extraOutput, initial: -77, guardValue: 1234)
                    arguments.output = output.pointer
                    for rows in split {
                        level.table.conv2d(&arguments, UInt32(rows.lowerBound), UInt32(rows.upperBound))
                    }
                    let elements = output.elements
                    XCTAssertTrue(output.guardsAreIntact, "guards at \(level.name), \(split): \(test)")
                    XCTAssertTrue(whole == nil || whole == elements, "split \(split) at \(level.name): \(test)")
                    whole = elements
                    for (i, element) in elements.enumerated() {
                        let m = i % outStride
                        if m >= test.outChannels {
                            guard element == -77 else {
                                return XCTFail("other group's output at \(level.name): \(test)")
                            }
                            continue
                        }
                        let (value, bound) = expected[i / outStride * test.outChannels + m]
                        guard abs(Double(element) - value) <= bound else {
                            return XCTFail("\(element), not \(value), at \(i), \(level.name), \(split): \(test)")
                        }
                    }
                }
            }
        }
    }

    func testOutputChannelsAroundVectors() {
        for outChannels in [1, 2, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 71, 100] {
            for width in 1...9 {
                let geometry = WindowGeometry(
                    inHeight: 2, inWidth: width, kernelHeight: 3, kernelWidth: 3, padTop: 1, padLeft: 1, padBottom: 1,
                    padRight: 1)
                check(
                    Case(
                        seed: UInt64(outChannels * 10 + width), geometry: geometry, channels: 3,
                        outChannels: outChannels))
            }
        }
    }

    func testRandomShapes() {
        for seed in 2000..<(2000 + UInt64(250)) {
            var random = SeededRandom(seed: seed)
            var test = Case(
                seed: seed, geometry: WindowGeometry.random(using: &random), channels: random.pick([1, 2, 3, 8, 17]),
                outChannels: random.pick([1, 7, 8, 9, 17, 40]))
            test.extraInput = random.pick([0, 0, 1, 5])
            test.extraOutput = random.pick([0, 0, 3])
            test.hasBias = Bool.random(using: &random)
            if Bool.random(using: &random) {
                test.minimum = random.pick([0, -1])
                test.maximum = random.pick([1, 6, .infinity])
            }
            check(test)
        }
    }

    func testDenseLayersAndStems() {
        check(Case(seed: 1, geometry: WindowGeometry(), channels: 2048, outChannels: 100))
        let stem = WindowGeometry(
            inHeight: 11, inWidth: 23, kernelHeight: 7, kernelWidth: 7, strideHeight: 2, strideWidth: 2, padTop: 3,
            padLeft: 3, padBottom: 3, padRight: 3)
        check(Case(seed: 2, geometry: stem, channels: 3, outChannels: 64))
    }

    func testNaNStaysNaNAndInfinityIsClamped() {
        for level in KernelLevel.available {
            for outChannels in [1, 8, 24, 70] {
                let x = InputMemory<Float>([.nan, .infinity])
                let w = InputMemory([Float](repeating: 1, count: outChannels))
                let output = OutputMemory<Float>(count: 2 * outChannels, initial: 0, guardValue: 1)
                var arguments = bnnmk_conv2d()
                arguments.window = WindowGeometry(inWidth: 2).window
                arguments.input = x.pointer
                arguments.input_stride = 1
                arguments.channels = 1
                arguments.weights = w.pointer
                arguments.weight_step = outChannels
                arguments.block_step = 16
                arguments.output = output.pointer
                arguments.output_stride = UInt32(outChannels)
                arguments.out_channels = UInt32(outChannels)
                arguments.minimum = -1
                arguments.maximum = 6
                withExtendedLifetime((x, w)) { level.table.conv2d(&arguments, 0, 1) }
                XCTAssertTrue(output.elements[..<outChannels].allSatisfy { $0.isNaN }, level.name)
                XCTAssertTrue(output.elements[outChannels...].allSatisfy { $0 == 6 }, level.name)
            }
        }
    }
}
