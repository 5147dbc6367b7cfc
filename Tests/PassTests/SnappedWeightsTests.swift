import BNNMIR
import XCTest

@testable import BNNMPasses

final class SnappedWeightsTests: XCTestCase {
    func testAnUlpOfNoiseIsSnappedToTheMedian() throws {
        let alpha: Float = 0.3
        let w = Tensor([1, 4], [alpha, -alpha.nextUp, alpha.nextDown, -alpha])
        let snapped = try SnappedWeights.snap(w).get()
        XCTAssertEqual(snapped.signs.integers, [1, -1, 1, -1])
        XCTAssertEqual(snapped.alpha, [Double(alpha)])
        XCTAssertEqual(snapped.center, [0])
        XCTAssertGreaterThan(snapped.report.noise[0], 0)
        XCTAssertLessThan(snapped.report.relativeDeviation, 1e-6)
    }

    func testAChannelOfZerosIsBinaryWithAlphaZero() throws {
        let snapped = try SnappedWeights.snap(Tensor([2, 2], [0, -0.0, 1, -1])).get()
        XCTAssertEqual(snapped.alpha, [0, 1])
        XCTAssertEqual(snapped.center, [0, 0])
        XCTAssertEqual(snapped.signs.integers, [1, 1, 1, -1])
    }

    func testTwoValuesHaveAMeanAndHalfADistance() throws {
        let snapped = try SnappedWeights.snap(Tensor([3, 4], [0.75, 0.25, 0.25, 0.75, 0, 3, 3, 0, -1, 1, 1, 1])).get()
        XCTAssertEqual(snapped.alpha, [0.25, 1.5, 1])
        XCTAssertEqual(snapped.center, [0.5, 1.5, 0])
        XCTAssertEqual(snapped.signs.integers, [1, -1, -1, 1, -1, 1, 1, -1, -1, 1, 1, 1])
        XCTAssertEqual(snapped.report.noise, [0, 0, 0])
    }

    func testNoiseIsMeasuredByTheDistanceOfTheTwoValues() throws {
        // Values 1 and 1.5: half their distance is a quarter, a hundred-thousandth of that the limit.
        let off: Float = 2e-6
        let snapped = try SnappedWeights.snap(Tensor([1, 6], [1, 1, 1 + off, 1.5, 1.5, 1.5 - off])).get()
        XCTAssertEqual(snapped.alpha, [0.25])
        XCTAssertEqual(snapped.center, [1.25])
        XCTAssertEqual(snapped.report.noise[0], 2 * off, accuracy: 1e-6)
        XCTAssertEqual(snapped.report.relativeDeviation, 4 * off, accuracy: 2e-6)
        guard case .failure = SnappedWeights.snap(Tensor([1, 6], [1, 1, 1 + 4e-6, 1.5, 1.5, 1.5])) else {
            return XCTFail("noise beyond the limit was snapped")
        }
    }

    func testARefusalNamesChannelElementAndValues() {
        guard case .failure(let refusal) = SnappedWeights.snap(Tensor([2, 3], [1, -1, 1, 1, 0.5, -1])) else {
            return XCTFail("was snapped")
        }
        XCTAssertEqual(
            refusal.description,
            "its weights take more than two values: in output channel 1, w is 0.5 at element 1, besides -1.0 and 1.0")
        guard case .failure = SnappedWeights.snap(Tensor([1, 2], [.nan, 1])) else { return XCTFail("NaN was snapped") }
    }
}
