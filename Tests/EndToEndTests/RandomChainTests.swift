import BNNM
import BNNMIR
import BNNMPacker
import BNNMPasses
import Foundation
import TestSupport
import XCTest

/// Random chain networks through the whole way: compiled, written, opened and run at every level and thread count, against
/// the interpreter on the graph they were imported as.
final class RandomChainTests: XCTestCase {
    func testTheDeviceComputesWhatTheImportedGraphMeans() throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("bnnm-chain-\(UUID().uuidString).bnnm")
            .path
        defer { try? FileManager.default.removeItem(atPath: path) }
        var compared = 0, binarizers = 0
        for seed in 0..<UInt64(300) {
            let chain = try RandomChain(seed: seed)
            let expected = try Interpreter(chain.graph).run([chain.input])[0].floats
            var graph = chain.graph
            var context = CompilationContext()
            do {
                try Pipeline.run(on: &graph, &context)
            } catch is UnsupportedNodes {
                continue
            }
            try Packer.write(
                graph, Packer.Info(name: "chain", producer: "test", target: "portable", sourceWeightBytes: 0), to: path)
            let model = try BNNMModel(path: path)
            binarizers += model.probes.count
            for level in InstructionSet.levels where InstructionSet.available.contains(level) {
                for threads in [1, 2] {
                    let session = try BNNMSession(model, threads: threads, instructionSets: level)
                    let outputs = try session.run([chain.input.floats])[0]
                    assertClose(outputs, expected, "seed \(seed), \(level.name ?? ""), \(threads) threads")
                    compared += 1
                }
            }
        }
        // The generator reaches the device, or the test shows nothing.
        XCTAssertGreaterThan(compared, 500)
        XCTAssertGreaterThan(binarizers, 300)
    }

    /// A decision that differs moves an output by about α, far more than float32 rounding of a few operations does.
    private func assertClose(_ outputs: [Float], _ expected: [Float], _ message: String) {
        XCTAssertEqual(outputs.count, expected.count, message)
        let largest = max(expected.map { abs($0) }.max() ?? 0, 1)
        for (index, (a, b)) in zip(outputs, expected).enumerated() where !(abs(a - b) <= 1e-5 * largest) {
            return XCTFail("\(message): output \(index) is \(a), not \(b)")
        }
    }
}
