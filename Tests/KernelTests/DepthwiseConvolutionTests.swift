// Depthwise convolution at every level against the same sums by plain arithmetic: equal to the bit.

import BNNMKernels
import TestSupport
import XCTest

final class DepthwiseConvolutionTests: XCTestCase {
    private func check(_ g: WindowGeometry, channels: Int, seed: UInt64) {
        var random = SeededRandom(seed: seed)
        func floats(_ count: Int) -> [Float] { (0..<count).map { _ in Float.random(in: -1...1, using: &random) } }
        let x = floats(g.inHeight * g.inWidth * channels), w = floats(g.kernelHeight * g.kernelWidth * channels)
        let bias = Bool.random(using: &random) ? floats(channels) : nil
        let scale = Bool.random(using: &random) ? floats(channels) : nil
        let shift = Bool.random(using: &random) ? floats(channels) : nil
        let (minimum, maximum): (Float, Float) = Bool.random(using: &random) ? (0, 0.5) : (-.infinity, .infinity)
        var expected: [Float] = []
        for y in 0..<g.outHeight {
            for column in 0..<g.outWidth {
                let taps = g.taps(y, column)
                for c in 0..<channels {
                    var sum = bias?[c] ?? 0
                    for (tap, pixel) in taps.enumerated() {
                        guard let pixel else { continue }
                        sum += x[pixel * channels + c] * w[tap * channels + c]
                    }
                    if let scale { sum *= scale[c] }
                    if let shift { sum += shift[c] }
                    expected.append(min(max(sum, minimum), maximum))
                }
            }
        }
        let memory = (InputMemory(x), InputMemory(w), InputMemory(bias ?? [0]))
        let factors = (InputMemory(scale ?? [0]), InputMemory(shift ?? [0]))
        withExtendedLifetime((memory, factors)) {
            var arguments = bnnmk_depthwise_conv2d()
            arguments.window = g.window
            arguments.channels = UInt32(channels)
            arguments.input = memory.0.pointer
            arguments.weights = memory.1.pointer
            arguments.bias = bias == nil ? nil : memory.2.pointer
            arguments.scale = scale == nil ? nil : factors.0.pointer
            arguments.shift = shift == nil ? nil : factors.1.pointer
            arguments.minimum = minimum
            arguments.maximum = maximum
            for level in KernelLevel.available {
                for split in splits(of: g.outHeight) {
                    let output = OutputMemory<Float>(count: expected.count, initial: -77, guardValue: 1234)
                    arguments.output = output.pointer
                    for rows in split {
                        level.table.depthwise_conv2d(&arguments, UInt32(rows.lowerBound), UInt32(rows.upperBound))
                    }
                    XCTAssertTrue(output.guardsAreIntact, "guards at \(level.name), \(split): \(g)")
                    XCTAssertEqual(output.elements, expected, "\(level.name), \(split), \(channels) channels: \(g)")
                }
            }
        }
    }

    func testAnyWindow() {
        var random = SeededRandom(seed: 1)
        for seed in 0..<200 {
            check(
                WindowGeometry.random(using: &random), channels: Int.random(in: 1...40, using: &random),
                seed: UInt64(seed))
        }
    }

    func testWideRows() {
        for width in 1...23 {
            let g = WindowGeometry(
                inHeight: 3, inWidth: width, kernelHeight: 3, kernelWidth: 3, padTop: 1, padLeft: 1, padBottom: 1,
                padRight: 1)
            check(g, channels: 21, seed: UInt64(width))
        }
    }
}
