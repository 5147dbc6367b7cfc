import Foundation
import XCTest

@testable import BNNMCommand

/// docs/tutorial.md: its code is the script's, and what it says of the exported network holds.
final class TutorialTests: XCTestCase {
    private static let models = CommandLine.root.appendingPathComponent("models/tutorial")
    private func text(_ path: String) throws -> String {
        try String(contentsOf: CommandLine.root.appendingPathComponent(path), encoding: .utf8)
    }

    func testTheCodeIsThatOfTheScript() throws {
        let script = try text("models/tutorial/dysign_net.py")
        let blocks = try text("docs/tutorial.md").components(separatedBy: "```python\n").dropFirst()
            .map { $0.components(separatedBy: "```")[0] }
        XCTAssertEqual(blocks.count, 5)
        for block in blocks { XCTAssertTrue(script.contains(block), block) }
    }

    func testTheExportedNetworkDoesAsItIsSaid() throws {
        let folder = try TemporaryFolder()
        let model = Self.models.appendingPathComponent("dysign.onnx").path, compiled = folder.path("dysign.bnnm")
        let images = Self.models.appendingPathComponent("images.npy").path
        let report = try CommandLine.run("compile", model, "-o", compiled, "--strict", "--with-check", "2")
        XCTAssertEqual(report.status, 0, report.errors)
        XCTAssertTrue(report.output.contains("2 of 8 layers are binary: 98.6"), report.output)
        XCTAssertTrue(report.output.contains("float32 threshold of each sample and channel"), report.output)
        let verified = try CommandLine.run("verify", model, compiled, "--input", images)
        XCTAssertEqual(verified.status, 0, verified.errors)
        XCTAssertTrue(verified.output.contains("163 840 decisions, 0 differing"), verified.output)

        let run = try CommandLine.run("run", compiled, "--input", images, "--output-dir", folder.path("logits"))
        XCTAssertEqual(run.status, 0, run.errors)
        let recorded = try NumpyArray(path: Self.models.appendingPathComponent("logits.npy").path)
        let logits = try NumpyArray(path: folder.path("logits/logits.npy"))
        XCTAssertEqual(logits.shape, recorded.shape)
        // Of 13 at most: float32 sums in another order than PyTorch's.
        for (a, b) in zip(try logits.floats(source: "logits"), try recorded.floats(source: "recorded")) {
            XCTAssertEqual(a, b, accuracy: 2e-5)
        }
    }
}
