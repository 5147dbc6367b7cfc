/// Rows of text in aligned columns; a column without any content is left out.
public struct TextTable {
    private let header: [String]
    private let rows: [[String]]
    private let rightAligned: Set<Int>

    /// - Parameter rightAligned: numbers of the columns that hold numbers.
    public init(header: [String], rightAligned: Set<Int>, rows: [[String]]) {
        self.header = header
        self.rightAligned = rightAligned
        self.rows = rows
    }

    public var lines: [String] {
        let all = [header] + rows
        let widths = header.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
        let columns = header.indices.filter { column in rows.isEmpty || rows.contains { !$0[column].isEmpty } }
        return all.map { row in
            let cells = columns.map { column in
                let cell = row[column], padding = String(repeating: " ", count: widths[column] - cell.count)
                return rightAligned.contains(column) ? padding + cell : cell + padding
            }
            let line = cells.joined(separator: "  ")
            return String(line.reversed().drop { $0 == " " }.reversed())
        }
    }
}

extension Int {
    /// With thousands set apart: `8 216 640`.
    public var grouped: String {
        let digits = String(magnitude)
        var result = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { result += " " }
            result.append(digit)
        }
        return (self < 0 ? "-" : "") + result
    }

    /// In B, KB or MB of 1,000.
    public var byteText: String {
        if self < 10_000 { return "\(self) B" }
        return self < 10_000_000 ? "\((Double(self) / 1e3).fixed(1)) KB" : "\((Double(self) / 1e6).fixed(1)) MB"
    }
}

extension Double {
    /// With this many decimals, rounded.
    public func fixed(_ decimals: Int) -> String {
        var scale = 1.0
        for _ in 0..<decimals { scale *= 10 }
        let scaled = (magnitude * scale).rounded()
        guard scaled < 1e15 else { return "\(self)" }
        let whole = Int(scaled / scale), fraction = Int(scaled) % Int(scale)
        let text = String(fraction)
        return (self < 0 && scaled > 0 ? "-" : "") + "\(whole)"
            + (decimals > 0 ? "." + String(repeating: "0", count: decimals - text.count) + text : "")
    }
}

extension Collection where Element == Int {
    /// `64x56x56`.
    public var dimensions: String { map(String.init).joined(separator: "x") }
}
