import BNNMFormat
import CBNNM
import Foundation
import XCTest

/// docs/c-api.md says the same as bnnm.h and as the engine.
final class DocumentationTests: XCTestCase {
    private static let root = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    private func text(_ path: String) throws -> String {
        try String(contentsOf: Self.root.appendingPathComponent(path), encoding: .utf8)
    }

    /// bnnm.h without its comments.
    private func declarations() throws -> String {
        try text("Runtime/API/include/bnnm.h").components(separatedBy: "\n")
            .map { $0.components(separatedBy: "//")[0] }.joined(separator: "\n")
    }

    /// The cells of the first table behind a heading, without the head.
    private func table(_ heading: String) throws -> [[String]] {
        let lines = try text("docs/c-api.md").components(separatedBy: "\n")
        let start = try XCTUnwrap(lines.firstIndex(of: "## " + heading), heading)
        let rows = lines[start...].drop { !$0.hasPrefix("|") }.prefix { $0.hasPrefix("|") }.dropFirst(2)
        return rows.map { line in
            line.split(separator: "|", omittingEmptySubsequences: false).dropFirst().dropLast().map {
                $0.trimmingCharacters(in: .whitespaces)
            }
        }
    }

    /// What the pattern's first group matches, everywhere in the text.
    private func matches(_ pattern: String, in text: String) throws -> [String] {
        let expression = try NSRegularExpression(pattern: pattern)
        return expression.matches(in: text, range: NSRange(text.startIndex..., in: text)).compactMap {
            Range($0.range(at: 1), in: text).map { String(text[$0]) }
        }
    }

    /// "40, 41" and "50 to 53" as numbers.
    private func numbers(_ cell: String) throws -> [Int] {
        let bounds = cell.components(separatedBy: " to ").compactMap { Int($0) }
        if bounds.count == 2, bounds[0] <= bounds[1] { return Array(bounds[0]...bounds[1]) }
        return try cell.components(separatedBy: ", ").map { try XCTUnwrap(Int($0), cell) }
    }

    func testStatusCodesAreThoseOfTheHeader() throws {
        let header = try declarations()
        let opening = try XCTUnwrap(header.range(of: "typedef enum bnnm_status {"))
        let closing = try XCTUnwrap(header.range(of: "} bnnm_status;"))
        let enumerators = String(header[opening.upperBound..<closing.lowerBound])
        let names = try matches("(BNNM_\\w+) = \\d+", in: enumerators)
        let values = try matches("BNNM_\\w+ = (\\d+)", in: enumerators)
        var expected = Dictionary(uniqueKeysWithValues: zip(names, values.compactMap { Int($0) }))
        XCTAssertEqual(expected.removeValue(forKey: "BNNM_OK"), 0)
        XCTAssertFalse(expected.isEmpty)

        var documented: [String: Int] = [:]
        for row in try table("Errors") {
            let names = try matches("`(BNNM_\\w+)`", in: row[0])
            let numbers = try numbers(row[1])
            XCTAssertEqual(names.count, numbers.count, row[0])
            for (name, number) in zip(names, numbers) {
                XCTAssertNil(documented.updateValue(number, forKey: name), "\(name) stands there twice")
            }
        }
        XCTAssertEqual(documented, expected)
    }

    func testLimitsAreThoseOfHeaderFormatAndEngine() throws {
        let rows = try table("Limits")
        var expected: [String: Int] = [:]
        let header = try declarations()
        for name in try matches("#define (BNNM_MAX_\\w+)", in: header) {
            let value = try XCTUnwrap(try matches("#define \(name) (\\d+)\n", in: header).first, name)
            expected[name] = try XCTUnwrap(Int(value), name)
        }
        let named = rows.filter { !$0[2].isEmpty }
        let documented = try named.map { row in
            (row[2].trimmingCharacters(in: ["`"]), try XCTUnwrap(Int(row[1]), row[0]))
        }
        XCTAssertEqual(Dictionary(uniqueKeysWithValues: documented), expected)

        let window = try powerOfTwo("static let limit: UInt32", in: "Runtime/Engine/WindowGeometry.swift")
        let products = try powerOfTwo(
            "static let accumulatorLimit: Int64", in: "Runtime/Engine/Operators/BinaryConv2D.swift")
        XCTAssertEqual(
            rows.filter { $0[2].isEmpty }.map { $0[0] + ": " + $0[1] },
            [
                "elements of a tensor: \(BNNMF_MAX_ELEMENTS)",
                "kernel, stride, dilation and padding of a window: \(window)",
                "products that an accumulator of a binary layer sums: \(products)",
            ])
    }

    /// The value of a constant that a Swift source declares as `1 << n`.
    private func powerOfTwo(_ declaration: String, in path: String) throws -> Int {
        let exponent = try matches(declaration + " = 1 << (\\d+)\n", in: text(path)).first
        return 1 << (try XCTUnwrap(exponent.flatMap { Int($0) }, "\(path): \(declaration)"))
    }

    func testEveryFunctionOfTheHeaderStandsInItsTable() throws {
        let declared = try matches("\\b(bnnm_\\w+)\\(", in: declarations())
        XCTAssertFalse(declared.isEmpty)
        let documented = try table("Every function").flatMap { try matches("`(bnnm_\\w+)`", in: $0[0]) }
        XCTAssertEqual(documented.sorted(), declared.sorted())
    }

    func testEveryNameOfTheDocumentationIsOneOfTheHeader() throws {
        let known = Set(try matches("\\b((?:bnnm|BNNM)_\\w+)", in: declarations()))
        let used = Set(try matches("\\b((?:bnnm|BNNM)_\\w+)", in: text("docs/c-api.md")))
        XCTAssertEqual(used.subtracting(known).sorted(), [])
    }
}
