import BNNM
import Foundation
import XCTest

/// Files that earlier versions wrote run as they did.
final class OlderVersionTests: XCTestCase {
    private static let root = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    private func model(ofVersion version: String) throws -> BNNMModel {
        let path = Self.root.appendingPathComponent("Tests/FormatTests/released/version-\(version).bnnm").path
        let model = try BNNMModel(path: path)
        XCTAssertEqual(model.info.formatVersion, version)
        return model
    }

    func testEveryReleasedVersionHasAFile() throws {
        func versions(_ folder: String, _ prefix: String, _ suffix: String) throws -> [String] {
            try FileManager.default.contentsOfDirectory(atPath: Self.root.appendingPathComponent(folder).path)
                .filter { $0.hasPrefix(prefix) && $0.hasSuffix(suffix) }
                .map { String($0.dropFirst(prefix.count).dropLast(suffix.count)) }.sorted()
        }
        let schemas = try versions("Sources/BNNMFormat/released", "bnnm-", ".fbs")
        XCTAssertGreaterThan(schemas.count, 5)
        XCTAssertEqual(try versions("Tests/FormatTests/released", "version-", ".bnnm"), schemas)
    }

    /// The first version whose models take bytes.
    func testAFileOfVersion1_5TakesBytesAndGivesWhatItGave() throws {
        let model = try model(ofVersion: "1.5")
        XCTAssertEqual(model.inputs.map(\.elementType), [.uint8])
        let bytes = (0..<3 * 28 * 36).map { UInt8(truncatingIfNeeded: $0 * $0 * 31 + $0 * 7) }
        // As the engine of that version computed.
        XCTAssertEqual(
            try BNNMSession(model).run(BNNMTensor(bytes, shape: [1, 3, 28, 36])).elements,
            [0.5, -1.75, -0.5, 0.5, -2.0, -0.25, 1.0, 0.75, 0.0, -0.75])
    }

    func testAFileOfVersion1_0GivesWhatItGave() throws {
        let model = try model(ofVersion: "1.0")
        let input = (0..<192).map { Float($0 * 7 % 11) - 5 }
        // As the engine of that version computed.
        XCTAssertEqual(
            try BNNMSession(model).run([input], executions: 2), [[5, 5, 5, 5, -5, 5, -5, -5, 5, -5]])
    }

    /// Since 1.1 files can hold what they must decide and compute.
    func testFilesWithChecksStillPassThemAtEveryLevel() throws {
        for (version, probes) in [("1.1", 4), ("1.2", 2), ("1.3", 3), ("1.4", 5), ("1.5", 5), ("1.6", 2)] {
            let model = try model(ofVersion: version)
            XCTAssertEqual(model.checkCount, 2, version)
            for level in InstructionSet.levels where InstructionSet.available.contains(level) {
                let session = try BNNMSession(model, instructionSets: level)
                for index in 0..<model.checkCount {
                    let result = try session.check(index)
                    XCTAssertTrue(result.passed, "\(version) at \(level): \(result)")
                    XCTAssertEqual(result.probeCount, probes, version)
                }
            }
        }
    }
}
