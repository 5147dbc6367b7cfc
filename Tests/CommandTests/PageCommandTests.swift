import Foundation
import XCTest

/// The pages of `compile`, `inspect` and `profile`: written whole or not at all, with every layer in them.
final class PageCommandTests: XCTestCase {
    private let model = CommandLine.fixture("adabin-tiny-ts") + "/model.onnx"

    private func json(_ text: String) throws -> [String: Any] {
        try XCTUnwrap(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    }

    private func compiled(_ folder: TemporaryFolder) throws -> String {
        let path = folder.path("m.bnnm")
        let outcome = try CommandLine.run("compile", model, "-o", path, "--report", folder.path("r.html"))
        XCTAssertEqual(outcome.status, 0, outcome.errors)
        return path
    }

    private func inspectedNames(_ path: String) throws -> [String] {
        let inspected = try json(try CommandLine.run("inspect", path, "--json").output)
        return try XCTUnwrap(inspected["layers"] as? [[String: Any]]).compactMap { $0["name"] as? String }
    }

    func testCompileWritesAPageOfTheReport() throws {
        let folder = try TemporaryFolder()
        let path = try compiled(folder)
        let page = try PageData(folder.text("r.html"))
        XCTAssertEqual(page.layerNames, try inspectedNames(path))
        let report = try XCTUnwrap(page.members["report"] as? [String: Any])
        let expected = try json(try CommandLine.run("compile", model, "-o", path, "--json").output)
        XCTAssertEqual(report as NSDictionary, expected as NSDictionary)
        for fact in ["arena of a session", "binary layers", "file", "weights", "target"] {
            XCTAssertNotNil(page.facts[fact], "\(fact) in \(page.facts)")
        }
    }

    func testInspectWritesAPageOfACompiledModel() throws {
        let folder = try TemporaryFolder()
        let path = try compiled(folder)
        let outcome = try CommandLine.run("inspect", path, "--html", folder.path("i.html"))
        XCTAssertEqual(outcome.status, 0, outcome.errors)
        let page = try PageData(folder.text("i.html"))
        XCTAssertEqual(page.layerNames, try inspectedNames(path))
        XCTAssertTrue(page.layers.allSatisfy { ($0["kernel"] as? String)?.isEmpty == false })
        XCTAssertNotNil(page.facts["arena"])
        let decided = page.layers.flatMap { $0["decides"] as? [String] ?? [] }
        XCTAssertTrue(decided.contains("/3/act/Sign_output_0"), "\(decided)")
        let other = try CommandLine.run("inspect", path, "--html", folder.path("i.txt"))
        XCTAssertEqual(other.status, 2)
        XCTAssertEqual(folder.files, ["i.html", "m.bnnm", "r.html"])
    }

    func testProfileWritesAPageBesideWhatItPrints() throws {
        let folder = try TemporaryFolder()
        let path = try compiled(folder)
        let outcome = try CommandLine.run(
            "profile", path, "--runs", "5", "--threads", "1,2", "--html", folder.path("p.html"))
        XCTAssertEqual(outcome.status, 0, outcome.errors)
        XCTAssertTrue(outcome.output.contains("latency in us"), outcome.output)
        let page = try PageData(folder.text("p.html"))
        XCTAssertEqual(page.layerNames, try inspectedNames(path))
        let runs = (page.members["profile"] as? [String: Any])?["runs"] as? [[String: Any]]
        XCTAssertEqual(runs?.map { $0["threads"] as? Int }, [1, 2])
        XCTAssertNotNil(page.facts["CPU"])
    }

    func testAPageIsMadeOfAReportOfABoard() throws {
        let folder = try TemporaryFolder()
        let path = try compiled(folder)
        let measured = try CommandLine.run([path, "--runs", "5", "--json"], program: "bnnm-profile").output
        var report = try json(measured)
        report["board"] = [
            "machine": "Raspberry Pi 4", "cpu": "Cortex-A72", "system": "Linux", "governor": "ondemand", "cpus": 4,
        ]
        var run = try XCTUnwrap((report["runs"] as? [[String: Any]])?.first)
        run["board"] = [
            "least_mhz": 600, "most_mhz": 1500, "celsius_before": 50.0, "celsius_after": 84.0, "celsius_most": 84.0,
            "throttled": 4, "other_load": 0.1, "warnings": ["the CPU is throttled"],
        ]
        report["runs"] = [run]
        let board = folder.path("board.json")
        try JSONSerialization.data(withJSONObject: report).write(to: URL(fileURLWithPath: board))
        let outcome = try CommandLine.run("profile", path, "--from", board, "--html", folder.path("b.html"))
        XCTAssertEqual(outcome.status, 0, outcome.errors)
        XCTAssertEqual(outcome.output, "")
        let page = try PageData(folder.text("b.html"))
        XCTAssertEqual(page.facts["machine"], "Raspberry Pi 4")
        XCTAssertEqual(
            page.facts["state, 1 thread, \(run["isa"] as? String ?? "")"],
            "clock 600 to 1500 MHz, 50.0 to 84.0 °C, other programs took 10 % of a CPU")
        let warnings = try XCTUnwrap(page.members["warnings"] as? [[String: Any]])
        XCTAssertEqual(warnings.map { $0["items"] as? [String] }, [["the CPU is throttled"]])
    }

    func testAReportOfAnotherModelIsRefused() throws {
        let folder = try TemporaryFolder()
        let path = try compiled(folder), other = folder.path("o.bnnm"), json = folder.path("o.json")
        XCTAssertEqual(
            try CommandLine.run("compile", CommandLine.digits("dysign-ts.onnx"), "-o", other).status, 0)
        try Data(try CommandLine.run("profile", other, "--runs", "2", "--json").output.utf8)
            .write(to: URL(fileURLWithPath: json))
        let refused = try CommandLine.run("profile", path, "--from", json, "--html", folder.path("p.html"))
        XCTAssertEqual(refused.status, 1)
        XCTAssertTrue(refused.errors.contains("measured with another model"), refused.errors)
        XCTAssertFalse(folder.files.contains("p.html"))
    }

    func testWrongUsage() throws {
        let folder = try TemporaryFolder()
        let path = try compiled(folder), page = folder.path("p.html")
        for (arguments, text) in [
            (["--html"], "--html: a value is missing"), (["--html", "--json"], "--html: a value is missing"),
            (["--html", folder.path("p.txt")], "ending in .html"), (["--html", page, "--check"], "--check"),
            (["--from", "r.json"], "--html FILE.html"),
            (["--from", "r.json", "--html", page, "--runs", "2"], "--runs"),
        ] {
            let outcome = try CommandLine.run(["profile", path] + arguments)
            XCTAssertEqual(outcome.status, 2, "\(arguments)")
            XCTAssertTrue(outcome.errors.contains(text), outcome.errors)
            XCTAssertEqual(outcome.output, "")
        }
        let onBoard = try CommandLine.run([path, "--html", page], program: "bnnm-profile")
        XCTAssertEqual(onBoard.status, 2)
        XCTAssertTrue(onBoard.errors.contains("--from REPORT.json"), onBoard.errors)
        let help = try CommandLine.run("profile", "--help", "--html", page)
        XCTAssertEqual(help.status, 0)
        XCTAssertTrue(help.output.contains("--html FILE"), help.output)
        XCTAssertEqual(folder.files, ["m.bnnm", "r.html"])
    }

    func testAPageIsWrittenWholeOrNotAtAll() throws {
        let folder = try TemporaryFolder()
        let path = try compiled(folder), page = folder.path("i.html")
        for arguments in [
            ["inspect", path, "--html"], ["profile", path, "--runs", "1", "--html"],
            ["compile", model, "-o", path, "--report"],
        ] {
            let missing = try CommandLine.run(arguments + [folder.path("no/i.html")])
            XCTAssertEqual(missing.status, 1, "\(arguments)")
            XCTAssertTrue(missing.errors.contains("cannot be written"), missing.errors)
            // A page takes the place of the earlier one, which whoever has it open keeps as it is.
            try? FileManager.default.removeItem(atPath: page)
            try Data("earlier".utf8).write(to: URL(fileURLWithPath: page))
            let reader = try FileHandle(forReadingFrom: URL(fileURLWithPath: page))
            XCTAssertEqual(try CommandLine.run(arguments + [page]).status, 0)
            XCTAssertEqual(try reader.readToEnd(), Data("earlier".utf8), "\(arguments)")
            XCTAssertGreaterThan(try PageData(folder.text("i.html")).layers.count, 0)
        }
        XCTAssertEqual(folder.files, ["i.html", "m.bnnm", "r.html"])
    }
}
