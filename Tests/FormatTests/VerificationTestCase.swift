import BNNMFormat
import XCTest

/// Tests of what makes records invalid. The writer verifies its result with the reader's own code, so a wrong description
/// shows each rule; the messages are exact where they carry the place.
class VerificationTestCase: XCTestCase {
    /// Writes the sample with a change, which must be answered so. Nothing is left of a refused file.
    func expect(
        _ status: bnnmf_status, _ message: String? = nil, line: UInt = #line, _ change: (DescribedModel) -> Void
    ) throws {
        let model = DescribedModel.sample()
        change(model)
        let directory = try ScratchDirectory()
        let answer = model.write(to: directory.path + "/model.bnnm")
        XCTAssertEqual(answer.status, status, "\(answer)", line: line)
        if let message { XCTAssertEqual(answer.message, message, line: line) }
        if status != BNNMF_OK { XCTAssertEqual(directory.names, [], line: line) }
    }
}
