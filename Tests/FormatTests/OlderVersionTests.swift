import BNNMFormat
import Foundation
import XCTest

/// Files that earlier versions wrote open as they are.
final class OlderVersionTests: XCTestCase {
    private func bytes(ofVersion1 minor: UInt16) throws -> ModelBytes {
        let url = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
            .appendingPathComponent("released/version-1.\(minor).bnnm")
        let bytes = ModelBytes(try Data(contentsOf: url))
        XCTAssertEqual(bytes.load(UInt16.self, at: 4), 1)
        XCTAssertEqual(bytes.load(UInt16.self, at: 6), minor)
        return bytes
    }

    private func operators(_ bytes: ModelBytes, _ view: inout bnnmf_view) -> [bnnmf_op] {
        let answer = bytes.open(&view)
        XCTAssertEqual(answer.status, BNNMF_OK, "\(answer)")
        XCTAssertNil(walkRecords(view, of: bytes))
        return (0..<bnnmf_op_count(&view)).map { index in
            var op = bnnmf_op()
            bnnmf_get_op(&view, index, &op)
            return op
        }
    }

    func testAFileOfVersion1_0Opens() throws {
        let bytes = try bytes(ofVersion1: 0)
        var view = bnnmf_view()
        let ops = operators(bytes, &view)
        for op in ops {
            XCTAssertEqual(op.more_output_count, 0)
            guard let epilogue = epilogue(op) else { continue }
            XCTAssertEqual(epilogue.stores, 0)
            XCTAssertEqual(epilogue.step_count, 0)
            XCTAssertEqual(epilogue.switch_points, .max)
        }
        XCTAssertEqual(Set(ops.map(\.code)), Set(1...12))
        XCTAssertEqual(bnnmf_check_count(&view), 0)
    }

    /// Steps of versions before 1.6 are of the first nine kinds, and have no epsilon.
    func testFilesOfEveryVersionOpen() throws {
        for minor in 0...UInt16(BNNMF_VERSION_MINOR) {
            let bytes = try bytes(ofVersion1: minor)
            var view = bnnmf_view()
            let steps = operators(bytes, &view).compactMap(epilogue).flatMap(\.stepRecords)
            let kinds = Set(steps.map(\.kind))
            XCTAssertTrue(kinds.isSubset(of: 1...(minor < 6 ? 9 : 12)), "1.\(minor): \(kinds)")
            if minor < 6 { XCTAssertTrue(steps.allSatisfy { $0.epsilon == 0 }, "1.\(minor)") }
            if minor == 6 { XCTAssertTrue(kinds.isSuperset(of: 10...12), "\(kinds)") }
        }
    }
}
