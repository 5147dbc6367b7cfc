import BNNM
import Foundation
import XCTest

/// Files that earlier versions wrote run as they did.
final class OlderVersionTests: XCTestCase {
    private func model(ofVersion version: String) throws -> BNNMModel {
        let path = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("FormatTests/released/version-\(version).bnnm").path
        let model = try BNNMModel(path: path)
        XCTAssertEqual(model.info.formatVersion, version)
        return model
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
        for (version, probes) in [("1.1", 4), ("1.2", 2), ("1.3", 3), ("1.4", 5)] {
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
