// Reductions of every type at every level, against plain loops down each column.

import BNNMKernels
import TestSupport
import XCTest

final class ReductionTests: XCTestCase {
    /// Numbered as bnnmf_reduction.
    private enum Function: UInt32, CaseIterable {
        case sum = 1
        case mean, maximum, minimum, product, argmax, argmin

        var isIndex: Bool { self == .argmax || self == .argmin }

        var types: [bnnmk_element_type] {
            switch self {
            case .mean: [BNNMK_FLOAT32]
            case .maximum, .minimum: ElementValue.types
            default: ElementValue.numbers
            }
        }
    }

    private func isBefore(_ a: ElementValue, _ b: ElementValue) -> Bool {
        if case .float(let x) = a, case .float(let y) = b { return x < y }
        return a.integer < b.integer
    }

    private func isNaN(_ a: ElementValue) -> Bool { if case .float(let x) = a { x.isNaN } else { false } }

    /// The index of the greatest or least element; NaN is both.
    private func extreme(_ column: [ElementValue], greatest: Bool, last: Bool) -> Int {
        var best = 0
        for (i, x) in column.enumerated().dropFirst() {
            let y = column[best]
            let isBetter = isNaN(x) ? !isNaN(y) : greatest ? isBefore(y, x) : isBefore(x, y)
            let isEqual = isNaN(x) ? isNaN(y) : !isNaN(y) && !isBefore(x, y) && !isBefore(y, x)
            if isBetter || isEqual && last { best = i }
        }
        return best
    }

    private func result(
        _ function: Function, _ column: [ElementValue], _ type: bnnmk_element_type, last: Bool
    ) -> ElementValue {
        let isReal = type == BNNMK_FLOAT32
        switch function {
        case .sum where isReal: return .of(column.reduce(0.0) { $0 + $1.real }, type)
        case .sum: return .of(column.reduce(Int64(0)) { $0 &+ $1.integer }, type)
        case .mean: return .of(column.reduce(0.0) { $0 + $1.real } / Double(column.count), type)
        case .product where isReal: return .of(column.reduce(1.0) { $0 * $1.real }, type)
        case .product: return .of(column.reduce(Int64(1)) { $0 &* $1.integer }, type)
        case .maximum, .minimum: return column[extreme(column, greatest: function == .maximum, last: false)]
        case .argmax: return .int64(Int64(extreme(column, greatest: true, last: last)))
        case .argmin: return .int64(Int64(extreme(column, greatest: false, last: last)))
        }
    }

    private func check(_ function: Function, seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let type = random.pick(function.types)
        let outer = random.pick([1, 2, 3]), extent = random.pick([1, 2, 3, 10, 127, 128, 129, 300])
        let inner = random.pick([1, 2, 3, 60, 64, 65, 127, 128, 129, 260])
        let selectLast = Bool.random(using: &random)
        // Few different values, so that there are equal ones; zeros of one sign, so that either may be kept.
        let pool = (0..<random.pick([2, 5, 40])).map { _ -> ElementValue in
            let value = ElementValue.draw(type, using: &random)
            if case .float(let x) = value, x == 0 { return .float(0) }
            return value
        }
        let values = (0..<(outer * extent * inner)).map { _ in random.pick(pool) }
        var results: [ElementValue] = []
        for o in 0..<outer {
            for i in 0..<inner {
                let column = (0..<extent).map { values[(o * extent + $0) * inner + i] }
                results.append(result(function, column, type, last: selectLast))
            }
        }
        let expected = bytes(results)
        let memory = InputMemory(bytes(values))
        var arguments = bnnmk_reduce()
        arguments.input = UnsafeRawPointer(memory.pointer)
        arguments.function = function.rawValue
        arguments.select_last = selectLast ? 1 : 0
        arguments.type = type
        arguments.extent = UInt32(extent)
        arguments.inner = UInt32(inner)
        for level in KernelLevel.available {
            for split in splits(of: outer) {
                let output = OutputMemory<UInt8>(count: expected.count, initial: 0xA5, guardValue: 5)
                arguments.output = UnsafeMutableRawPointer(output.pointer)
                for range in split {
                    level.table.reduce(&arguments, UInt32(range.lowerBound), UInt32(range.upperBound))
                }
                let message =
                    "\(function) of type \(type.rawValue), seed \(seed): \(outer)x\(extent)x\(inner), \(split), "
                    + level.name
                XCTAssertTrue(canonical(output.elements, function.isIndex ? BNNMK_INT64 : type) == expected, message)
                XCTAssertTrue(output.guardsAreIntact, message)
            }
        }
        withExtendedLifetime(memory) {}
    }

    func testEveryReductionOfEveryType() {
        for function in Function.allCases {
            for seed in 0..<UInt64(60) { check(function, seed: seed) }
        }
    }
}
