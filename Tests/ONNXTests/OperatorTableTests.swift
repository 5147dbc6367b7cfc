// docs/operators.md lists what the compiler reads: its table is made of the decoders, and compared with the page here.
// `BNNM_BLESS=1 swift test --filter OperatorTableTests` (scripts/generate-operator-table.sh) writes it anew.

import Foundation
import Testing

@testable import BNNMONNX

@Suite struct OperatorTableTests {
    private static let page = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("docs/operators.md")

    private static let blesses = ProcessInfo.processInfo.environment["BNNM_BLESS"] == "1"

    @Test func everyDecoderHasADeviceEntryAndEveryEntryADecoder() {
        let decoded = Set(OperatorDecoder.all.map(\.opType))
        let described = Set(DeviceSupport.ofOperators.keys)
        #expect(decoded.subtracting(described).sorted() == [], "no entry in DeviceSupport.ofOperators")
        #expect(described.subtracting(decoded).sorted() == [], "no decoder of this name")
    }

    @Test func everyOperatorIsDecodedInOnePlace() {
        let names = OperatorDecoder.all.map { "\($0.domain).\($0.opType)" }
        #expect(Set(names).count == names.count)
    }

    @Test func theTableOfTheDocumentationIsThatOfTheDecoders() throws {
        let text = try String(contentsOf: Self.page, encoding: .utf8)
        let lines = text.components(separatedBy: "\n")
        let start = try #require(lines.firstIndex { $0.hasPrefix("|") }, "docs/operators.md has no table")
        let end = lines[start...].firstIndex { !$0.hasPrefix("|") } ?? lines.endIndex
        let expected = Self.table
        if Self.blesses {
            let page = lines[..<start] + expected + lines[end...]
            try page.joined(separator: "\n").write(to: Self.page, atomically: true, encoding: .utf8)
            return
        }
        let found = Array(lines[start..<end])
        for (line, (old, new)) in zip(found, expected).enumerated() {
            #expect(old == new, "docs/operators.md:\(start + line + 1); BNNM_BLESS=1 writes the table anew")
        }
        #expect(found.count == expected.count, "rows of docs/operators.md; BNNM_BLESS=1 writes the table anew")
    }

    /// The lines of the table, operators in alphabetical order.
    private static var table: [String] {
        let rows = OperatorDecoder.all
            .sorted { ($0.opType, $0.domain) < ($1.opType, $1.domain) }
            .map { decoder in
                let cells = [
                    "`\(decoder.opType)`", decoder.domain.isEmpty ? "" : "`\(decoder.domain)`", opsets(decoder.opsets),
                    DeviceSupport.ofOperators[decoder.opType]?.rawValue ?? "no entry in DeviceSupport",
                    decoder.restrictions,
                ]
                return "|" + cells.map { $0.isEmpty ? " |" : " \($0) |" }.joined()
            }
        return ["| operator | domain | opsets | device | restrictions |", "|---|---|---|---|---|"] + rows
    }

    private static func opsets(_ range: ClosedRange<Int>) -> String {
        if range.upperBound == .max { return "from \(range.lowerBound)" }
        return range.count == 1 ? "\(range.lowerBound)" : "\(range.lowerBound) to \(range.upperBound)"
    }
}
