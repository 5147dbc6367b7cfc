import BNNMFormat
import Foundation
import XCTest

/// docs/format.md says the same as the C header, and the schema as its releases and its generated code.
final class SpecificationTests: XCTestCase {
    private static let root = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    private func text(_ path: String) throws -> String {
        try String(contentsOf: Self.root.appendingPathComponent(path), encoding: .utf8)
    }

    /// The rows of the first table behind a heading, without the head; cells without code marks.
    private func table(_ heading: String) throws -> [[String]] {
        let lines = try text("docs/format.md").components(separatedBy: "\n")
        let start = try XCTUnwrap(lines.firstIndex { $0.hasPrefix("#") && $0.hasSuffix(" " + heading) }, heading)
        return lines[start...].drop { !$0.hasPrefix("|") }.prefix { $0.hasPrefix("|") }.dropFirst(2).map { line in
            line.split(separator: "|", omittingEmptySubsequences: false).dropFirst().dropLast().map {
                $0.trimmingCharacters(in: CharacterSet(charactersIn: " `"))
            }
        }
    }

    /// The headers of records, codes and limits.
    private func headers() throws -> String {
        try ["limits", "weight_layouts", "float_layouts", "operators", "format"].map {
            try text("Sources/BNNMFormat/include/bnnm_\($0).h")
        }.joined()
    }

    /// The enumerators of an enumeration of the headers, without their prefix.
    private func enumerators(_ name: String, prefix: String) throws -> [String: Int] {
        let header = try headers()
        let opening = try XCTUnwrap(header.range(of: "typedef enum \(name) {"), name)
        let closing = try XCTUnwrap(header.range(of: "} \(name);"), name)
        var found: [String: Int] = [:]
        for line in header[opening.upperBound..<closing.lowerBound].components(separatedBy: "\n") {
            let parts = line.components(separatedBy: "//")[0].split { " =,".contains($0) }
            guard parts.count == 2, parts[0].hasPrefix(prefix) else { continue }
            found[String(parts[0].dropFirst(prefix.count))] = try XCTUnwrap(Int(parts[1]), line)
        }
        return found
    }

    private func assertCodes(_ heading: String, _ enumeration: String, prefix: String) throws {
        let rows = try table(heading)
        let documented = try Dictionary(uniqueKeysWithValues: rows.map { ($0[1], try XCTUnwrap(Int($0[0]))) })
        XCTAssertEqual(documented, try enumerators(enumeration, prefix: prefix))
        XCTAssertFalse(documented.isEmpty)
    }

    func testOperatorCodes() throws { try assertCodes("Operators", "bnnmf_op_code", prefix: "BNNMF_OP_") }

    func testStatusCodes() throws { try assertCodes("Status codes", "bnnmf_status", prefix: "BNNMF_") }

    func testElementTypes() throws { try assertCodes("Element types", "bnnmf_element_type", prefix: "BNNMF_") }

    func testProbeEncodings() throws { try assertCodes("Probe encodings", "bnnmf_probe_encoding", prefix: "BNNMF_") }

    func testHeaderFlags() throws { try assertCodes("Header flags", "bnnmf_header_flag", prefix: "BNNMF_FLAG_") }

    func testStepKinds() throws { try assertCodes("Steps", "bnnmf_step_kind", prefix: "BNNMF_STEP_") }

    func testRealFunctions() throws { try assertCodes("Real functions", "bnnmf_real_function", prefix: "BNNMF_") }

    func testReductions() throws {
        try assertCodes("Reductions", "bnnmf_reduction", prefix: "BNNMF_")
    }

    func testWeightLayouts() throws {
        try assertCodes("Weight layouts", "bnnmf_weight_layout", prefix: "BNNMF_")
        try assertCodes("Float weight layouts", "bnnmf_float_layout", prefix: "BNNMF_")
    }

    func testOperandForms() throws { try assertCodes("Operand forms", "bnnmf_operand_form", prefix: "BNNMF_") }

    func testStores() throws { try assertCodes("Results", "bnnmf_stores", prefix: "BNNMF_STORES_") }

