import Foundation
import XCTest

@testable import BNNMCommand

/// The trained digits models: the same predictions as ONNX Runtime, on every held-out image and at every level.
final class DigitsTests: XCTestCase {
    /// Both networks in both exports, with ONNX Runtime's recorded logits.
    private static let models: [(file: String, logits: String)] = [
        ("chain-ts.onnx", "chain-logits.npy"), ("chain-dynamo.onnx", "chain-logits.npy"),
        ("dysign-ts.onnx", "dysign-logits.npy"), ("dysign-dynamo.onnx", "dysign-logits.npy"),
    ]

    func testPredictionsEqualONNXRuntimesAndAreAccurate() throws {
        let labels = try NumpyArray(path: CommandLine.digits("test-labels.npy"))
        let digits = labels.bytes.withUnsafeBytes { raw in
            (0..<labels.shape[0]).map { Int(raw.loadUnaligned(fromByteOffset: $0 * 8, as: Int64.self)) }
        }
        for model in Self.models {
            let recorded = try NumpyArray(path: CommandLine.digits(model.logits))
            let expected = predictions(try recorded.floats(source: model.logits))
            let correct = zip(expected, digits).filter { $0 == $1 }.count
            XCTAssertGreaterThanOrEqual(Double(correct) / Double(digits.count), 0.96)
            let folder = try TemporaryFolder()
            let compiled = folder.path("m.bnnm")
            XCTAssertEqual(
                try CommandLine.run("compile", CommandLine.digits(model.file), "-o", compiled, "--strict").status, 0,
                model.file)
            for level in TestLevels.available {
                for threads in ["1", "2"] {
                    let outcome = try CommandLine.run(
                        "run", compiled, "--input", "image=" + CommandLine.digits("test-images.npy"), "--output-dir",
                        folder.path("out"), "--isa", level, "--threads", threads)
                    XCTAssertEqual(outcome.status, 0, outcome.errors)
                    let logits = try NumpyArray(path: folder.path("out/logits.npy"))
                    XCTAssertEqual(logits.shape, recorded.shape)
                    XCTAssertEqual(
                        predictions(try logits.floats(source: "logits")), expected, "\(model.file) at \(level)")
                }
            }
        }
    }

    func testVerifyHoldsOnHeldOutImages() throws {
        for model in Self.models {
            let outcome = try CommandLine.run(
                "verify", CommandLine.digits(model.file), "--input", CommandLine.digits("test-images.npy"))
            XCTAssertEqual(outcome.status, 0, outcome.output + outcome.errors)
            XCTAssertTrue(outcome.output.contains("ok: 360 executions"), outcome.output)
        }
    }

    private func predictions(_ logits: [Float]) -> [Int] {
        stride(from: 0, to: logits.count, by: 10).map { start in
            (0..<10).max { logits[start + $0] < logits[start + $1] }!
        }
    }
}
