import BNNMFormat
import Foundation
import XCTest

/// Files that earlier versions wrote open as they are.
final class OlderVersionTests: XCTestCase {
    func testAFileOfVersion1_0Opens() throws {
        let url = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
            .appendingPathComponent("released/version-1.0.bnnm")
        let bytes = ModelBytes(try Data(contentsOf: url))
        XCTAssertEqual(bytes.load(UInt16.self, at: 4), 1)
        XCTAssertEqual(bytes.load(UInt16.self, at: 6), 0)
        var view = bnnmf_view()
        let answer = bytes.open(&view)
        XCTAssertEqual(answer.status, BNNMF_OK, "\(answer)")
        XCTAssertNil(walkRecords(view, of: bytes))
        XCTAssertEqual(bnnmf_check_count(&view), 0)
        var codes: Set<UInt32> = []
        for index in 0..<bnnmf_op_count(&view) {
            var op = bnnmf_op()
            bnnmf_get_op(&view, index, &op)
            codes.insert(op.code)
            XCTAssertEqual(op.more_output_count, 0)
            guard let epilogue = epilogue(op) else { continue }
            XCTAssertEqual(epilogue.stores, 0)
            XCTAssertEqual(epilogue.step_count, 0)
            XCTAssertEqual(epilogue.switch_points, .max)
        }
        XCTAssertEqual(codes, Set(1...12))
    }
}
