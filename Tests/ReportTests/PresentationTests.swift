import BNNMReport
import XCTest

/// The text is aligned, and names every layer and binarizer.
final class PresentationTests: XCTestCase {
    private let report = SampleReport.report

    func testTheTextNamesEverythingInAlignedColumns() throws {
        let lines = report.text.components(separatedBy: "\n")
        let header = try XCTUnwrap(lines.first)
        let kind = try XCTUnwrap(header.range(of: "kind"))
        let column = header.distance(from: header.startIndex, to: kind.lowerBound)
        for (line, layer) in zip(lines.dropFirst(), report.layers) {
            XCTAssertTrue(line.hasPrefix(layer.name), line)
            XCTAssertTrue(line.dropFirst(column).hasPrefix(layer.kind.rawValue), line)
            XCTAssertTrue(line.contains(layer.reason?.text ?? layer.note), line)
        }
        for binarizer in report.binarizers {
            XCTAssertTrue(lines.contains { $0.hasPrefix(binarizer.name) && $0.contains(binarizer.folding) })
        }
        for line in lines { XCTAssertNotEqual(line.last, " ", line) }
        for failure in report.strictFailures { XCTAssertTrue(lines.contains("(!) \(failure)"), failure) }
        XCTAssertTrue(report.text.hasSuffix("\n") && !report.text.hasSuffix("\n\n"))
    }

    func testTheSumsAreOfTheLayers() {
        XCTAssertEqual(report.binaryLayers + report.floatLayers, report.layers.count)
        XCTAssertEqual(report.binaryMACs + report.floatMACs, report.layers.map(\.macs).reduce(0, +))
        XCTAssertEqual(report.binaryShare * Double(report.layers.map(\.macs).reduce(0, +)), Double(report.binaryMACs))
        XCTAssertGreaterThan(report.binaryShare, 0)
        XCTAssertLessThan(report.binaryShare, 1)
    }

    func testTheArenaAndTheFilesAreShownWhereTheyAreKnown() {
        XCTAssertFalse(report.text.contains("arena"))
        var whole = report
        whole.arenaBytes = 12_345
        whole.sourceFileBytes = 2_000
        whole.modelFileBytes = 1_000
        XCTAssertTrue(whole.text.contains("arena   12.3 KB"), whole.text)
        XCTAssertTrue(whole.text.contains("file    2000 B → 1000 B"), whole.text)
    }
}
