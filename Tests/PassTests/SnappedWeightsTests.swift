import BNNMIR
import XCTest

@testable import BNNMPasses

final class SnappedWeightsTests: XCTestCase {
    func testAnUlpOfNoiseIsSnappedToTheMedian() throws {
        let alpha: Float = 0.3
        let w = Tensor([1, 4], [alpha, -alpha.nextUp, alpha.nextDown, -alpha])
        let snapped = try SnappedWeights.snap(w).get()
        XCTAssertEqual(snapped.signs.integers, [1, -1, 1, -1])
        XCTAssertEqual(snapped.alpha, [alpha])
        XCTAssertGreaterThan(snapped.report.noise[0], 0)
        XCTAssertLessThan(snapped.report.relativeDeviation, 1e-6)
    }

    func testAChannelOfZerosIsBinaryWithAlphaZero() throws {
        let snapped = try SnappedWeights.snap(Tensor([2, 2], [0, -0.0, 1, -1])).get()
        XCTAssertEqual(snapped.alpha, [0, 1])
        XCTAssertEqual(snapped.signs.integers, [1, 1, 1, -1])
    }

    func testARefusalNamesChannelElementAndValues() {
        guard case .failure(let refusal) = SnappedWeights.snap(Tensor([2, 2], [1, -1, 1, 0.5])) else {
            return XCTFail("was snapped")
        }
        XCTAssertEqual(
            refusal.description,
            "its weights are not ±α: in output channel 1, |w| is 0.5 at element 1 but 1.0 in the median")
        guard case .failure = SnappedWeights.snap(Tensor([1, 2], [.nan, 1])) else { return XCTFail("NaN was snapped") }
    }
}
