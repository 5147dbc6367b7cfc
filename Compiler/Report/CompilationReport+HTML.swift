extension CompilationReport {
    /// The report as a page of its own, which needs no other file.
    public var html: String {
        """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>\(model.escaped): compilation report</title>
        <style>\(Self.style)</style>
        </head>
        <body>
        <h1>\(model.escaped)</h1>
        \(warnings)
        <div class="bar" title="binary MACs"><div style="width:\((binaryShare * 100).fixed(2))%"></div></div>
        \(facts)
        <h2>Layers</h2>
        \(layerTable)
        <h2>Binarizers</h2>
        \(binarizerTable)
        \(notes)
        </body>
        </html>

        """
    }

    private static let style = """
        body{font:14px/1.4 system-ui,sans-serif;margin:2em;color:#222;background:#fff}
        table{border-collapse:collapse}td,th{padding:.25em .75em;text-align:left;vertical-align:top}
        thead th{border-bottom:2px solid #999}tbody tr:nth-child(even){background:#f4f4f4}
        td.n,th.n{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}
        .kind{border-radius:.3em;padding:0 .4em;color:#fff}.binary{background:#176b38}.float{background:#666}
        .fallback{background:#b3261e}.warning{border-left:.4em solid #b3261e;padding-left:.8em}
        .bar{background:#ccc;height:1.2em;max-width:50em}.bar div{background:#176b38;height:100%}
        dl{display:grid;grid-template-columns:max-content auto;gap:.1em 1.5em}dd{margin:0}
        @media(prefers-color-scheme:dark){body{color:#ddd;background:#1a1a1a}
        tbody tr:nth-child(even){background:#262626}.bar{background:#444}}
        """

    private var warnings: String {
        guard !strictFailures.isEmpty else { return "" }
        return "<div class=\"warning\"><p>Refused by <code>--strict</code>:</p>" + Self.list(strictFailures) + "</div>"
    }

    private var facts: String {
        var facts = [
            (
                "binary layers",
                "\(binaryLayers) of \(layers.count), \((binaryShare * 100).fixed(2)) % of \((binaryMACs + floatMACs).grouped) MACs"
            ),
            ("weights", "\(weightBytesBefore.byteText) in float32 → \(weightBytesAfter.byteText) packed"),
        ]
        if let sourceFileBytes, let modelFileBytes {
            facts.append(("file", "\(sourceFileBytes.byteText) → \(modelFileBytes.byteText)"))
        }
        if let arenaBytes { facts.append(("arena of a session", arenaBytes.byteText)) }
        facts.append(("target", target))
        if largestWeightDeviation > 0 { facts.append(("deviation of weights from ±α", "\(largestWeightDeviation)")) }
        if let randomSeed { facts.append(("weights", "random, seed \(randomSeed): for profiling only")) }
        return "<dl>" + facts.map { "<dt>\($0.0)</dt><dd>\($0.1.escaped)</dd>" }.joined() + "</dl>"
    }

    private var layerTable: String {
        let header = [
            ("layer", false), ("operator", false), ("kind", false), ("input", false), ("output", false), ("MACs", true),
            ("float32", true), ("packed", true), ("computes", false), ("stays in float because", false),
        ]
        return Self.table(
            header,
            layers.map { layer in
                let mark = layer.reason?.isFallback == true ? " fallback" : ""
                return [
                    layer.name.escaped, layer.operator.escaped,
                    "<span class=\"kind \(layer.kind.rawValue)\(mark)\">\(layer.kind.rawValue)</span>",
                    layer.inputShape.dropFirst().dimensions, layer.outputShape.dropFirst().dimensions,
                    layer.macs.grouped, layer.weightBytesBefore.byteText, layer.weightBytesAfter.byteText,
                    layer.execution.escaped, (layer.reason?.text ?? "").escaped,
                ]
            })
    }

    private var binarizerTable: String {
        guard !binarizers.isEmpty else { return "<p>none</p>" }
        return Self.table(
            [("binarizer", false), ("folded to", false), ("exactness", false), ("", false)],
            binarizers.map { [$0.name, $0.folding, $0.exactness.rawValue, $0.note].map(\.escaped) })
    }

    private var notes: String { furtherRemarks.isEmpty ? "" : "<h2>Notes</h2>" + Self.list(furtherRemarks) }

    private static func list(_ texts: [String]) -> String {
        "<ul>" + texts.map { "<li>\($0.escaped)</li>" }.joined() + "</ul>"
    }

    /// - Parameters:
    ///   - header: each column's title, and whether it holds numbers.
    ///   - rows: cells, escaped.
    private static func table(_ header: [(title: String, isNumber: Bool)], _ rows: [[String]]) -> String {
        func row(_ cells: [String], _ tag: String) -> String {
            "<tr>"
                + zip(cells, header).map { "<\(tag)\($1.isNumber ? " class=\"n\"" : "")>\($0)</\(tag)>" }.joined()
                + "</tr>\n"
        }
        return "<table>\n<thead>\(row(header.map(\.title), "th"))</thead>\n<tbody>\n"
            + rows.map { row($0, "td") }.joined() + "</tbody>\n</table>"
    }
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
