import BNNMFormat
import Foundation
import XCTest

/// `compile --with-check` and `run --check`: a model that proves itself, and one that was damaged and cannot.
final class CheckTests: XCTestCase {
    private func compiled(_ folder: TemporaryFolder, checks: String = "2") throws -> String {
        let path = folder.path("m.bnnm")
        let outcome = try CommandLine.run(
            "compile", CommandLine.digits("dysign-ts.onnx"), "-o", path, "--with-check", checks)
        XCTAssertEqual(outcome.status, 0, outcome.errors)
        if checks != "0" { XCTAssertTrue(outcome.output.contains("embedded \(checks) check"), outcome.output) }
        XCTAssertEqual(try FileManager.default.contentsOfDirectory(atPath: folder.path("")), ["m.bnnm"])
        return path
    }

    func testAModelProvesItselfAtEveryLevelAndThreadCount() throws {
        let folder = try TemporaryFolder()
        let path = try compiled(folder)
        for threads in ["1", "2"] {
            let outcome = try CommandLine.run("run", path, "--check", "--threads", threads)
            XCTAssertEqual(outcome.status, 0, outcome.output + outcome.errors)
            for level in TestLevels.available {
                for check in 0..<2 {
                    XCTAssertTrue(outcome.output.contains("check \(check) at \(level): ok"), outcome.output)
                }
            }
        }
        let inspected = try CommandLine.run("inspect", path)
        XCTAssertTrue(inspected.output.contains("2 checks"), inspected.output)
    }

    func testAChangedWeightIsNoticed() throws {
        let folder = try TemporaryFolder()
        let path = try compiled(folder)
        var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        // Some bit of each of these places is a binary weight's.
        var failures = 0
        let blobs = bytes.withUnsafeBytes { Int($0.loadUnaligned(fromByteOffset: 32, as: UInt64.self)) }
        for position in stride(from: blobs, to: bytes.count, by: max(1, (bytes.count - blobs) / 40)) {
            bytes[position] ^= 1
            let checksum = bytes.withUnsafeBytes { raw in
                let front = bnnmf_crc32c(0, raw.baseAddress, 48)
                return bnnmf_crc32c(front, raw.baseAddress! + 52, raw.count - 52)
            }
            withUnsafeBytes(of: checksum.littleEndian) { for index in 0..<4 { bytes[48 + index] = $0[index] } }
            try Data(bytes).write(to: URL(fileURLWithPath: folder.path("damaged.bnnm")))
            let outcome = try CommandLine.run("run", folder.path("damaged.bnnm"), "--check", "--isa", "generic")
            failures += outcome.status == 0 ? 0 : 1
            XCTAssertTrue(outcome.status == 0 || outcome.status == 1, outcome.errors)
            bytes[position] ^= 1
        }
        XCTAssertGreaterThan(failures, 10)
    }

    func testIntegersAndTruthValuesAreCheckedAndVerified() throws {
        let folder = try TemporaryFolder()
        let (model, path) = (CommandLine.model("typed-ports.onnx"), folder.path("m.bnnm"))
        let compiled = try CommandLine.run("compile", model, "-o", path, "--with-check", "3")
        XCTAssertEqual(compiled.status, 0, compiled.errors)
        let checked = try CommandLine.run("run", path, "--check")
        XCTAssertEqual(checked.status, 0, checked.output + checked.errors)
        let verified = try CommandLine.run("verify", model, path)
        XCTAssertEqual(verified.status, 0, verified.output + verified.errors)
        for output in ["best", "total", "truths"] {
            XCTAssertTrue(verified.output.contains("output '\(output)': 0 elements differ\n"), verified.output)
        }
    }

    func testAModelWithoutChecksIsAnErrorThatSaysHowToGetThem() throws {
        let folder = try TemporaryFolder()
        let outcome = try CommandLine.run("run", try compiled(folder, checks: "0"), "--check")
        XCTAssertEqual(outcome.status, 1)
        XCTAssertTrue(outcome.errors.contains("--with-check N"), outcome.errors)
    }

    func testWrongUsageIsRefused() throws {
        let folder = try TemporaryFolder()
        let path = try compiled(folder)
        for arguments in [
            ["run", path], ["run", path, "--check", "--output-dir", "out"],
            ["compile", CommandLine.digits("dysign-ts.onnx"), "--with-check", "1025"],
        ] {
            XCTAssertEqual(try CommandLine.run(arguments).status, 2, "\(arguments)")
        }
    }
}
