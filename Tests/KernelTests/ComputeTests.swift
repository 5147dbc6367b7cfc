// Functions of every type with broadcasting, at every level, against arithmetic on single elements.

import BNNMKernels
import Foundation
import TestSupport
import XCTest

final class ComputeTests: XCTestCase {
    /// Numbered as bnnmf_function.
    private enum Function: UInt32, CaseIterable {
        case add = 1
        case subtract, multiply, divide, minimum, maximum, power, equal, less, lessOrEqual, and, or, xor, choose, cast

        var isComparison: Bool { self == .equal || self == .less || self == .lessOrEqual }
        var isLogic: Bool { self == .and || self == .or || self == .xor }
    }

    private func integerPower(_ a: Int64, _ b: Int64) -> Int64 { (0..<b).reduce(1) { power, _ in power &* a } }

    /// What bnnm_format.h says.
    private func result(_ function: Function, _ x: [ElementValue], _ type: bnnmk_element_type) -> ElementValue {
        if function == .cast { return x[0].isFloat ? .of(x[0].real, type) : .of(x[0].integer, type) }
        if function == .choose { return x[0].integer != 0 ? x[1] : x[2] }
        if function == .power {
            if !x[0].isFloat, !x[1].isFloat {
                let (a, b) = (x[0].integer, x[1].integer)
                if b >= 0 { return .of(integerPower(a, b), type) }
                return .of(a == 1 || a == -1 && b % 2 == 0 ? 1 : a == -1 ? -1 : Int64(0), type)
            }
            return .of(pow(x[0].real, x[1].real), type)
        }
        if case .float(let a) = x[0], case .float(let b) = x[1] {
            switch function {
            case .add: return .float(a + b)
            case .subtract: return .float(a - b)
            case .multiply: return .float(a * b)
            case .divide: return .float(a / b)
            case .minimum: return .float(a.isNaN || b.isNaN ? .nan : a < b ? a : b)
            case .maximum: return .float(a.isNaN || b.isNaN ? .nan : a > b ? a : b)
            case .equal: return .bool(a == b)
            case .less: return .bool(a < b)
            default: return .bool(a <= b)
            }
        }
        let (a, b) = (x[0].integer, x[1].integer)
        switch function {
        case .add: return .of(a &+ b, type)
        case .subtract: return .of(a &- b, type)
        case .multiply: return .of(a &* b, type)
        case .divide: return .of(b == 0 ? 0 : a.dividedReportingOverflow(by: b).partialValue, type)
        case .minimum: return .of(min(a, b), type)
        case .maximum: return .of(max(a, b), type)
        case .equal: return .bool(a == b)
        case .less: return .bool(a < b)
        case .lessOrEqual: return .bool(a <= b)
        case .and: return .bool(a == 1 && b == 1)
        case .or: return .bool(a == 1 || b == 1)
        default: return .bool(a != b)
        }
    }

    /// Types of operands and result that a function may have.
    private func types(
        _ function: Function, using random: inout SeededRandom
    ) -> (operands: [bnnmk_element_type], output: bnnmk_element_type) {
        switch function {
        case .cast: return ([random.pick(ElementValue.types)], random.pick(ElementValue.types))
        case .choose:
            let type = random.pick(ElementValue.types)
            return ([BNNMK_BOOL, type, type], type)
        case .power:
            let type = random.pick(ElementValue.numbers)
            return ([type, random.pick(ElementValue.numbers)], type)
        case _ where function.isLogic: return ([BNNMK_BOOL, BNNMK_BOOL], BNNMK_BOOL)
        case _ where function.isComparison:
            let type = random.pick(ElementValue.types)
            return ([type, type], BNNMK_BOOL)
        default:
            let type = random.pick(ElementValue.numbers)
            return ([type, type], type)
        }
    }

    private func check(_ function: Function, seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let (types, outputType) = types(function, using: &random)
        let rank = Int.random(in: 0...4, using: &random)
        // Rows around the length of a block, and short ones.
        var dims = (0..<rank).map { _ in random.pick([1, 2, 3]) }
        if rank > 0 { dims[rank - 1] = random.pick([1, 2, 5, 127, 128, 129, 300]) }
        let operands = types.enumerated().map { position, type -> (values: [ElementValue], strides: [Int]) in
            let own = dims.map { random.chance(2, in: 3) ? $0 : 1 }
            // Now and then every second element of a row.
            let spread = random.chance(1, in: 4) ? 2 : 1
            let strides = zip(denseStrides(own), own).map { $1 == 1 ? 0 : $0 * spread }
            let values = (0..<(own.reduce(1, *) * spread)).map { _ -> ElementValue in
                let value = ElementValue.draw(type, using: &random)
                // Small enough to be multiplied out.
                let isLarge = function == .power && position == 1 && !value.isFloat && value.integer > 70
                return isLarge ? ElementValue.of(Int64(random.below(70)), type) : value
            }
            return (values, strides)
        }
        let places = operands.map { offsets(dims, $0.strides) }
        let expected = bytes(
            (0..<dims.reduce(1, *)).map { i in
                result(function, operands.indices.map { operands[$0].values[places[$0][i]] }, outputType)
            })
        let memory = operands.map { InputMemory(bytes($0.values)) }
        var arguments = bnnmk_compute()
        arguments.function = function.rawValue
        arguments.operand_count = UInt32(types.count)
        withUnsafeMutableBytes(of: &arguments.operands) { pointers in
            for (i, operand) in memory.enumerated() {
                pointers.bindMemory(to: UnsafeRawPointer?.self)[i] = UnsafeRawPointer(operand.pointer)
            }
        }
        withUnsafeMutableBytes(of: &arguments.types) { slots in
            for (i, type) in types.enumerated() { slots.bindMemory(to: bnnmk_element_type.self)[i] = type }
        }
        arguments.output_type = outputType
        arguments.rank = UInt32(rank)
        set(&arguments.dims, dims)
        if operands.count > 0 { set(&arguments.strides.0, operands[0].strides) }
        if operands.count > 1 { set(&arguments.strides.1, operands[1].strides) }
        if operands.count > 2 { set(&arguments.strides.2, operands[2].strides) }
        for level in KernelLevel.available {
            for split in splits(of: dims.first ?? 1) where split.count < 20 {
                let output = OutputMemory<UInt8>(count: expected.count, initial: 0xA5, guardValue: 5)
                arguments.output = UnsafeMutableRawPointer(output.pointer)
                for range in split {
                    level.table.compute(&arguments, UInt32(range.lowerBound), UInt32(range.upperBound))
                }
                let message = "\(function) of \(types.map(\.rawValue)), seed \(seed), \(dims), \(split), \(level.name)"
                // Not XCTAssertEqual, which would print both.
                XCTAssertTrue(canonical(output.elements, outputType) == expected, message)
                XCTAssertTrue(output.guardsAreIntact, message)
            }
        }
        withExtendedLifetime(memory) {}
    }

