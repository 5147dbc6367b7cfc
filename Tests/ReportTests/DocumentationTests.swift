import BNNMPasses
import BNNMReport
import Foundation
import XCTest

/// `docs/report.md` explains every key of the JSON and every reason, and nothing else. `BNNM_BLESS=1` writes the table of
/// reasons anew.
final class DocumentationTests: XCTestCase {
    private static let page = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("docs/report.md")

    /// The lines of the page's table with this header, its two first lines left out, and where they stand.
    private func table(_ header: String) throws -> (lines: [String], rows: Range<Int>) {
        let lines = try String(contentsOf: Self.page, encoding: .utf8).components(separatedBy: "\n")
        let start = try XCTUnwrap(lines.firstIndex(of: header), "docs/report.md has no line '\(header)'") + 2
        return (lines, start..<(lines[start...].firstIndex { !$0.hasPrefix("|") } ?? lines.endIndex))
    }

    func testTheTableOfReasonsIsThatOfTheCompiler() throws {
        let (lines, rows) = try table("| code | meaning | refused |")
        let expected = FloatReason.Kind.allCases.map {
            "| `\($0.rawValue)` | \($0.meaning) | \($0.canBeFallback ? "where it could be" : "never") |"
        }
        if ProcessInfo.processInfo.environment["BNNM_BLESS"] == "1" {
            let page = lines[..<rows.lowerBound] + expected + lines[rows.upperBound...]
            return try page.joined(separator: "\n").write(to: Self.page, atomically: true, encoding: .utf8)
        }
        XCTAssertEqual(Array(lines[rows]), expected, "BNNM_BLESS=1 writes the table anew")
    }

    func testEveryKeyOfTheJSONIsExplained() throws {
        let (lines, rows) = try table("| key | meaning |")
        let explained = lines[rows].map { String($0.split(separator: "`")[1]) }
        let object = try JSONSerialization.jsonObject(with: JSONEncoder().encode(Self.full()))
        XCTAssertEqual(Set(explained).subtracting(Self.keys(object)).sorted(), [], "no such key")
        XCTAssertEqual(Self.keys(object).subtracting(explained).sorted(), [], "not explained")
        XCTAssertEqual(explained.count, Set(explained).count)
    }

    func testWordsOfTheJSONAreExplained() throws {
        let text = try String(contentsOf: Self.page, encoding: .utf8)
        let words =
            [CompilationReport.Layer.Kind.binary, .float].map(\.rawValue)
            + [CompilationReport.Binarizer.Exactness.exact, .exactComparison, .changed].map(\.rawValue)
            + [LayerPart.Role.main, .phase, .windowSum].map(\.rawValue)
            + [BinarizerRecord.Domain.accumulator, .float, .dynamicAccumulator].map(\.rawValue)
        for word in words { XCTAssertTrue(text.contains("`\(word)`"), "'\(word)' is not explained") }
    }

    /// A report in which every optional key is there and no list is empty.
    private static func full() -> CompilationReport {
        var report = SampleReport.report
        report.sourceFileBytes = 1
        report.modelFileBytes = 1
        report.arenaBytes = 1
        report.randomSeed = 1
        return report
    }

    /// `layers[].name` and so on.
    private static func keys(_ value: Any, path: String = "") -> Set<String> {
        if let object = value as? [String: Any] {
            return object.reduce(into: []) { result, entry in
                let key = path.isEmpty ? entry.key : "\(path).\(entry.key)"
                result.insert(key)
                result.formUnion(keys(entry.value, path: key))
            }
        }
        guard let list = value as? [Any] else { return [] }
        return list.reduce(into: []) { $0.formUnion(keys($1, path: path + "[]")) }
    }
}
