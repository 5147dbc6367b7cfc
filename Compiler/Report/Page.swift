/// A page of HTML that needs no other file: tables, lists and facts, added one below the other. Texts are escaped here.
public struct Page {
    /// One cell of a table.
    public struct Cell {
        let markup: String

        public init(_ text: String) { markup = text.escaped }

        /// A word on a coloured ground.
        /// - Parameter style: "binary", "float" or "fallback".
        public init(badge text: String, style: String) {
            markup = "<span class=\"badge \(style)\">\(text.escaped)</span>"
        }
    }

    private let title: String
    private var body = ""

    public init(title: String) { self.title = title }

    public mutating func heading(_ text: String) { body += "<h2>\(text.escaped)</h2>\n" }

    public mutating func paragraph(_ text: String) { body += "<p>\(text.escaped)</p>\n" }

    /// A list under a sentence, set apart as something to mind.
    public mutating func warning(_ text: String, _ items: [String]) {
        body += "<div class=\"warning\"><p>\(text.escaped)</p>"
        list(items)
        body += "</div>\n"
    }

    public mutating func list(_ items: [String]) {
        body += "<ul>" + items.map { "<li>\($0.escaped)</li>" }.joined() + "</ul>\n"
    }

    /// A bar of which this share, 0 to 1, is filled.
    public mutating func bar(_ share: Double, of what: String) {
        body +=
            "<div class=\"bar\" title=\"\(what.escaped)\"><div style=\"width:\((share * 100).fixed(2))%\"></div></div>\n"
    }

    public mutating func facts(_ facts: [(name: String, value: String)]) {
        body += "<dl>" + facts.map { "<dt>\($0.name.escaped)</dt><dd>\($0.value.escaped)</dd>" }.joined() + "</dl>\n"
    }

    /// - Parameter rightAligned: numbers of the columns that hold numbers.
    public mutating func table(header: [String], rightAligned: Set<Int>, rows: [[Cell]]) {
        func row(_ cells: [String], _ tag: String) -> String {
            "<tr>"
                + cells.enumerated().map { column, cell in
                    "<\(tag)\(rightAligned.contains(column) ? " class=\"n\"" : "")>\(cell)</\(tag)>"
                }.joined() + "</tr>\n"
        }
        body += "<table>\n<thead>\(row(header.map(\.escaped), "th"))</thead>\n<tbody>\n"
        body += rows.map { row($0.map(\.markup), "td") }.joined() + "</tbody>\n</table>\n"
    }

    public var html: String {
        """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>\(title.escaped)</title>
        <style>
        \(Page.style)
        </style>
        </head>
        <body>
        <h1>\(title.escaped)</h1>
        \(body)</body>
        </html>

        """
    }

    private static let style = """
        body{font:14px/1.4 system-ui,sans-serif;margin:2em;color:#222;background:#fff}
        table{border-collapse:collapse}td,th{padding:.25em .75em;text-align:left;vertical-align:top}
        thead th{border-bottom:2px solid #999}tbody tr:nth-child(even){background:#f4f4f4}
        td.n,th.n{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}
        .badge{border-radius:.3em;padding:0 .4em;color:#fff}.binary{background:#176b38}.float{background:#666}
        .fallback{background:#b3261e}.warning{border-left:.4em solid #b3261e;padding-left:.8em}
        .bar{background:#ccc;height:1.2em;max-width:50em}.bar div{background:#176b38;height:100%}
        dl{display:grid;grid-template-columns:max-content auto;gap:.1em 1.5em}dd{margin:0}
        @media(prefers-color-scheme:dark){body{color:#ddd;background:#1a1a1a}
        tbody tr:nth-child(even){background:#262626}.bar{background:#444}}
        """
}

extension String {
    /// As text of an HTML page, also within quotation marks. Control characters have no place in one.
    fileprivate var escaped: String {
        var result = ""
        for scalar in unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            case let other where other.value < 32 || other.value == 127: result += "\u{FFFD}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
