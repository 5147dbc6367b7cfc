import Foundation
import XCTest

/// An architecture without trained weights is compiled with made-up ones, verified and run like any other model.
final class RandomWeightsTests: XCTestCase {
    private let model = CommandLine.model("without-weights.onnx")

    func testAnArchitectureWithoutWeightsCompilesAndSaysSo() throws {
        let folder = try TemporaryFolder()
        let (first, second) = (folder.path("1.bnnm"), folder.path("2.bnnm"))
        let outcome = try CommandLine.run("compile", model, "--random-weights", "1", "--strict", "-o", first)
        XCTAssertEqual(outcome.status, 0, outcome.errors)
        XCTAssertTrue(outcome.output.contains("1 binary layer"), outcome.output)
        XCTAssertTrue(outcome.output.contains("weights are random (seed 1)"), outcome.output)
        XCTAssertTrue(try CommandLine.run("inspect", first).output.contains("random weights, seed 1"))

        // The same seed gives the same bytes.
        XCTAssertEqual(try CommandLine.run("compile", model, "--random-weights", "1", "-o", second).status, 0)
        XCTAssertEqual(FileManager.default.contents(atPath: first), FileManager.default.contents(atPath: second))

        let verified = try CommandLine.run("verify", model, first, "--random-weights", "1")
        XCTAssertEqual(verified.status, 0, verified.output + verified.errors)
    }

    func testWithoutTheOptionAnAbsentFileIsAnErrorThatNamesIt() throws {
        let folder = try TemporaryFolder()
        let outcome = try CommandLine.run("compile", model, "-o", folder.path("m.bnnm"))
        XCTAssertEqual(outcome.status, 1)
        XCTAssertTrue(outcome.errors.contains("without-weights.data"), outcome.errors)
        XCTAssertTrue(outcome.errors.contains("--random-weights"), outcome.errors)
        XCTAssertEqual(folder.files, [])
    }
}
