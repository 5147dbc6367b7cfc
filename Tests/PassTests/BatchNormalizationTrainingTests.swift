import BNNMIR
import TestSupport
import XCTest

@testable import BNNMPasses

/// BatchNormalization by the batch's own statistics.
final class BatchNormalizationTrainingTests: XCTestCase {
    func testItNormalizesByTheBatchAndMovesTheStatistics() throws {
        for shape in [[4, 3], [2, 3, 5], [2, 3, 2, 4], [1, 3, 2, 2, 3]] {
            var random = SeededRandom(seed: shape.count)
            var g = SmallGraph(shape)
            let parameters = (0..<4).map { _ in random.floats(3) }
            let operands = parameters.map { g.constant([3], $0) }
            var graph = g.graph
            let op = BatchNormalizationTraining(epsilon: 0.01, momentum: 0.75)
            let results = try graph.append(op, [g.x] + operands, name: "norm")
            graph.outputs = results.map { Graph.Output(name: "y\($0)", value: $0) }
            let input = random.floats(shape.reduce(1, *))
            let inner = shape[2...].reduce(1, *)
            var y = [Float](repeating: 0, count: input.count), running: [[Float]] = [[], []]
            for channel in 0..<3 {
                let members = input.indices.filter { $0 / inner % 3 == channel }
                let mean = members.reduce(0.0) { $0 + Double(input[$1]) } / Double(members.count)
                let variance =
                    members.reduce(0.0) { $0 + (Double(input[$1]) - mean) * (Double(input[$1]) - mean) }
                    / Double(members.count)
                for index in members {
                    y[index] = Float(
                        (Double(input[index]) - mean) / (variance + 0.01).squareRoot() * Double(parameters[0][channel])
                            + Double(parameters[1][channel]))
                }
                running[0].append(Float(0.75 * Double(parameters[2][channel]) + 0.25 * mean))
                running[1].append(Float(0.75 * Double(parameters[3][channel]) + 0.25 * variance))
            }
            var compiled = graph
            var context = CompilationContext()
            try Pipeline.run(on: &compiled, &context, verify: true)
            XCTAssertEqual(context.remarks.count, 1)
            XCTAssertTrue(context.remarks[0].contains("'norm'"), context.remarks[0])
            for graph in [graph, compiled] {
                for (found, expected) in zip(try graph.outputs(for: input), [y] + running) {
                    for (f, e) in zip(found, expected) { XCTAssertEqual(f, e, accuracy: 1e-5, "shape \(shape)") }
                }
            }
        }
    }

    func testSamplesAreNotApart() throws {
        let x = Operand(TensorType(.float32, [2, 3]))
        XCTAssertFalse(BatchNormalizationTraining(epsilon: 0, momentum: 0.9).keepsSamplesApart([x]))
    }
}
