import Foundation
import XCTest

/// Bad input gets exit status 1, a message that names place, finding and remedy, and leaves nothing half-written.
final class BadInputTests: XCTestCase {
    private let model = CommandLine.fixture("mono-chain-tiny-ts") + "/model.onnx"

    private func compiled(_ folder: TemporaryFolder) throws -> String {
        let path = folder.path("m.bnnm")
        XCTAssertEqual(try CommandLine.run("compile", model, "-o", path).status, 0)
        return path
    }

    func testAWrongInputShapeNamesTheShapesAndWritesNothing() throws {
        let folder = try TemporaryFolder()
        let path = try compiled(folder)
        let outcome = try CommandLine.run(
            "run", path, "--input", "x=" + CommandLine.digits("test-images.npy"), "--output-dir", folder.path("out"))
        XCTAssertEqual(outcome.status, 1)
        XCTAssertTrue(outcome.errors.contains("[360,1,8,8]") && outcome.errors.contains("[1,3,28,36]"), outcome.errors)
        XCTAssertFalse(folder.files.contains("out"))
    }

    func testAnUnknownInputNameNamesTheInputs() throws {
        let folder = try TemporaryFolder()
        let outcome = try CommandLine.run(
            "run", try compiled(folder), "--input",
            "image=" + CommandLine.fixture("mono-chain-tiny-ts") + "/input_0.npy",
            "--output-dir", folder.path("out"))
        XCTAssertEqual(outcome.status, 1)
        XCTAssertTrue(outcome.errors.contains("no input 'image'") && outcome.errors.contains("'x'"), outcome.errors)
    }

    func testAMissingFileIsNamed() throws {
        let folder = try TemporaryFolder()
        for arguments in [
            ["compile", folder.path("absent.onnx")], ["inspect", folder.path("absent.bnnm")],
            ["verify", folder.path("absent.onnx")],
            ["run", folder.path("absent.bnnm"), "--input", "x.npy", "--output-dir", folder.path("out")],
        ] {
            let outcome = try CommandLine.run(arguments)
            XCTAssertEqual(outcome.status, 1, "\(arguments)")
            XCTAssertTrue(outcome.errors.contains("absent"), outcome.errors)
        }
        XCTAssertEqual(folder.files, [])
    }

    func testAnElementSizeThatNoTypeHasIsRefused() throws {
        let folder = try TemporaryFolder()
        let path = try compiled(folder)
        for size in ["4611686018427387904", "9223372036854775807", "0", "-4", "3"] {
            var header = "{'descr': '<f\(size)', 'fortran_order': False, 'shape': (4,), }"
            header += String(repeating: " ", count: 117 - header.utf8.count) + "\n"
            try (Data([0x93]) + Data("NUMPY".utf8) + Data([1, 0, 118, 0]) + Data(header.utf8) + Data(count: 16)).write(
                to: folder.url.appendingPathComponent("x.npy"))
            let outcome = try CommandLine.run(
                "run", path, "--input", folder.path("x.npy"), "--output-dir", folder.path("out"))
            XCTAssertEqual(outcome.status, 1, outcome.errors)
            XCTAssertTrue(outcome.errors.contains("elements of type '<f\(size)'"), outcome.errors)
        }
    }

    func testANumberOfSamplesBeyondMemoryIsRefused() throws {
        for samples in ["0", "-1", "9223372036854775807"] {
            let outcome = try CommandLine.run("verify", model, "--samples=\(samples)")
            XCTAssertEqual(outcome.status, 2, outcome.errors)
            XCTAssertTrue(outcome.errors.contains("1 to 1000000, not \(samples)"), outcome.errors)
        }
    }

    func testAFileThatIsNoONNXModelIsRefused() throws {
        let folder = try TemporaryFolder()
        try Data("a text, not a model".utf8).write(to: folder.url.appendingPathComponent("model.onnx"))
        let outcome = try CommandLine.run("compile", folder.path("model.onnx"))
        XCTAssertEqual(outcome.status, 1)
        XCTAssertTrue(outcome.errors.contains("model.onnx") && outcome.errors.contains("ONNX"), outcome.errors)
        XCTAssertEqual(folder.files, ["model.onnx"])
    }

    func testEveryUnsupportedOperatorIsNamed() throws {
        let folder = try TemporaryFolder()
        let outcome = try CommandLine.run(
            "compile", CommandLine.fixture("unsupported") + "/model.onnx", "-o", folder.path("m.bnnm"))
        XCTAssertEqual(outcome.status, 1)
        for line in [
            "node 'first' (Celu): the operator is not supported", "node 'second' (Det): the operator is not supported",
        ] {
            XCTAssertTrue(outcome.errors.contains(line), outcome.errors)
        }
        XCTAssertEqual(folder.files, [])
    }

    func testADirectoryAsOutputIsRefusedAndUntouched() throws {
        let folder = try TemporaryFolder()
        let outcome = try CommandLine.run("compile", model, "-o", folder.url.path)
        XCTAssertEqual(outcome.status, 1)
        XCTAssertTrue(outcome.errors.contains("directory"), outcome.errors)
        XCTAssertEqual(folder.files, [])
    }

    func testAFailedCompilationLeavesTheOldOutputWhole() throws {
        let folder = try TemporaryFolder()
        let path = try compiled(folder)
        let before = try Data(contentsOf: URL(fileURLWithPath: path))
        try Data("no model".utf8).write(to: folder.url.appendingPathComponent("bad.onnx"))
        XCTAssertEqual(try CommandLine.run("compile", folder.path("bad.onnx"), "-o", path).status, 1)
        XCTAssertEqual(try Data(contentsOf: URL(fileURLWithPath: path)), before)
    }

    func testACompiledModelCutShortIsRefused() throws {
        let folder = try TemporaryFolder()
        let whole = try Data(contentsOf: URL(fileURLWithPath: try compiled(folder)))
        for count in [0, 3, 63, 64, 100, whole.count / 2, whole.count - 1] {
            try whole.prefix(count).write(to: folder.url.appendingPathComponent("cut.bnnm"))
            let outcome = try CommandLine.run("inspect", folder.path("cut.bnnm"))
            XCTAssertEqual(outcome.status, 1, "cut to \(count) bytes")
            XCTAssertTrue(outcome.errors.contains("cut.bnnm"), outcome.errors)
        }
    }

    func testWrongUsageHasStatusTwo() throws {
        for arguments in [
            ["compile"], ["nonsense"], ["verify", model, "--isa", "mmx"],
            ["compile", model, "--dump-after", "Nothing"],
        ] {
            let outcome = try CommandLine.run(arguments)
            XCTAssertEqual(outcome.status, 2, "\(arguments): \(outcome.errors)")
            XCTAssertFalse(outcome.errors.isEmpty)
        }
        XCTAssertEqual(try CommandLine.run("--help").status, 0)
        XCTAssertEqual(try CommandLine.run("--version").output, "0.1.0\n")
    }
}
