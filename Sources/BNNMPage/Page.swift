import Foundation

/// A page of HTML that needs no other file and asks for none: the template of `Page/` with its style, its script and the
/// data. The script builds everything from the data, as text; nothing of the data becomes markup.
public struct Page {
    private let content: PageContent

    public init(_ content: PageContent) { self.content = content }

    /// - Throws: what encoding the content throws: a number that is infinite or NaN.
    public func html() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let data = String(decoding: try encoder.encode(content), as: UTF8.self)
        // One way through the template: what is put in is never looked through for marks.
        var rest = Substring(Page.text(PackageResources.page_html))
        var html = ""
        for (mark, text) in [
            ("<!--title-->", content.title.escapedForHTML), ("/*style*/", Page.style),
            ("<!--title-->", content.title.escapedForHTML), ("/*data*/", data.escapedForScript),
            ("/*script*/", Page.script),
        ] {
            guard let place = rest.range(of: mark) else { continue }
            html += rest[..<place.lowerBound] + text
            rest = rest[place.upperBound...]
        }
        return html + rest
    }

    /// In the order in which rules override each other.
    static let style = [PackageResources.theme_css, PackageResources.page_css, PackageResources.graph_css]
        .map(text).joined()

    /// In the order in which scripts use each other.
    static let script = [
        PackageResources.elements_js, PackageResources.numbers_js, PackageResources.model_js, PackageResources.table_js,
        PackageResources.tables_js, PackageResources.lanes_js, PackageResources.graph_js, PackageResources.details_js,
        PackageResources.bars_js, PackageResources.thresholds_js, PackageResources.roofline_js,
        PackageResources.page_js,
    ].map(text).joined()

    private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}
