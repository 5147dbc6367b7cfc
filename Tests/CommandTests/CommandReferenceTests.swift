import Foundation
import XCTest

/// docs/command-line.md shows what every command's `--help` prints, and docs/compiling.md explains every option of
/// `compile`. `BNNM_BLESS=1` writes the former anew.
final class CommandReferenceTests: XCTestCase {
    private static let page = CommandLine.root.appendingPathComponent("docs/command-line.md")

    /// What a command prints, as lines without spaces at their ends.
    private func help(_ command: String) throws -> [String] {
        let words = command.split(separator: " ").map(String.init)
        let outcome = try CommandLine.run(words.dropFirst() + ["--help"], program: words[0])
        XCTAssertEqual(outcome.status, 0, outcome.errors)
        // bnnm-profile names itself as it was called.
        let text = outcome.output.replacingOccurrences(of: CommandLine.products.path + "/", with: "")
        let lines = text.components(separatedBy: "\n").map { line in
            String(line.reversed().drop { $0 == " " }.reversed())
        }
        return Array(lines.reversed().drop(while: \.isEmpty).reversed())
    }

    /// The page with the first block of text of each section replaced by what the section's command prints; and the
    /// commands.
    private func pageOfPrograms(_ lines: [String]) throws -> (lines: [String], commands: [String]) {
        var result: [String] = []
        var commands: [String] = []
        var isInside = false
        for line in lines {
            if line.hasPrefix("## `") { commands.append(String(line.dropFirst(4).dropLast())) }
            if line == "```" { isInside = false }
            if !isInside { result.append(line) }
            if line == "```text" {
                result += try help(try XCTUnwrap(commands.last))
                isInside = true
            }
        }
        return (result, commands)
    }

    func testThePageShowsWhatProgramsPrint() throws {
        let lines = try String(contentsOf: Self.page, encoding: .utf8).components(separatedBy: "\n")
        let expected = try pageOfPrograms(lines)
        if ProcessInfo.processInfo.environment["BNNM_BLESS"] == "1" {
            return try expected.lines.joined(separator: "\n").write(to: Self.page, atomically: true, encoding: .utf8)
        }
        for (index, (found, printed)) in zip(lines, expected.lines).enumerated() where found != printed {
            return XCTFail(
                "docs/command-line.md:\(index + 1): '\(found)', not '\(printed)'; BNNM_BLESS=1 writes it anew")
        }
        XCTAssertEqual(lines.count, expected.lines.count, "BNNM_BLESS=1 writes docs/command-line.md anew")

        let listed = try help("bnnm").drop { $0 != "SUBCOMMANDS:" }.dropFirst().prefix { $0.hasPrefix("  ") }
        let subcommands = listed.filter { !$0.hasPrefix("   ") }.map {
            "bnnm " + String($0.drop { $0 == " " }.prefix { $0 != " " })
        }
        XCTAssertGreaterThanOrEqual(subcommands.count, 5)
        XCTAssertEqual(expected.commands, ["bnnm"] + subcommands + ["bnnm-profile"])
    }

    func testEveryOptionOfCompileIsExplained() throws {
        let text = try String(contentsOf: CommandLine.root.appendingPathComponent("docs/compiling.md"), encoding: .utf8)
        let explained = text.components(separatedBy: "\n").filter { $0.hasPrefix("| `--") }.map {
            String($0.split(separator: "`")[1])
        }
        let printed = try help("bnnm compile").compactMap { line -> String? in
            let option = line.split(separator: " ").prefix(2).first { $0.hasPrefix("--") }
            return line.hasPrefix("  -") ? option.map(String.init) : nil
        }
        XCTAssertTrue(printed.contains("--output") && printed.contains("--strict"), "\(printed)")
        XCTAssertEqual(explained.sorted(), printed.filter { !["--help", "--version"].contains($0) }.sorted())
    }
}
