// Scale-shift and clamp at every level: bit for bit, in place and not.

import BNNMKernels
import TestSupport
import XCTest

final class ScaleShiftTests: XCTestCase {
    func testMultiplicationAndAdditionRoundSeparately() {
        for seed in 9000..<(9000 + UInt64(80)) {
            var random = SeededRandom(seed: seed)
            let count = random.pick([1, 5, 64, 129, 300])
            let period = random.pick([1, 3, 8, 17, 300])
            let x = random.floats(count)
            let (scale, shift) = (random.floats(period), random.floats(period))
            let expected = x.indices.map { i -> UInt32 in
                // Exact in float64, so the conversion is the product's own rounding.
                let product = Float(Double(x[i]) * Double(scale[i % period]))
                return (product + shift[i % period]).bitPattern
            }
            let inputs = (InputMemory(x), InputMemory(scale), InputMemory(shift))
            for level in KernelLevel.available {
                for split in splits(of: count) {
                    for inPlace in [false, true] {
                        let output = OutputMemory<Float>(count: count, initial: 9, guardValue: 5)
                        if inPlace { output.pointer.update(from: x, count: count) }
                        var arguments = bnnmk_scale_shift(
                            input: inPlace ? UnsafePointer(output.pointer) : inputs.0.pointer, output: output.pointer,
                            scale: inputs.1.pointer, shift: inputs.2.pointer, period: UInt32(period))
                        for range in split {
                            level.table.scale_shift(&arguments, UInt32(range.lowerBound), UInt32(range.upperBound))
                        }
                        let message = "seed \(seed): \(count) of period \(period) at \(level.name)"
                        XCTAssertEqual(output.elements.map(\.bitPattern), expected, message)
                        XCTAssertTrue(output.guardsAreIntact, message)
                    }
                }
            }
            withExtendedLifetime(inputs) {}
        }
    }

    func testClampKeepsNaN() {
        let infinity = Float.infinity
        let values: [Float] = [-infinity, -2, -1, -0.0, 0, 0.5, 1, 7, infinity, .nan]
        let bounds: [(Float, Float)] = [(-infinity, infinity), (0, infinity), (-1, 1), (0, 6), (2, 2)]
        for count in [1, 10, 37] {
            for (minimum, maximum) in bounds {
                let x = (0..<count).map { values[(count + $0) % values.count] }
                let input = InputMemory(x)
                for level in KernelLevel.available {
                    for split in splits(of: count) {
                        for inPlace in [false, true] {
                            let output = OutputMemory<Float>(count: count, initial: 9, guardValue: 5)
                            if inPlace { output.pointer.update(from: x, count: count) }
                            var arguments = bnnmk_clamp(
                                input: inPlace ? UnsafePointer(output.pointer) : input.pointer,
                                output: output.pointer, minimum: minimum, maximum: maximum)
                            for range in split {
                                level.table.clamp(&arguments, UInt32(range.lowerBound), UInt32(range.upperBound))
                            }
                            for (value, result) in zip(x, output.elements) {
                                let expected = value.isNaN ? value : Swift.min(Swift.max(value, minimum), maximum)
                                XCTAssertTrue(
                                    result == expected || result.isNaN && value.isNaN,
                                    "\(value) in \(minimum)...\(maximum) is \(result) at \(level.name)")
                            }
                            XCTAssertTrue(output.guardsAreIntact, level.name)
                        }
                    }
                }
                withExtendedLifetime(input) {}
            }
        }
    }
}
