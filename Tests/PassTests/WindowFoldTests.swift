import BNNMIR
import TestSupport
import XCTest

@testable import BNNMPasses

/// Folding stays exact where the number of products differs along the border: every kernel size, stride, dilation and
/// padding on maps smaller and larger than the kernel.
final class WindowFoldTests: XCTestCase {
    private func check(
        _ window: Window, height: Int, width: Int, groups: Int = 1, seed: UInt64, line: UInt = #line
    ) throws {
        var random = SeededRandom(seed: seed)
        let channels = 4, outputs = 6
        guard window.vertical.outputCount(input: height) != nil, window.horizontal.outputCount(input: width) != nil
        else { return }
        var g = SmallGraph([1, channels, height, width])
        let count = channels / groups * window.vertical.kernel * window.horizontal.kernel
        let alpha = random.floats(outputs).map { abs($0) + 0.01 }
        let weights = (0..<outputs * count).map { random.chance(1, in: 2) ? alpha[$0 / count] : -alpha[$0 / count] }
        let w = g.constant([outputs, channels / groups, window.vertical.kernel, window.horizontal.kernel], weights)
        let layer = try g.add(
            Conv(window: window, groups: groups), try g.signPlus(g.x, name: "first"), w, nil, name: "conv")
        let normalized = try g.batchNormalization(
            layer, gamma: random.floats(outputs), beta: random.floats(outputs), mean: random.floats(outputs),
            variance: random.floats(outputs).map { abs($0) + 0.1 })
        g.output(try g.signPlus(normalized, name: "second"))
        let (graph, context) = try g.compiled()
        XCTAssertEqual(context.binarizers.map(\.domain), [.float, .accumulator], line: line)
        for _ in 0..<4 {
            try assertSameMeaning(
                g.graph, graph, for: random.floats(channels * height * width),
                "\(window) on \(height)x\(width), seed \(seed)", line: line)
        }
    }

    func testEvenKernelsWithPaddingOnOneSide() throws {
        for (begin, end) in [(0, 1), (1, 0), (1, 1)] {
            let axis = Window.Axis(kernel: 2, padBegin: begin, padEnd: end)
            try check(Window(axis, axis), height: 5, width: 4, seed: 1)
            try check(
                Window(axis, Window.Axis(kernel: 4, stride: 2, padBegin: end, padEnd: 2)), height: 3, width: 7, seed: 2)
        }
    }

    func testAsymmetricPadsStridesAndDilations() throws {
        var seed: UInt64 = 10
        for dilation in [1, 2] {
            for stride in [1, 2, 3] {
                for (begin, end) in [(0, 2), (2, 0), (2, 1)] {
                    seed += 1
                    let vertical = Window.Axis(
                        kernel: 3, stride: stride, dilation: dilation, padBegin: begin, padEnd: end)
                    try check(
                        Window(vertical, Window.Axis(kernel: 2, padBegin: end)), height: 7, width: 6, groups: 2,
                        seed: seed)
                }
            }
        }
    }

    func testKernelsLargerThanTheMap() throws {
        for (kernel, pad) in [(3, 1), (5, 2), (7, 3), (5, 4)] {
            try check(Window(kernel: kernel, pad: pad), height: 1, width: 1, seed: UInt64(kernel))
            try check(Window(kernel: kernel, pad: pad), height: 2, width: 3, seed: UInt64(kernel + 10))
        }
    }

    func testWindowsThatSeeOnlyPadding() throws {
        // The first output lies wholly on padding: its accumulator is 0 whatever the input.
        let axis = Window.Axis(kernel: 2, padBegin: 2, padEnd: 2)
        try check(Window(axis, axis), height: 3, width: 3, seed: 5)
    }
}
