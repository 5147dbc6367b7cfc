// Untrusted text in a page: names come from files of others.

extension String {
    /// As text of an HTML page, also within quotation marks. Control characters have no place in one.
    var escapedForHTML: String {
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

    /// JSON as it may stand within a `<script>` element, meaning the same: what could end the element or begin a comment
    /// (`<`, `>`, `&`), and the line separators that old scripts take for line ends, are escapes. In JSON they occur in
    /// strings only.
    var escapedForScript: String {
        var result = ""
        result.reserveCapacity(utf8.count)
        for scalar in unicodeScalars {
            switch scalar {
            case "<", ">", "&", "\u{2028}", "\u{2029}", "\u{7F}":
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
