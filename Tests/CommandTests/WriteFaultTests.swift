import Foundation
import XCTest

/// What is written is there whole or not at all: where the disk is full, and where the process is killed at any moment,
/// the file that was there before stays as it was, and no error leaves a temporary file behind.
final class WriteFaultTests: XCTestCase {
    private let model = CommandLine.fixture("mono-chain-tiny-ts") + "/model.onnx"
    private let other = CommandLine.fixture("adabin-tiny-ts") + "/model.onnx"

    /// Runs `bnnm` where no file may grow beyond so many KiB: every write behind that fails, as on a full disk.
    private func runOnFullDisk(kibibytes: Int, _ arguments: [String]) throws -> CommandLine.Outcome {
        let process = Process(), pipe = Pipe()
        process.executableURL = URL(fileURLWithPath: "/bin/bash")
        // Both streams go to a pipe, which has no size.
        process.arguments =
            [
                "-c", "ulimit -f \(kibibytes); trap '' XFSZ; exec \"$0\" \"$@\" 2>&1",
                CommandLine.products.appendingPathComponent("bnnm").path,
            ] + arguments
        process.standardOutput = pipe
        try process.run()
        let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        XCTAssertEqual(process.terminationReason, .exit, output)
        return CommandLine.Outcome(status: process.terminationStatus, output: output, errors: output)
    }

