import BNNMFormat
import BNNMIR
import XCTest

@testable import BNNMPacker

/// The orders in which constants are stored, against plain readings of the format's text.
final class PackedLayoutsTests: XCTestCase {
    /// A fixed pattern without symmetry.
    private func sign(_ index: Int) -> Int64 { (index &* 2_654_435_761 >> 7) % 3 == 0 ? -1 : 1 }

    func testBitBlocksHoldInputChannelsAlongTheBitsAndOutputChannelsInnermost() {
        for (groups, perGroup, channels) in [
            (1, 1, 1), (1, 8, 64), (1, 9, 65), (1, 7, 63), (2, 3, 5), (3, 9, 1), (4, 1, 127), (1, 17, 128), (2, 8, 129),
        ] {
            for (height, width) in [(1, 1), (3, 2)] {
                let outputs = groups * perGroup
                let count = outputs * channels * height * width
                let weights = Tensor([outputs, channels, height, width], (0..<count).map(sign), .binary)
                let packed = weights.bitBlocks(groups: groups)
                let words = (channels + 63) / 64, blocks = (perGroup + 7) / 8
                let message = "groups \(groups), outputs a group \(perGroup), channels \(channels), \(height)x\(width)"
                XCTAssertEqual(packed.count, groups * blocks * height * width * words * 8, message)
                // Every bit of every word, those of missing channels included.
                var index = 0
                for group in 0..<groups {
                    for block in 0..<blocks {
                        for row in 0..<height {
                            for column in 0..<width {
                                for word in 0..<words {
                                    for lane in 0..<8 {
                                        var expected: UInt64 = 0
                                        let m = block * 8 + lane
                                        for bit in 0..<64 where m < perGroup && word * 64 + bit < channels {
                                            let output = group * perGroup + m, channel = word * 64 + bit
                                            let flat = ((output * channels + channel) * height + row) * width + column
                                            if sign(flat) < 0 { expected |= 1 << UInt64(bit) }
                                        }
                                        XCTAssertEqual(packed[index], expected, "\(message), word \(index)")
                                        index += 1
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    func testFloatWeightsHaveChannelsInnermost() {
        for (groups, perGroup, channels) in [(1, 1, 1), (1, 5, 3), (3, 2, 4), (4, 1, 1)] {
            let (height, width, outputs) = (2, 3, groups * perGroup)
            let count = outputs * channels * height * width
            let weights = Tensor([outputs, channels, height, width], (0..<count).map { Float($0) })
            var expected: [Float] = []
            for group in 0..<groups {
                for row in 0..<height {
                    for column in 0..<width {
                        for channel in 0..<channels {
                            for m in 0..<perGroup {
                                let output = group * perGroup + m
                                expected.append(Float(((output * channels + channel) * height + row) * width + column))
                            }
                        }
                    }
                }
            }
            XCTAssertEqual(weights.channelsInnermost(groups: groups), expected, "\(groups) \(perGroup) \(channels)")
        }
    }

    func testBitMasksHaveOneBitAChannel() {
        for count in [1, 5, 63, 64, 65, 128, 130] {
            let flags = (0..<count).map { sign($0) < 0 ? 1 : 0 }.map { Int64($0) }
            let mask = Tensor([count], flags, .bool).bitMask
            XCTAssertEqual(mask.count, (count + 63) / 64)
            for index in 0..<mask.count * 64 {
                XCTAssertEqual(
                    mask[index / 64] >> UInt64(index % 64) & 1 == 1, index < count && flags[index] == 1,
                    "bit \(index) of \(count)")
            }
        }
    }

    func testConstantsOfTheLastAxisRepeatWithItsLength() {
        let points = Tensor([2, 1, 1, 3], [1, 2, 3, 4, 5, 6] as [Float])
        let (repeated, period) = points.repeating(over: [1, 4, 5, 3], leading: 1)
        XCTAssertEqual(period, 3)
        XCTAssertEqual(repeated.floats, [1, 2, 3, 4, 5, 6])
    }

    func testOneConstantForAllChannelsIsWrittenOutForEach() {
        let (repeated, period) = Tensor([1, 1, 1], [7 as Float]).repeating(over: [1, 2, 2, 3], leading: 0)
        XCTAssertEqual(period, 3)
        XCTAssertEqual(repeated.floats, [7, 7, 7])
        let (points, pointPeriod) = Tensor([2, 1, 1, 1], [7, 8] as [Float]).repeating(over: [1, 2, 2, 3], leading: 1)
        XCTAssertEqual(pointPeriod, 3)
        XCTAssertEqual(points.floats, [7, 7, 7, 8, 8, 8])
    }

    func testConstantsThatDifferElsewhereAreWrittenOutForTheWholeSample() {
        // One number for each row of a [2,3,2] sample.
        let (repeated, period) = Tensor([2, 1, 1], [1, 2] as [Float]).repeating(over: [1, 2, 3, 2], leading: 0)
        XCTAssertEqual(period, 12)
        XCTAssertEqual(repeated.floats, [Float](repeating: 1, count: 6) + [Float](repeating: 2, count: 6))
        let points = Tensor([2, 1, 2, 1], [1, 2, 3, 4] as [Float])
        XCTAssertEqual(
            points.repeating(over: [5, 1, 2, 2], leading: 1).tensor.floats, [1, 1, 2, 2, 3, 3, 4, 4])
    }
}
