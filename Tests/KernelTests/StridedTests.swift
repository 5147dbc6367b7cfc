// Transposition and broadcasting elementwise functions at every level, exactly.

import BNNMKernels
import TestSupport
import XCTest

final class StridedTests: XCTestCase {
    func testTransposeOfEveryRank() {
        for seed in 7000..<(7000 + UInt64(120)) {
            var random = SeededRandom(seed: seed)
            let rank = Int.random(in: 0...8, using: &random)
            let inDims = (0..<rank).map { _ in random.pick(rank > 5 ? [1, 2, 3] : [1, 2, 3, 5]) }
            let permutation = Array(0..<rank).shuffled(using: &random)
            let dims = permutation.map { inDims[$0] }
            let strides = permutation.map { denseStrides(inDims)[$0] }
            let values = (0..<inDims.reduce(1, *)).map { UInt32($0) }
            let expected = offsets(dims, strides).map { values[$0] }
            let x = InputMemory(values)
            var arguments = bnnmk_transpose()
            arguments.input = x.pointer
            arguments.rank = UInt32(rank)
            set(&arguments.dims, dims)
            set(&arguments.strides, strides)
            for level in KernelLevel.available {
                for split in splits(of: dims.first ?? 1) {
                    let output = OutputMemory<UInt32>(count: expected.count, initial: 1 << 30, guardValue: 1 << 31)
                    arguments.output = output.pointer
                    for range in split {
                        level.table.transpose(&arguments, UInt32(range.lowerBound), UInt32(range.upperBound))
                    }
                    let message = "seed \(seed): \(inDims) by \(permutation), \(split) at \(level.name)"
                    XCTAssertEqual(output.elements, expected, message)
                    XCTAssertTrue(output.guardsAreIntact, message)
                }
            }
            withExtendedLifetime(x) {}
        }
    }

    private func apply(_ function: bnnmk_function, _ a: Float, _ b: Float) -> Float {
        switch function {
        case BNNMK_ADD: return a + b
        case BNNMK_SUBTRACT: return a - b
        case BNNMK_MULTIPLY: return a * b
        case BNNMK_DIVIDE: return a / b
        case BNNMK_MINIMUM: return a.isNaN || b.isNaN ? .nan : Swift.min(a, b)
        default: return a.isNaN || b.isNaN ? .nan : Swift.max(a, b)
        }
    }

    /// Equal, or both NaN.
    private func areSame(_ a: [Float], _ b: [Float]) -> Bool {
        a.count == b.count && zip(a, b).allSatisfy { $0 == $1 || $0.isNaN && $1.isNaN }
    }

    func testElementwiseWithBroadcasting() {
        let special: [Float] = [.nan, .infinity, -.infinity, 0, -0.0, 1]
        let functions = [
            BNNMK_ADD, BNNMK_SUBTRACT, BNNMK_MULTIPLY, BNNMK_DIVIDE, BNNMK_MINIMUM, BNNMK_MAXIMUM,
        ]
        for seed in 8000..<(8000 + UInt64(240)) {
            var random = SeededRandom(seed: seed)
            let function = functions[Int(seed) % functions.count]
            let rank = Int.random(in: 0...5, using: &random)
            let dims = (0..<rank).map { _ in random.pick([1, 2, 3, 4, 17]) }
            let operands = (0..<2).map { _ -> (values: [Float], strides: [Int], isDense: Bool) in
                let own = dims.map { random.pick([true, true, false]) ? $0 : 1 }
                let strides = zip(denseStrides(own), own).map { $1 == 1 ? 0 : $0 }
                let values = (0..<own.reduce(1, *)).map { _ in
                    random.pick([true, true, false]) ? random.float(2) : random.pick(special)
                }
                return (values, strides, own == dims)
            }
            let (a, b) = (operands[0], operands[1])
            let expected = zip(offsets(dims, a.strides), offsets(dims, b.strides)).map {
                apply(function, a.values[$0], b.values[$1])
            }
            var arguments = bnnmk_elementwise()
            arguments.function = function
            arguments.rank = UInt32(rank)
            set(&arguments.dims, dims)
            set(&arguments.a_strides, a.strides)
            set(&arguments.b_strides, b.strides)
            let (x, y) = (InputMemory(a.values), InputMemory(b.values))
            for level in KernelLevel.available {
                for split in splits(of: dims.first ?? 1) {
                    for inPlace in [-1, a.isDense ? 0 : -1, b.isDense ? 1 : -1] {
                        let output = OutputMemory<Float>(count: expected.count, initial: 9, guardValue: 5)
                        if inPlace >= 0 {
                            output.pointer.update(from: operands[inPlace].values, count: expected.count)
                        }
                        arguments.a = inPlace == 0 ? UnsafePointer(output.pointer) : x.pointer
                        arguments.b = inPlace == 1 ? UnsafePointer(output.pointer) : y.pointer
                        arguments.output = output.pointer
                        for range in split {
                            level.table.elementwise(&arguments, UInt32(range.lowerBound), UInt32(range.upperBound))
                        }
                        let message =
                            "seed \(seed): \(function) of \(dims), \(a.strides), \(b.strides), \(split), "
                            + "in place \(inPlace) at \(level.name)"
                        XCTAssertTrue(areSame(output.elements, expected), message)
                        XCTAssertTrue(output.guardsAreIntact, message)
                    }
                }
            }
            withExtendedLifetime((x, y)) {}
        }
    }
}
