// Items and bits picked by index, and weighted sums of items, at every level.

import BNNMKernels
import TestSupport
import XCTest

final class GatherTests: XCTestCase {
    /// Indices inside an axis, now and then before or behind it.
    private func indices(_ count: Int, _ extent: Int, using random: inout SeededRandom) -> [Int32] {
        (0..<count).map { _ in
            random.chance(1, in: 5) ? random.pick([-1, Int32(extent), .min, .max]) : Int32(random.below(extent))
        }
    }

    func testItemsOfEverySize() {
        for seed in 0..<UInt64(200) {
            var random = SeededRandom(seed: seed)
            let (outer, extent) = (random.pick([1, 2, 5]), random.pick([1, 2, 7, 20]))
            let count = random.pick([1, 3, 8, 65])
            let fillBytes = random.pick([1, 4, 8])
            let itemBytes = fillBytes * random.pick([1, 2, 3, 17, 40, 257])
            let input = (0..<(outer * extent * itemBytes)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            let picked = indices(count, extent, using: &random)
            let fill: [UInt8]? =
                Bool.random(using: &random)
                ? (0..<fillBytes).map { _ in UInt8(truncatingIfNeeded: random.next()) } : nil
            var expected: [UInt8] = []
            for o in 0..<outer {
                for index in picked {
                    if index >= 0, index < extent {
                        let first = (o * extent + Int(index)) * itemBytes
                        expected += input[first..<(first + itemBytes)]
                    } else {
                        expected += (0..<itemBytes).map { fill?[$0 % fillBytes] ?? 0 }
                    }
                }
            }
            let memory = (InputMemory(input), InputMemory(picked), fill.map { InputMemory($0) })
            var arguments = bnnmk_gather()
            arguments.input = UnsafeRawPointer(memory.0.pointer)
            arguments.indices = memory.1.pointer
            arguments.fill = memory.2.map { UnsafeRawPointer($0.pointer) }
            arguments.fill_bytes = UInt32(fillBytes)
            arguments.extent = UInt32(extent)
            arguments.count = UInt32(count)
            arguments.item_bytes = UInt64(itemBytes)
            for level in KernelLevel.available {
                for split in splits(of: outer * count) {
                    let output = OutputMemory<UInt8>(count: expected.count, initial: 0xA5, guardValue: 5)
                    arguments.output = UnsafeMutableRawPointer(output.pointer)
                    for range in split {
                        level.table.gather(&arguments, UInt32(range.lowerBound), UInt32(range.upperBound))
                    }
                    let message = "seed \(seed): items of \(itemBytes) bytes, \(split), \(level.name)"
                    XCTAssertEqual(output.elements, expected, message)
                    XCTAssertTrue(output.guardsAreIntact, message)
                }
            }
            withExtendedLifetime(memory) {}
        }
    }

    func testBitsAlongThePackedAxis() {
        let extents = [1, 2, 63, 64, 65, 127, 128, 129, 200]
        for extent in extents {
            for count in extents {
                var random = SeededRandom(seed: UInt64(extent * 1000 + count))
                let rows = random.pick([1, 2, 3])
                let values = SignPattern.random.values(rows * extent, using: &random)
                let picked = indices(count, extent, using: &random)
                let fill = random.pick([0, 1])
                let decisions = (0..<rows).flatMap { row in
                    picked.map { index -> Int8 in
                        index >= 0 && index < extent ? values[row * extent + Int(index)] : fill == 1 ? -1 : 1
                    }
                }
                let expected = pack(decisions, channels: count)
                let memory = (InputMemory(pack(values, channels: extent)), InputMemory(picked))
                var arguments = bnnmk_gather_bits()
                arguments.input = memory.0.pointer
                arguments.indices = memory.1.pointer
                arguments.fill = UInt32(fill)
                arguments.extent = UInt32(extent)
                arguments.count = UInt32(count)
                for level in KernelLevel.available {
                    for split in splits(of: rows) {
                        let output = OutputMemory<UInt64>(
                            count: expected.count, initial: 0xDEAD_BEEF_DEAD_BEEF, guardValue: 3)
                        arguments.output = output.pointer
                        for range in split {
                            level.table.gather_bits(&arguments, UInt32(range.lowerBound), UInt32(range.upperBound))
                        }
                        let message = "\(count) of \(extent) bits, \(split), \(level.name)"
                        XCTAssertEqual(output.elements, expected, message)
                        XCTAssertTrue(output.guardsAreIntact, message)
                    }
                }
                withExtendedLifetime(memory) {}
            }
        }
    }

    func testWeightedSumsRoundOnce() {
        for seed in 0..<UInt64(150) {
            var random = SeededRandom(seed: seed)
            let (outer, extent, count) = (random.pick([1, 2, 3]), random.pick([1, 2, 9]), random.pick([1, 4, 11]))
            let (taps, inner) = (random.pick([1, 2, 4, 5]), random.pick([1, 3, 63, 64, 65, 130]))
            let input = (0..<(outer * extent * inner)).map { _ in EpilogueCase.draw(&random) }
            let picked = (0..<(count * taps)).map { _ in Int32(random.below(extent)) }
            let weights = (0..<(count * taps)).map { _ in random.pick([0, 1, 0.25, random.float(2)]) }
            var expected: [Float] = []
            for o in 0..<outer {
                for i in 0..<count {
                    for e in 0..<inner {
                        var sum = 0.0
                        for t in (i * taps)..<((i + 1) * taps) {
                            sum += Double(weights[t]) * Double(input[(o * extent + Int(picked[t])) * inner + e])
                        }
                        expected.append(Float(sum))
                    }
                }
            }
            let memory = (InputMemory(input), InputMemory(picked), InputMemory(weights))
            var arguments = bnnmk_resample()
            arguments.input = memory.0.pointer
            arguments.indices = memory.1.pointer
            arguments.weights = memory.2.pointer
            arguments.extent = UInt32(extent)
            arguments.count = UInt32(count)
            arguments.taps = UInt32(taps)
            arguments.inner = UInt32(inner)
            for level in KernelLevel.available {
                for split in splits(of: outer) {
                    let output = OutputMemory<Float>(count: expected.count, initial: 9, guardValue: 5)
                    arguments.output = output.pointer
                    for range in split {
                        level.table.resample(&arguments, UInt32(range.lowerBound), UInt32(range.upperBound))
                    }
                    let message = "seed \(seed): \(taps) taps of \(inner), \(split), \(level.name)"
                    XCTAssertEqual(bits(output.elements), bits(expected), message)
                    XCTAssertTrue(output.guardsAreIntact, message)
                }
            }
            withExtendedLifetime(memory) {}
        }
    }
}