    func testFunctions() throws {
        let rows = try text("docs/format.md").components(separatedBy: "\n")
            .drop { !$0.hasPrefix("**ELEMENTWISE.**") }.drop { !$0.hasPrefix("|") }.prefix { $0.hasPrefix("|") }
            .dropFirst(2)
        let expected = try enumerators("bnnmf_function", prefix: "BNNMF_")
        XCTAssertEqual(rows.count, expected.count)
        for (name, code) in expected { XCTAssertTrue(rows.contains { $0.hasPrefix("| \(code) | \(name) |") }, name) }
    }

    func testLimits() throws {
        let header = try headers()
        var defined: [String: Int] = [:]
        for line in header.components(separatedBy: "\n") where line.hasPrefix("#define BNNMF_") {
            let parts = line.split(separator: " ")
            let values = ["INT32_MAX": Int(Int32.max), "UINT32_MAX": Int(UInt32.max)]
            defined[String(parts[1].dropFirst("BNNMF_".count))] = try XCTUnwrap(
                values[String(parts[2])] ?? Int(parts[2]))
        }
        // The versions stand in the header's table; the blocks of channels are part of the layouts of weights.
        for name in ["VERSION_MAJOR", "VERSION_MINOR", "CHANNEL_BLOCK", "FLOAT_BLOCK"] { defined[name] = nil }
        let rows = try table("Limits")
        XCTAssertEqual(try Dictionary(uniqueKeysWithValues: rows.map { ($0[0], try XCTUnwrap(Int($0[1]))) }), defined)
        XCTAssertTrue(try text("docs/format.md").contains("[kernel_h][kernel_w][S][\(BNNMF_CHANNEL_BLOCK)]"))
    }

    func testHeaderFieldsAreWhereTheyAreDocumented() throws {
        let bytes = try DescribedModel.sample().fileBytes()
        let rows = try table("Header")
        let sizes = ["char[4]": 4, "u16": 2, "u32": 4, "u64": 8]
        var end = 0
        var fields: [String: UInt64] = [:]
        for row in rows {
            let offset = try XCTUnwrap(Int(row[0]))
            let size = try XCTUnwrap(sizes[row[1]])
            XCTAssertEqual(offset, end, row[2])
            end = offset + size
            fields[row[2]] = (0..<size).reduce(0) { $0 | UInt64(bytes.buffer[offset + $1]) << UInt64(8 * $1) }
        }
        XCTAssertEqual(end, 64)
        let metadataSize = try XCTUnwrap(fields["metadata_size"])
        let section = (64 + metadataSize + 63) / 64 * 64
        var checksum = bnnmf_crc32c(0, bytes.buffer.baseAddress, 48)
        checksum = bnnmf_crc32c(checksum, bytes.buffer.baseAddress! + 52, bytes.buffer.count - 52)
        XCTAssertEqual(
            fields,
            [
                "magic": 0x4d4e_4e42, "version_major": 1, "version_minor": 6, "file_size": UInt64(bytes.buffer.count),
                "metadata_offset": 64, "metadata_size": metadataSize, "blobs_offset": section,
                "blobs_size": UInt64(bytes.buffer.count) - section, "checksum": UInt64(checksum), "flags": 7,
                "reserved": 0,
            ])
        for (name, number) in [("version_major", BNNMF_VERSION_MAJOR), ("version_minor", BNNMF_VERSION_MINOR)] {
            XCTAssertEqual(rows.first { $0[2] == name }?[3], "\(number)")
        }
        XCTAssertTrue(
            try text("docs/format.md").hasPrefix(
                "# The `.bnnm` file format, version \(BNNMF_VERSION_MAJOR).\(BNNMF_VERSION_MINOR)\n"))
        XCTAssertEqual(Array(bytes.buffer[68..<72]), Array("BNNM".utf8), "the FlatBuffer's identifier")
    }

    func testTheSchemaExtendsItsReleasesAndTheGeneratedCodeIsUpToDate() throws {
        let script = Process()
        script.executableURL = URL(fileURLWithPath: "/bin/sh")
        script.arguments = [Self.root.appendingPathComponent("scripts/generate-format.sh").path, "--check"]
        let output = Pipe()
        script.standardOutput = output
        script.standardError = output
        try script.run()
        let said = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        script.waitUntilExit()
        if script.terminationStatus == 127 || script.terminationStatus == 2 { throw XCTSkip(said) }
        XCTAssertEqual(script.terminationStatus, 0, said)
    }
}
