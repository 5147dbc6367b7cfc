import BNNMIR
import XCTest

@testable import BNNMPasses

/// Weights that miss ±α by an ulp: decisions that this noise could turn are counted, and an exact zero within it is a tie.
final class ExportNoiseTests: XCTestCase {
    /// Four inputs through one output channel with weights ±0.3, one of them an ulp off, and a bias that moves the
    /// accumulator 0 to `offset`.
    private func record(noisy: Bool, offset: Float) throws -> (BinarizerRecord, remarks: [String]) {
        var graph = Graph(name: "noise")
        let x = graph.addInput("x", TensorType(.float32, [1, 4, 1, 1]))
        let alpha: Float = 0.3
        let weights = graph.addConstant(
            "w", Tensor([1, 4, 1, 1], [alpha, -alpha, alpha, noisy ? alpha.nextUp : alpha]))
        let sign = try graph.append(Sign(), [x], name: "s")[0]
        let bias = graph.addConstant("b", Tensor([1], [offset]))
        let sum = try graph.append(Conv(window: Window(kernel: 1)), [sign, weights, bias], name: "conv")[0]
        let decided = try graph.append(Sign(), [sum], name: "decided")[0]
        graph.outputs = [Graph.Output(name: "y", value: decided)]
        var context = CompilationContext()
        try Pipeline.run(on: &graph, &context, verify: true)
        return (try XCTUnwrap(context.binarizers.last), context.remarks)
    }

    func testADecisionWithinTheNoiseIsCounted() throws {
        let near = try record(noisy: true, offset: 1e-9).0
        XCTAssertEqual(near.domain, .accumulator)
        XCTAssertEqual(near.withinNoise, 1)
        XCTAssertEqual(try record(noisy: true, offset: 1e-3).0.withinNoise, 0)
        XCTAssertEqual(try record(noisy: false, offset: 1e-9).0.withinNoise, 0)
    }

    func testAnExactZeroWithinTheNoiseIsATieAndNotStructural() throws {
        let tie = try record(noisy: true, offset: 0)
        XCTAssertEqual(tie.0.domain, .accumulator)
        XCTAssertEqual(tie.0.ties, 1)
        XCTAssertEqual(tie.0.withinNoise, 1)
        XCTAssertEqual(tie.remarks, [])
        let structural = try record(noisy: false, offset: 0)
        XCTAssertEqual(structural.remarks.count, 1)
        XCTAssertTrue(structural.remarks[0].contains("accumulator 0 of 'conv' gives exactly 0"), structural.remarks[0])
    }
}
