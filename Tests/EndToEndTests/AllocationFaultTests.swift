import TestSupport
import XCTest

/// Memory that runs out anywhere while a trained model is opened, made ready, run or checked is a status, leaks
/// nothing, and leaves what was there before as it was.
final class AllocationFaultTests: XCTestCase {
    func testEveryAllocationOfTheDigitsModelsMayFail() throws {
        for (name, bytes) in CompiledDigits.all {
            let outcome = AllocationTrial.run(try bytes.get())
            XCTAssertNil(outcome.fault, name)
            XCTAssertGreaterThan(outcome.refusedCount, 10, name)
            tellEvidence("refused-allocations", outcome.refusedCount)
        }
    }
}
