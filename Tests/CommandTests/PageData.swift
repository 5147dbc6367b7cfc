import Foundation
import XCTest

/// The data of a page that a command wrote, after looking at the page's frame.
struct PageData {
    let members: [String: Any]

    init(_ page: String, file: StaticString = #filePath, line: UInt = #line) throws {
        XCTAssertTrue(page.hasPrefix("<!DOCTYPE html>") && page.hasSuffix("</html>\n"), file: file, line: line)
        let begin = try XCTUnwrap(page.range(of: "<script type=\"application/json\" id=\"data\">"))
        let end = try XCTUnwrap(page.range(of: "</script>", range: begin.upperBound..<page.endIndex))
        let json = Data(page[begin.upperBound..<end.lowerBound].utf8)
        members = try XCTUnwrap(try JSONSerialization.jsonObject(with: json) as? [String: Any])
    }

    var layers: [[String: Any]] { (members["network"] as? [String: Any])?["layers"] as? [[String: Any]] ?? [] }
    var layerNames: [String] { layers.compactMap { $0["name"] as? String } }
    var facts: [String: String] {
        let list = members["facts"] as? [[String: String]] ?? []
        return Dictionary(list.map { ($0["name"] ?? "", $0["value"] ?? "") }, uniquingKeysWith: { $0 + "; " + $1 })
    }
}
