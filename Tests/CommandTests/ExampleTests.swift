import XCTest

@testable import BNNMCommand

/// The example programs, run on the trained model as their comments say.
final class ExampleTests: XCTestCase {
    private func compiled(_ folder: TemporaryFolder) throws -> String {
        let path = folder.path("digits.bnnm")
        XCTAssertEqual(try CommandLine.run("compile", CommandLine.digits("chain-ts.onnx"), "-o", path).status, 0)
        return path
    }

    func testDigitsClassifiesEveryHeldOutImageAsRecorded() throws {
        let folder = try TemporaryFolder()
        let arguments = [
            try compiled(folder), CommandLine.digits("test-images.npy"), CommandLine.digits("test-labels.npy"),
            CommandLine.digits("chain-logits.npy"),
        ]
        let outcome = try CommandLine.run(arguments, program: "digits")
        XCTAssertEqual(outcome.status, 0, outcome.errors)
        for level in TestLevels.available {
            XCTAssertTrue(outcome.output.contains("instruction set   \(level)\n"), outcome.output)
        }
        let lines = outcome.output.split(separator: "\n")
        XCTAssertEqual(
            lines.filter { $0.hasSuffix("360 of 360 as ONNX Runtime") }.count, TestLevels.available.count,
            outcome.output)

        // At one level only; a name that is none is wrong usage.
        let generic = try CommandLine.run(arguments + ["--isa", "generic"], program: "digits")
        XCTAssertEqual(generic.output.split(separator: "\n").filter { $0.hasPrefix("instruction set") }.count, 1)
        XCTAssertEqual(try CommandLine.run(arguments + ["--isa", "mmx"], program: "digits").status, 2)

        // Against other recorded predictions it fails.
        let recorded = try NumpyArray(path: arguments[3])
        let logits = try recorded.floats(source: "logits")
        try NumpyArray(Array(logits[10...] + logits[..<10]), shape: recorded.shape).write(to: folder.path("other.npy"))
        XCTAssertEqual(
            try CommandLine.run(Array(arguments.dropLast()) + [folder.path("other.npy")], program: "digits").status, 1)
    }

    func testMinimalPrintsInputsAndOutputs() throws {
        let folder = try TemporaryFolder()
        let outcome = try CommandLine.run([try compiled(folder)], program: "minimal")
        XCTAssertEqual(outcome.status, 0, outcome.errors)
        XCTAssertTrue(outcome.output.contains("input 0 'image': -1 1 8 8, 256 bytes"), outcome.output)
        XCTAssertEqual(outcome.output.split(separator: "\n").last?.split(separator: " ").count, 10, outcome.output)
        XCTAssertEqual(try CommandLine.run([folder.path("absent.bnnm")], program: "minimal").status, 1)
        XCTAssertEqual(try CommandLine.run([], program: "minimal").status, 2)
    }

    func testClassifyNamesTheBestClassOfEachImage() throws {
        let folder = try TemporaryFolder()
        let outcome = try CommandLine.run([try compiled(folder)], program: "classify")
        XCTAssertEqual(outcome.status, 0, outcome.errors)
        let lines = outcome.output.split(separator: "\n")
        XCTAssertEqual(lines.first, "'image' is [n,1,8,8], 64 values a sample", outcome.output)
        XCTAssertEqual(lines.count, 3, outcome.output)
        XCTAssertTrue(lines.dropFirst().allSatisfy { $0.hasPrefix("'logits' of image ") }, outcome.output)
        let absent = try CommandLine.run([folder.path("absent.bnnm")], program: "classify")
        XCTAssertTrue(absent.output.hasPrefix("fileNotFound: "), absent.output)
    }
}
