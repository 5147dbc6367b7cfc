import BNNMReport
import Foundation
import XCTest

@testable import BNNMPage

/// Pages are whole, need nothing else, have every layer in them, and show hostile names as they are.
final class PageTests: XCTestCase {
    private let folder = FileManager.default.temporaryDirectory.appendingPathComponent("bnnm-page-\(UUID().uuidString)")

    override func setUpWithError() throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    override func tearDown() { try? FileManager.default.removeItem(at: folder) }

    /// What the page's script parses.
    private func data(_ page: String) throws -> [String: Any] {
        let begin = try XCTUnwrap(page.range(of: "<script type=\"application/json\" id=\"data\">"))
        let end = try XCTUnwrap(page.range(of: "</script>", range: begin.upperBound..<page.endIndex))
        let text = String(page[begin.upperBound..<end.lowerBound])
        XCTAssertFalse(text.contains("<") || text.contains(">") || text.contains("&"), text)
        XCTAssertFalse(text.unicodeScalars.contains { (0x2028...0x2029).contains($0.value) })
        return try XCTUnwrap(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    }

    func testThePageIsWholeAndAsksForNothing() throws {
        let network = try HostileNetwork(in: folder)
        let page = try Page(PageContent(network.report, path: network.path)).html()
        XCTAssertTrue(page.hasPrefix("<!DOCTYPE html>") && page.hasSuffix("</html>\n"))
        for tag in [
            "html", "head", "body", "title", "style", "h1", "header", "nav", "main", "svg", "p", "ul", "script",
        ] {
            let opened = page.components(separatedBy: "<\(tag)>").count + page.components(separatedBy: "<\(tag) ").count
            XCTAssertEqual(opened - 2, page.components(separatedBy: "</\(tag)>").count - 1, tag)
        }
        XCTAssertEqual(page.components(separatedBy: "<script").count, 3)
        // The name that contains the template's marks is in the title, the heading and the data.
        XCTAssertEqual(page.components(separatedBy: "/*data*/").count - 1, try count("/*data*/", in: network) + 2)
        let frame = String(decoding: PackageResources.page_html, as: UTF8.self) + Page.style + Page.script
        for link in ["http:", "https:", "src=", "@import", "url(\"", "url(h", "fetch(", "XMLHttpRequest", "import("] {
            XCTAssertFalse(frame.contains(link), link)
        }
        XCTAssertTrue(page.contains("default-src 'none'"))
    }

    private func count(_ text: String, in network: HostileNetwork) throws -> Int {
        let content = try PageContent(network.report, path: network.path)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.withoutEscapingSlashes]
        return String(decoding: try encoder.encode(content), as: UTF8.self).components(separatedBy: text).count - 1
    }

    func testStyleAndScriptStayInTheirElements() {
        for (name, text) in [("style", Page.style), ("script", Page.script)] {
            XCTAssertFalse(text.contains("</"), "the \(name) would end its element")
            XCTAssertFalse(text.contains("<!--"), "the \(name) would begin a comment")
        }
    }

    func testHostileNamesAreDataAndNothingElse() throws {
        let network = try HostileNetwork(in: folder)
        let content = try PageContent(network.report, path: network.path)
        let page = try Page(content).html()
        XCTAssertFalse(page.contains("alert(1)</script"))
        XCTAssertFalse(page.contains("<img"))
        XCTAssertTrue(page.contains("<title>/*data*/&lt;!--title--&gt;/*script*/: compilation report</title>"), page)
        let layers = try XCTUnwrap((try data(page)["network"] as? [String: Any])?["layers"] as? [[String: Any]])
        XCTAssertEqual(layers.compactMap { $0["name"] as? String }, content.network.layers.map(\.name))
        XCTAssertTrue(content.network.layers.map(\.name).contains(HostileNetwork.names[0]))
        let inputs = try XCTUnwrap((try data(page)["network"] as? [String: Any])?["inputs"] as? [[String: Any]])
        XCTAssertEqual(inputs.first?["name"] as? String, HostileNetwork.names[3])
    }

    func testEscapedTextsMeanTheSame() throws {
        for name in HostileNetwork.names {
            let encoded = String(decoding: try JSONEncoder().encode([name]), as: UTF8.self).escapedForScript
            XCTAssertEqual(try JSONDecoder().decode([String].self, from: Data(encoded.utf8)), [name])
            XCTAssertFalse(encoded.contains("<"), encoded)
            XCTAssertFalse(name.escapedForHTML.contains { "<>\"'".contains($0) }, name.escapedForHTML)
        }
        XCTAssertEqual("a&<b>\"'\u{1}".escapedForHTML, "a&amp;&lt;b&gt;&quot;&#39;\u{FFFD}")
    }

    func testTheFactsAreTheReports() throws {
        let network = try HostileNetwork(in: folder)
        var report = network.report
        report.arenaBytes = 12_345
        report.sourceFileBytes = 2_000
        report.modelFileBytes = 1_000
        report.strictFailures = ["one"]
        let content = try PageContent(report, path: network.path)
        let facts = content.facts.map { "\($0.name): \($0.value)" }
        XCTAssertTrue(facts.contains("arena of a session: 12.3 KB"), "\(facts)")
        XCTAssertTrue(facts.contains("file: 2000 B → 1000 B"), "\(facts)")
        XCTAssertEqual(content.warnings.map(\.items), [["one"]])
        XCTAssertEqual(content.report?.layers.count, report.layers.count)
    }
}
