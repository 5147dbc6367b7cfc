import BNNMReport
import Foundation
import XCTest

@testable import BNNMCommand

/// The report as a user gets it: as text, as JSON, as a page, and as the reason why `--strict` refuses.
final class ReportTests: XCTestCase {
    private let model = CommandLine.fixture("adabin-tiny-ts") + "/model.onnx"

    private struct Report: Decodable {
        struct Reason: Decodable { let code: String }
        struct Layer: Decodable {
            let kind: String
            let reason: Reason?
        }
        let layers: [Layer]
        let binaryLayers: Int
        let arenaBytes: Int
        let modelFileBytes: Int
        let strictFailures: [String]
    }

    private struct Information: Decodable {
        let arenaBytes: Int
    }

    private static func model(_ name: String) -> String {
        CommandLine.root.appendingPathComponent("Tests/Models/\(name).onnx").path
    }

    private func decoded(_ text: String) throws -> Report {
        try JSONDecoder().decode(Report.self, from: Data(text.utf8))
    }

    func testTheJSONOnTheOutputIsThatInTheFile() throws {
        let folder = try TemporaryFolder()
        let outcome = try CommandLine.run(
            "compile", model, "-o", folder.path("m.bnnm"), "--json", "--report", folder.path("r.json"))
        XCTAssertEqual(outcome.status, 0, outcome.errors)
        XCTAssertEqual(outcome.output, try folder.text("r.json"))
        let report = try decoded(outcome.output)
        XCTAssertEqual(report.binaryLayers, 5)
        XCTAssertEqual(report.strictFailures, [])
        XCTAssertEqual(report.modelFileBytes, try Data(contentsOf: folder.url.appendingPathComponent("m.bnnm")).count)
    }

    func testTheArenaIsWhatTheRuntimePlans() throws {
        let folder = try TemporaryFolder()
        let outcome = try CommandLine.run(
            "compile", model, "-o", folder.path("m.bnnm"), "--report", folder.path("r.json"))
        let bytes = try decoded(folder.text("r.json")).arenaBytes
        XCTAssertGreaterThan(bytes, 0)
        XCTAssertTrue(outcome.output.contains("arena   \(bytes.byteText) of working memory"), outcome.output)
        let information = try CommandLine.run("inspect", folder.path("m.bnnm"), "--json").output
        XCTAssertEqual(
            try JSONDecoder().decode(Information.self, from: Data(information.utf8)).arenaBytes, bytes)
        let text = try CommandLine.run("inspect", folder.path("m.bnnm")).output
        XCTAssertTrue(text.contains("arena     \(bytes.byteText)"), text)
    }

    func testEveryFloatLayerOfTheFixturesHasAReasonAndNoneIsAFallback() throws {
        for name in ["adabin-tiny-ts", "dysign-resnet-tiny-ts", "dybnn-prelu-tiny-ts", "xnor-net-tiny-dyn"] {
            let folder = try TemporaryFolder()
            let outcome = try CommandLine.run(
                "compile", CommandLine.fixture(name) + "/model.onnx", "-o", folder.path("m.bnnm"), "--json")
            let report = try decoded(outcome.output)
            for layer in report.layers { XCTAssertEqual(layer.reason == nil, layer.kind == "binary", name) }
            XCTAssertEqual(report.strictFailures, [], name)
        }
    }

    func testAnotherEndingIsWrongUsage() throws {
        let folder = try TemporaryFolder()
        let outcome = try CommandLine.run(
            "compile", model, "-o", folder.path("m.bnnm"), "--report", folder.path("r.txt"))
        XCTAssertEqual(outcome.status, 2)
        XCTAssertTrue(outcome.errors.contains(".json or .html"), outcome.errors)
        XCTAssertEqual(folder.files, [])
    }

    func testStrictRefusesALayerThatCouldHaveBeenBinary() throws {
        let folder = try TemporaryFolder()
        let model = Self.model("three-and-minus-three"), output = folder.path("m.bnnm")
        let strict = try CommandLine.run("compile", model, "-o", output, "--strict", "--report", folder.path("r.json"))
        XCTAssertEqual(strict.status, 1)
        XCTAssertTrue(
            strict.errors.contains(
                "layer 'conv' (Conv) stays in float: its input is decided by a condition at 'codes' (Where)"),
            strict.errors)
        XCTAssertEqual(folder.files, [])
        let outcome = try CommandLine.run("compile", model, "-o", output, "--json")
        XCTAssertEqual(outcome.status, 0)
        XCTAssertEqual(try decoded(outcome.output).layers.map { $0.reason?.code }, ["unrecognized-decision"])
    }

    func testStrictTakesMaskedZerosAndRefusesThoseThatTheUserDecided() throws {
        let folder = try TemporaryFolder()
        let model = Self.model("sign-of-relu")
        let exact = try CommandLine.run("compile", model, "-o", folder.path("m.bnnm"), "--strict")
        XCTAssertEqual(exact.status, 0, exact.errors)
        XCTAssertTrue(exact.output.contains("zeros are masked: its input passes the ReLU 'r'"), exact.output)
        let decided = try CommandLine.run(
            "compile", model, "-o", folder.path("d.bnnm"), "--strict", "--sign-zero", "plus")
        XCTAssertEqual(decided.status, 1)
        XCTAssertTrue(
            decided.errors.contains(
                "binarizer 's' is not exact: its input passes the ReLU 'r'; decided +1 as --sign-zero asks"),
            decided.errors)
        XCTAssertEqual(folder.files, ["m.bnnm"])
    }
}
