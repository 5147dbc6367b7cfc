import BNNM
import BNNMIR
import BNNMPacker
import BNNMPasses
import Foundation
import TestSupport
import XCTest

/// Random networks through the whole way: compiled, written, opened and run at every level and thread count, against the
/// interpreter on the graph they were imported as.
final class RandomNetworkTests: XCTestCase {
    private let path = FileManager.default.temporaryDirectory.appendingPathComponent("bnnm-random-\(UUID()).bnnm").path

    override func tearDown() { try? FileManager.default.removeItem(atPath: path) }

    func testTheDeviceComputesWhatAChainMeans() throws {
        var compared = 0, binarizers = 0
        for seed in 0..<UInt64(300) {
            let chain = try RandomChain(seed: seed)
            guard let (runs, probes) = try compare(chain.graph, chain.input, "chain, seed \(seed)") else { continue }
            compared += runs
            binarizers += probes
        }
        // The generator reaches the device, or the test shows nothing.
        XCTAssertGreaterThan(compared, 500)
        XCTAssertGreaterThan(binarizers, 300)
    }

    func testTheDeviceComputesWhatAResidualNetworkMeans() throws {
        var compared = 0, binarizers = 0
        for seed in 0..<UInt64(300) {
            let network = try RandomResidualNetwork(seed: seed)
            guard let (runs, probes) = try compare(network.graph, network.input, "residual network, seed \(seed)")
            else {
                continue
            }
            compared += runs
            binarizers += probes
        }
        XCTAssertGreaterThan(compared, 500)
        XCTAssertGreaterThan(binarizers, 300)
    }

    /// nil where the network has an operator that the device lacks.
    private func compare(_ imported: Graph, _ input: Tensor, _ message: String) throws -> (runs: Int, probes: Int)? {
        let expected = try Interpreter(imported).run([input])[0].floats
        var graph = imported
        var context = CompilationContext()
        do {
            try Pipeline.run(on: &graph, &context)
        } catch is UnsupportedNodes {
            return nil
        }
        try Packer.write(
            graph, Packer.Info(name: "random", producer: "test", target: "portable", sourceWeightBytes: 0), to: path)
        let model = try BNNMModel(path: path)
        var runs = 0
        for level in InstructionSet.levels where InstructionSet.available.contains(level) {
            for threads in [1, 2] {
                let session = try BNNMSession(model, threads: threads, instructionSets: level)
                let outputs = try session.run([input.floats])[0]
                assertClose(outputs, expected, "\(message), \(level.name ?? ""), \(threads) threads")
                runs += 1
            }
        }
        return (runs, model.probes.count)
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
