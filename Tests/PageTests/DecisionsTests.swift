import XCTest

@testable import BNNMPage

/// Kinds of columns and the spread of thresholds, on switch points written by hand.
final class DecisionsTests: XCTestCase {
    private func decisions(_ rows: [[Int32]]) -> Decisions? {
        rows.flatMap { $0 }.withUnsafeBufferPointer { Decisions(accumulators: $0, rows: UInt32(rows.count)) }
    }

    private func decisions(_ rows: [[Float]]) -> Decisions? {
        rows.flatMap { $0 }.withUnsafeBufferPointer { Decisions(numbers: $0, rows: UInt32(rows.count)) }
    }

    func testColumnsAreCountedByKind() throws {
        let minimum = Int32.min, absent = Int32.max
        // Rising, falling, always −1, always +1, two changes, three changes from +1.
        let found = try XCTUnwrap(
            decisions([
                [5, minimum, absent, minimum, -3, minimum], [absent, 7, absent, absent, 4, -9],
                [absent, absent, absent, absent, absent, 2], [absent, absent, absent, absent, absent, 11],
            ]))
        XCTAssertEqual([found.rising, found.falling, found.constant, found.several], [1, 1, 2, 2])
        XCTAssertEqual(found.domain, .accumulator)
        let histogram = try XCTUnwrap(found.histogram)
        XCTAssertEqual(histogram.counts.reduce(0, +), 7)
        XCTAssertEqual([histogram.least, histogram.median, histogram.greatest], [-9, 4, 11])
    }

    func testFloatsHaveInfinityAndNaNAsAbsent() throws {
        let found = try XCTUnwrap(
            decisions([[0.5, -.infinity, .nan, -.infinity], [.nan, 0.25, .nan, .nan]]))
        XCTAssertEqual([found.rising, found.falling, found.constant, found.several], [1, 1, 2, 0])
        XCTAssertEqual(found.histogram?.least, 0.25)
        XCTAssertEqual(found.histogram?.greatest, 0.5)
    }

    func testConstantDecisionsHaveNoHistogram() throws {
        let found = try XCTUnwrap(decisions([[.max, .min] as [Int32]]))
        XCTAssertEqual(found.constant, 2)
        XCTAssertNil(found.histogram)
        XCTAssertNil(decisions([] as [[Int32]]))
    }

    func testBinsOfIntegersHoldWholeNumbersAndEveryThreshold() throws {
        for count in [1, 2, 23, 24, 25, 48, 49, 1000] {
            let points = (0..<Int32(count)).map { $0 - 17 }
            let histogram = try XCTUnwrap(decisions([points])?.histogram)
            XCTAssertEqual(histogram.binWidth, histogram.binWidth.rounded(), "\(count)")
            XCTAssertLessThanOrEqual(histogram.counts.count, Decisions.binLimit, "\(count)")
            XCTAssertEqual(histogram.counts.reduce(0, +), count)
            XCTAssertEqual(histogram.low, -17)
            // All but the last bin are full.
            XCTAssertTrue(histogram.counts.dropLast().allSatisfy { Double($0) == histogram.binWidth }, "\(count)")
        }
    }

    func testExtremeThresholdsFit() throws {
        let integers = try XCTUnwrap(decisions([[.min + 1, .max - 1] as [Int32]])?.histogram)
        XCTAssertEqual([integers.counts.first, integers.counts.last, integers.counts.reduce(0, +)], [1, 1, 2])
        let limit = Float.greatestFiniteMagnitude
        let floats = try XCTUnwrap(decisions([[-limit, limit, 0]])?.histogram)
        XCTAssertEqual([floats.counts.first, floats.counts.last, floats.counts.reduce(0, +)], [1, 1, 3])
        XCTAssertEqual(try XCTUnwrap(decisions([[1.5, 1.5] as [Float]])?.histogram).counts, [2])
    }
}
