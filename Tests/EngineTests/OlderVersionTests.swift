import BNNM
import Foundation
import XCTest

/// Files that earlier versions wrote run as they did.
final class OlderVersionTests: XCTestCase {
    func testAFileOfVersion1_0GivesWhatItGave() throws {
        let path = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("FormatTests/released/version-1.0.bnnm").path
        let model = try BNNMModel(path: path)
        XCTAssertEqual(model.info.formatVersion, "1.0")
        let input = (0..<192).map { Float($0 * 7 % 11) - 5 }
        // As the engine of that version computed.
        XCTAssertEqual(
            try BNNMSession(model).run([input], executions: 2), [[5, 5, 5, 5, -5, 5, -5, -5, 5, -5]])
    }
}
