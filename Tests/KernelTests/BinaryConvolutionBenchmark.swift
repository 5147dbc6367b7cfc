// Times of whole binary layers, bits to bits, on one thread, at every level. Runs where BNNM_BENCH=1.

import BNNMFormat
import BNNMKernels
import BNNMPlatform
import TestSupport
import XCTest

final class BinaryConvolutionBenchmark: XCTestCase {
    private static let layers: [(extent: Int, channels: Int, kernel: Int)] = [
        (56, 64, 3), (28, 128, 3), (14, 256, 3), (7, 512, 3), (14, 256, 1),
    ]

    func testTimesOfWholeLayers() throws {
        guard ProcessInfo.processInfo.environment["BNNM_BENCH"] == "1" else {
            throw XCTSkip("set BNNM_BENCH=1 for times")
        }
        for level in KernelLevel.available {
            for (extent, channels, kernel) in Self.layers {
                let microseconds = measure(level, extent, channels, kernel)
                print("\(kernel)x\(kernel) \(extent)x\(extent)x\(channels) \(level.name): \(microseconds) µs")
            }
        }
    }

    /// Median of many runs, in microseconds.
    private func measure(_ level: KernelLevel, _ extent: Int, _ channels: Int, _ kernel: Int) -> Double {
        var random = SeededRandom(seed: 1)
        let words = wordCount(channels)
        let x = InputMemory((0..<(extent * extent * words)).map { _ in random.next() })
        // In the layout that the level wants.
        var shape = bnnmf_weight_shape(
            groups: 1, out_channels: UInt32(channels), taps: UInt32(kernel * kernel), channels: UInt32(channels))
        let layout = bnnmf_weight_layout_for(bnnmf_target(rawValue: level.table.target), &shape, 0)
        let w = InputMemory((0..<(Int(bnnmf_weight_group_size(layout, &shape)) / 8)).map { _ in random.next() })
        let points = InputMemory([Int32](repeating: 0, count: channels))
        let output = OutputMemory<UInt64>(count: extent * extent * words, initial: 0, guardValue: 1)
        var arguments = bnnmk_binary_conv2d()
        arguments.window =
            WindowGeometry(
                inHeight: extent, inWidth: extent, kernelHeight: kernel, kernelWidth: kernel, padTop: kernel / 2,
                padLeft: kernel / 2, padBottom: kernel / 2, padRight: kernel / 2
            ).window
        arguments.input = x.pointer
        arguments.input_stride = UInt32(words)
        arguments.input_words = UInt32(words)
        arguments.channels = UInt32(channels)
        arguments.weights = w.pointer
        arguments.layout = bnnmk_weight_layout(rawValue: layout.rawValue)
        arguments.out_channels = UInt32(channels)
        arguments.output_channels = UInt32(channels)
        arguments.output_kind = BNNMK_OUTPUT_BITS
        arguments.output = UnsafeMutableRawPointer(output.pointer)
        arguments.switch_points = points.pointer
        arguments.switch_count = 1
        let times = (0..<51).map { _ -> UInt64 in
            let start = bnnmp_clock_nanoseconds()
            level.table.binary_conv2d(&arguments, 0, UInt32(extent))
            return bnnmp_clock_nanoseconds() - start
        }
        withExtendedLifetime((x, w, points)) {}
        return Double(times.sorted()[times.count / 2]) / 1000
    }
}
