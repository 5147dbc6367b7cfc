import BNNMIR
import XCTest

@testable import BNNMPasses

/// A fixed batch of several samples folds as one sample does, unless constants tell its samples apart.
final class BatchFoldTests: XCTestCase {
    private let input: [Float] = [1, -2, 3, -0.25, -1, 0.75, -3, 2]

    private func check(_ g: SmallGraph, file: StaticString = #filePath, line: UInt = #line) throws {
        for passes in [Pipeline.through("FormBinaryLayers"), Pipeline.through("OrientChannels"), Pipeline.passes] {
            let graph = try g.compiled(passes).graph
            for scale: Float in [1, -1, 0.125, -4] {
                try assertSameMeaning(
                    g.graph, graph, for: input.map { $0 * scale }, passes.last!.name, file: file, line: line)
            }
        }
    }

    func testABatchOfTwoFoldsAsOneSample() throws {
        var g = SmallGraph([2, 2, 1, 2])
        let layer = try g.add(
            Conv(window: Window(kernel: 1)), try g.signPlus(g.x, name: "first"),
            g.constant([2, 2, 1, 1], [0.5, -0.5, 1, 1]), nil)
        let y = try g.batchNormalization(layer, gamma: [1, -1], beta: [0.25, 0.5], mean: [0, 0], variance: [1, 1])
        let second = try g.signPlus(y, name: "second")
        g.output(try g.add(Flatten(), second))
        try check(g)
    }

    func testABatchOfTwoOfALinearLayer() throws {
        var g = SmallGraph([2, 4])
        let layer = try g.add(
            Gemm(transB: true), try g.signPlus(g.x, name: "first"),
            g.constant([2, 4], [1, 1, -1, 1, 0.5, -0.5, 0.5, 0.5]),
            nil)
        let y = try g.batchNormalization(layer, gamma: [1, -1], beta: [0.25, 0.5], mean: [0, 0], variance: [1, 1])
        g.output(try g.signPlus(y, name: "second"))
        try check(g)
    }

    func testAConstantOfEachSampleBehindABinaryLayer() throws {
        // One product, so accumulators are −1 and 1: as many as there are samples.
        var g = SmallGraph([2, 1, 2, 2])
        let layer = try g.add(
            Conv(window: Window(kernel: 1)), try g.signPlus(g.x, name: "first"), g.constant([1, 1, 1, 1], [1]), nil)
        let shifted = try g.add(Add(), layer, g.constant([2, 1, 1, 1], [0.5, -3]))
        g.output(try g.signPlus(shifted, name: "second"))
        try checkReference(g)
    }

    func testAConstantOfEachSampleBeforeABinarizerOfFloats() throws {
        var g = SmallGraph([2, 1, 2, 2])
        let shifted = try g.add(Add(), g.x, g.constant([2, 1, 1, 1], [0.5, -3]))
        g.output(try g.signPlus(shifted, name: "sign"))
        try checkReference(g)
    }

    func testAConstantOfEachSampleOfAMatrix() throws {
        var g = SmallGraph([2, 4])
        g.output(try g.signPlus(try g.add(Mul(), g.x, g.constant([2, 1], [1, -1])), name: "sign"))
        try checkReference(g)
    }

    /// Up to the comparisons.
    private func checkReference(_ g: SmallGraph, file: StaticString = #filePath, line: UInt = #line) throws {
        let graph = try g.compiled(Pipeline.through("OrientChannels")).graph
        for scale: Float in [1, -1, 0.125, -4] {
            try assertSameMeaning(g.graph, graph, for: input.map { $0 * scale }, file: file, line: line)
        }
    }
}