    private func bytes(_ path: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: path)) }

    func testAFullDiskLeavesTheOldModelAsItWas() throws {
        let folder = try TemporaryFolder(), path = folder.path("m.bnnm")
        XCTAssertEqual(try CommandLine.run("compile", model, "-o", path).status, 0)
        let old = try bytes(path)
        for kibibytes in [0, 1, 2] {
            let outcome = try runOnFullDisk(kibibytes: kibibytes, ["compile", other, "-o", path])
            XCTAssertEqual(outcome.status, 1, outcome.output)
            XCTAssertTrue(outcome.output.contains("cannot write '\(path)'"), outcome.output)
            XCTAssertEqual(try bytes(path), old)
            XCTAssertEqual(folder.files, ["m.bnnm"])
        }
    }

    func testAFullDiskLeavesTheOldReportAsItWas() throws {
        let folder = try TemporaryFolder(), path = folder.path("m.bnnm")
        for report in ["r.json", "r.html"] {
            try Data("old".utf8).write(to: folder.url.appendingPathComponent(report))
        }
        let model = CommandLine.model("three-and-minus-three.onnx")
        XCTAssertEqual(try CommandLine.run("compile", model, "-o", path, "--report", folder.path("new.html")).status, 0)
        let modelKibibytes = (try bytes(path).count + 1023) / 1024
        // The page is larger than the model, so the model can be written where the page cannot.
        XCTAssertGreaterThan(try bytes(folder.path("new.html")).count, modelKibibytes * 1024)
        let outcome = try runOnFullDisk(
            kibibytes: modelKibibytes, ["compile", model, "-o", path, "--report", folder.path("r.html")])
        XCTAssertEqual(outcome.status, 1, outcome.output)
        XCTAssertTrue(
            outcome.output.contains("the report cannot be written to \(folder.path("r.html")): File too large"),
            outcome.output)
        let inspected = try runOnFullDisk(kibibytes: 0, ["inspect", path, "--html", folder.path("r.html")])
        XCTAssertEqual(inspected.status, 1, inspected.output)
        XCTAssertEqual(try bytes(folder.path("r.html")), Data("old".utf8))
        XCTAssertEqual(folder.files, ["m.bnnm", "new.html", "r.html", "r.json"])
    }

    func testAFullDiskLeavesOldResultsAsTheyWere() throws {
        let folder = try TemporaryFolder(), path = folder.path("m.bnnm"), results = folder.path("out")
        XCTAssertEqual(try CommandLine.run("compile", model, "-o", path).status, 0)
        let arguments = [
            "run", path, "--input", CommandLine.fixture("mono-chain-tiny-ts") + "/input_0.npy", "--output-dir", results,
        ]
        XCTAssertEqual(try CommandLine.run(arguments).status, 0)
        let names = try FileManager.default.contentsOfDirectory(atPath: results).sorted()
        let old = try names.map { try bytes("\(results)/\($0)") }
        let outcome = try runOnFullDisk(kibibytes: 0, arguments)
        XCTAssertEqual(outcome.status, 1, outcome.output)
        XCTAssertTrue(
            outcome.output.contains("\(results)/\(names[0]) cannot be written: File too large"), outcome.output)
        XCTAssertEqual(try FileManager.default.contentsOfDirectory(atPath: results).sorted(), names)
        XCTAssertEqual(try names.map { try bytes("\(results)/\($0)") }, old)
    }

    func testResultsThatDoNotArriveAreAFailure() throws {
        let folder = try TemporaryFolder()
        for arguments in [
            ["compile", model, "-o", folder.path("m.bnnm"), "--json"], ["inspect", folder.path("m.bnnm")],
            ["verify", model],
        ] {
            let process = Process(), pipe = Pipe()
            process.executableURL = CommandLine.products.appendingPathComponent("bnnm")
            process.arguments = arguments
            process.standardOutput = try XCTUnwrap(FileHandle(forWritingAtPath: "/dev/full"))
            process.standardError = pipe
            try process.run()
            let errors = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
            process.waitUntilExit()
            XCTAssertEqual(process.terminationReason, .exit, errors)
            XCTAssertEqual(process.terminationStatus, 1, "\(arguments)")
            XCTAssertTrue(errors.contains("standard output: No space left on device"), errors)
        }
    }

    func testAMessageThatNobodyTakesStopsNothing() throws {
        let process = Process()
        process.executableURL = CommandLine.products.appendingPathComponent("bnnm")
        process.arguments = ["compile", "absent.onnx"]
        process.standardError = try XCTUnwrap(FileHandle(forWritingAtPath: "/dev/full"))
        try process.run()
        process.waitUntilExit()
        XCTAssertEqual(process.terminationReason, .exit)
        XCTAssertEqual(process.terminationStatus, 1)
    }

    func testVerifyOnAFullDiskSaysSo() throws {
        let outcome = try runOnFullDisk(kibibytes: 0, ["verify", model])
        XCTAssertEqual(outcome.status, 1, outcome.output)
        XCTAssertTrue(outcome.output.contains("cannot write '"), outcome.output)
    }

    func testAKilledCompilerLeavesOneWholeModelOrTheOther() throws {
        let folder = try TemporaryFolder(), path = folder.path("m.bnnm")
        var wholes: [Data] = []
        var slowest = 0.0
        for source in [model, other] {
            let start = ContinuousClock.now
            XCTAssertEqual(try CommandLine.run("compile", source, "-o", path).status, 0)
            slowest = max(slowest, (ContinuousClock.now - start) / .seconds(1))
            wholes.append(try bytes(path))
        }
        XCTAssertNotEqual(wholes[0], wholes[1])
        var generator = SystemRandomNumberGenerator()
        let end = ContinuousClock.now + .seconds(10)
        var rounds = 0, killed = 0
        while ContinuousClock.now < end {
            let process = Process()
            process.executableURL = CommandLine.products.appendingPathComponent("bnnm")
            process.arguments = ["compile", [model, other][rounds % 2], "-o", path]
            process.standardOutput = FileHandle.nullDevice
            process.standardError = FileHandle.nullDevice
            try process.run()
            let seconds = Double.random(in: 0...slowest, using: &generator)
            usleep(UInt32(seconds * 1e6))
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
            rounds += 1
            if process.terminationReason == .uncaughtSignal { killed += 1 }
            XCTAssertTrue(wholes.contains(try bytes(path)), "after \(seconds) s")
            let left = folder.files.filter { $0 != "m.bnnm" && !$0.hasPrefix(".bnnm.tmp-") }
            XCTAssertEqual(left, [], "after \(seconds) s")
        }
        XCTAssertGreaterThan(killed, 0)
        XCTAssertGreaterThan(rounds, 2)
    }
}