    func testEveryFunctionOfEveryType() {
        for function in Function.allCases {
            for seed in 0..<UInt64(60) { check(function, seed: seed) }
        }
    }

    /// The contract spelt out, on single elements.
    private func compute(
        _ function: Function, _ operands: [ElementValue], _ types: [bnnmk_element_type],
        _ outputType: bnnmk_element_type
    ) -> [UInt8] {
        let memory = operands.map { InputMemory($0.bytes) }
        let output = OutputMemory<UInt8>(count: byteCount(outputType), initial: 0, guardValue: 1)
        var arguments = bnnmk_compute()
        arguments.function = function.rawValue
        arguments.operand_count = UInt32(operands.count)
        arguments.operands.0 = UnsafeRawPointer(memory[0].pointer)
        arguments.types.0 = types[0]
        if operands.count > 1 {
            arguments.operands.1 = UnsafeRawPointer(memory[1].pointer)
            arguments.types.1 = types[1]
        }
        arguments.output = UnsafeMutableRawPointer(output.pointer)
        arguments.output_type = outputType
        KernelLevel.available[0].table.compute(&arguments, 0, 1)
        withExtendedLifetime(memory) {}
        return canonical(output.elements, outputType)
    }

    func testIntegersWrapAroundAndDivideTowardsZero() {
        let cases: [(Function, Int32, Int32, Int32)] = [
            (.divide, 7, 0, 0), (.divide, .min, -1, .min), (.divide, -7, 2, -3), (.divide, 7, -2, -3),
            (.add, .max, 1, .min), (.subtract, .min, 1, .max), (.multiply, 65536, 65536, 0), (.power, 2, 31, .min),
            (.power, 0, 0, 1), (.power, 2, -1, 0), (.power, -1, -3, -1), (.power, 0, -1, 0),
            (.power, 3, 20, -808_182_895),
        ]
        for (function, a, b, expected) in cases {
            let found = compute(function, [.int32(a), .int32(b)], [BNNMK_INT32, BNNMK_INT32], BNNMK_INT32)
            XCTAssertEqual(found, ElementValue.int32(expected).bytes, "\(a) \(function) \(b)")
        }
        let wide: [(Function, Int64, Int64, Int64)] = [
            (.divide, .min, -1, .min), (.divide, 1, 0, 0), (.multiply, .max, 2, -2), (.power, 2, 63, .min),
            (.power, -1, .max, -1), (.power, 2, 64, 0),
        ]
        for (function, a, b, expected) in wide {
            let found = compute(function, [.int64(a), .int64(b)], [BNNMK_INT64, BNNMK_INT64], BNNMK_INT64)
            XCTAssertEqual(found, ElementValue.int64(expected).bytes, "\(a) \(function) \(b)")
        }
    }

    func testCastsSaturateWrapAndRound() {
        let fromReals: [(Float, bnnmk_element_type, ElementValue)] = [
            (.nan, BNNMK_INT32, .int32(0)), (.infinity, BNNMK_INT32, .int32(.max)), (-3e9, BNNMK_INT32, .int32(.min)),
            (-2.9, BNNMK_INT32, .int32(-2)), (.infinity, BNNMK_INT64, .int64(.max)), (-1e30, BNNMK_INT64, .int64(.min)),
            (.nan, BNNMK_BOOL, .bool(true)), (-0.0, BNNMK_BOOL, .bool(false)),
            (.leastNonzeroMagnitude, BNNMK_BOOL, .bool(true)),
        ]
        for (x, type, expected) in fromReals {
            XCTAssertEqual(compute(.cast, [.float(x)], [BNNMK_FLOAT32], type), expected.bytes, "\(x)")
        }
        let fromIntegers: [(Int64, bnnmk_element_type, ElementValue)] = [
            (1 << 32 | 7, BNNMK_INT32, .int32(7)), (1 << 31, BNNMK_INT32, .int32(.min)), (-5, BNNMK_BOOL, .bool(true)),
            // Rounded to float64 first, it would lie halfway and go to the even neighbour.
            ((1 << 60) + (1 << 36) + 1, BNNMK_FLOAT32, .float(0x1.000002p60)),
        ]
        for (x, type, expected) in fromIntegers {
            XCTAssertEqual(compute(.cast, [.int64(x)], [BNNMK_INT64], type), expected.bytes, "\(x)")
        }
    }
}
