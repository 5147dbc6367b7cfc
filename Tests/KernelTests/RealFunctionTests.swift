// Real functions against the C library in float64, over all of float32, and to the bit between levels.

import BNNMKernels
import Foundation
import TestSupport
import XCTest

final class RealFunctionTests: XCTestCase {
    private static let chunk = 1 << 12

    private func apply(_ level: KernelLevel, _ function: bnnmk_real_function, _ input: [Float]) -> [Float] {
        var output = [Float](repeating: 9, count: input.count)
        input.withUnsafeBufferPointer { input in
            output.withUnsafeMutableBufferPointer { output in
                var map = bnnmk_map()
                map.input = input.baseAddress
                map.row_pixels = 1
                map.epilogue.channels = UInt32(input.count)
                map.epilogue.step_count = 1
                map.epilogue.steps.0.kind = BNNMK_STEP_FUNCTION
                map.epilogue.steps.0.function = function
                map.epilogue.values = output.baseAddress
                level.table.map(&map, 0, 1)
            }
        }
        return output
    }

    /// Distance from the exact value in units of float32's last place there; infinity for a NaN that should not be.
    private func error(_ value: Float, _ exact: Double) -> Double {
        if exact.isNaN { return value.isNaN ? 0 : .infinity }
        if Float(exact).isInfinite { return value == Float(exact) ? 0 : .infinity }
        let unit = Double(max(abs(Float(exact)).ulp, Float.leastNonzeroMagnitude))
        let distance = abs(Double(value) - exact) / unit
        return distance.isNaN ? .infinity : distance
    }

    private static let functions = [
        BNNMK_SIGMOID, BNNMK_TANH, BNNMK_EXP, BNNMK_LOG, BNNMK_SQRT, BNNMK_SIN, BNNMK_COS, BNNMK_ERF, BNNMK_GELU,
        BNNMK_GELU_TANH, BNNMK_SOFTPLUS, BNNMK_FLOOR, BNNMK_CEIL, BNNMK_ROUND,
    ]

    /// What never falls as its argument rises, for all real numbers.
    private static let risingFunctions = [
        BNNMK_SIGMOID, BNNMK_TANH, BNNMK_EXP, BNNMK_ERF, BNNMK_SOFTPLUS, BNNMK_FLOOR, BNNMK_CEIL, BNNMK_ROUND,
    ]

    private func exact(_ function: bnnmk_real_function, _ x: Double) -> Double {
        switch function {
        // Without loss where e^-x is small against 1, or large.
        case BNNMK_SIGMOID: x < 0 ? exp(x) / (1 + exp(x)) : 1 / (1 + exp(-x))
        case BNNMK_TANH: tanh(x)
        case BNNMK_EXP: exp(x)
        case BNNMK_LOG: log(x)
        case BNNMK_SQRT: x.squareRoot()
        case BNNMK_SIN: sin(x)
        case BNNMK_COS: cos(x)
        case BNNMK_ERF: erf(x)
        // 1 + erf(z) = erfc(-z), and 1 + tanh(u) = 2 / (1 + e^(-2 u)), without loss.
        case BNNMK_GELU: x * erfc(-x / 2.0.squareRoot()) / 2
        case BNNMK_GELU_TANH: x / (1 + exp(-2 * (2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)))
        case BNNMK_SOFTPLUS: max(x, 0) + log1p(exp(-abs(x)))
        case BNNMK_FLOOR: x.rounded(.down)
        case BNNMK_CEIL: x.rounded(.up)
        default: x.rounded(.toNearestOrEven)
        }
    }

    /// Numbers by bit pattern, from `first` on in steps of `stride`.
    private func check(_ patterns: StrideTo<UInt64>) {
        var pending: [Float] = []
        var worst = Self.functions.map { (function: $0, error: 0.0, x: Float(0)) }
        func flush() {
            for (i, function) in Self.functions.enumerated() {
                let results = KernelLevel.available.map { apply($0, function, pending) }
                for (x, value) in zip(pending, results[0]) {
                    let distance = error(value, exact(function, Double(x)))
                    if distance > worst[i].error { worst[i] = (function, distance, x) }
                }
                for (level, other) in zip(KernelLevel.available, results).dropFirst() {
                    XCTAssertTrue(bits(other) == bits(results[0]), "\(level.name) differs from generic")
                }
            }
            pending.removeAll(keepingCapacity: true)
        }
        for pattern in patterns {
            pending.append(Float(bitPattern: UInt32(pattern)))
            if pending.count == Self.chunk { flush() }
        }
        flush()
        for (function, error, x) in worst {
            XCTAssertLessThanOrEqual(error, promised(function), "function \(function.rawValue) of \(x)")
        }
    }

    /// What the kernels promise, where bnnm_format.h asks for 2.
    private func promised(_ function: bnnmk_real_function) -> Double {
        function == BNNMK_EXP || function == BNNMK_ERF ? 0.78 : 0.51
    }

    func testAllOfFloat32InStrides() {
        let everything = ProcessInfo.processInfo.environment["BNNM_EXHAUSTIVE"] == "1"
        check(stride(from: 0, to: 1 << 32, by: everything ? 1 : 4093))
    }

    /// Where the formulas change, and where results saturate or leave the normal numbers.
    func testNeighbourhoods() {
        let places: [Float] = [
            0.02, 1e-4, 0.0217, 0.5, 0.6348, 0.8887, 2.5, 3.93, 8_388_608, 0.3466, 1, 9.01, 16.6, 17.3287, 87.33, 88.72,
            103.28, 104, 708, 1000, .leastNormalMagnitude, .greatestFiniteMagnitude, .infinity,
        ]
        for place in places {
            for sign: UInt64 in [0, 1 << 31] {
                let middle = UInt64(place.bitPattern) | sign
                check(stride(from: middle - 3000, to: min(middle + 3000, 1 << 32), by: 1))
            }
        }
        for sign: UInt64 in [0, 1 << 31] {
            check(stride(from: sign, to: sign + 5000, by: 1))
        }
    }

    func testSpecialValues() {
        let infinity = Float.infinity
        for level in KernelLevel.available {
            let x: [Float] = [-infinity, -200, -0.0, 0, 200, infinity, .nan, .leastNonzeroMagnitude]
            XCTAssertEqual(bits(apply(level, BNNMK_SIGMOID, x)), bits([0, 0, 0.5, 0.5, 1, 1, .nan, 0.5]), level.name)
            XCTAssertEqual(
                bits(apply(level, BNNMK_TANH, x)), bits([-1, -1, -0.0, 0, 1, 1, .nan, .leastNonzeroMagnitude]),
                level.name)
            XCTAssertEqual(
                bits(apply(level, BNNMK_EXP, x)), bits([0, 0, 1, 1, infinity, infinity, .nan, 1]), level.name)
            XCTAssertEqual(
                bits(Array(apply(level, BNNMK_LOG, x).dropLast())),
                bits([.nan, .nan, -infinity, -infinity, Float(log(200.0)), infinity, .nan]), level.name)
            XCTAssertEqual(
                bits(apply(level, BNNMK_SQRT, [-1, -0.0, 0, 4, infinity, -infinity])),
                bits([.nan, -0.0, 0, 2, infinity, .nan]), level.name)
            // What is left of an infinity far below 0 is not a number, as in the formula.
            XCTAssertEqual(
                bits(apply(level, BNNMK_GELU, [-infinity, -0.0, 0, infinity])), bits([.nan, -0.0, 0, infinity]))
            XCTAssertEqual(
                bits(apply(level, BNNMK_GELU_TANH, [-infinity, -1e30, -0.0, 0, infinity])),
                bits([.nan, -0.0, -0.0, 0, infinity]))
            XCTAssertEqual(bits(apply(level, BNNMK_SOFTPLUS, [-infinity, infinity, .nan])), bits([0, infinity, .nan]))
        }
    }

    func testIntegersKeepTheSignOfZero() {
        let x: [Float] = [-0.5, -0.25, -0.0, 0, 0.5, 1.5, 2.5, -1.5, -2.5, 8_388_607.5, -8_388_607.5, 8_388_609, 1e30]
        let rules: [(bnnmk_real_function, FloatingPointRoundingRule)] = [
            (BNNMK_FLOOR, .down), (BNNMK_CEIL, .up), (BNNMK_ROUND, .toNearestOrEven),
        ]
        for level in KernelLevel.available {
            for (function, rule) in rules {
                XCTAssertEqual(
                    bits(apply(level, function, x + [.nan, .infinity, -.infinity])),
                    bits((x + [.nan, .infinity, -.infinity]).map { $0.rounded(rule) }), level.name)
            }
        }
    }

    /// A decision behind a function must not turn back as its input rises.
    func testResultsNeverFall() {
        for function in Self.risingFunctions {
            for level in KernelLevel.available {
                var last = -Float.infinity
                for first in stride(from: UInt32(0), to: Float(110).bitPattern, by: 64 * 1031) {
                    let positive = (0..<64).map { Float(bitPattern: first + $0 * 1031) }
                    let negative = positive.map { -$0 }
                    let rising = apply(level, function, positive)
                    for value in rising {
                        XCTAssertGreaterThanOrEqual(value, last, "\(level.name)")
                        last = value
                    }
                    let falling = apply(level, function, negative)
                    for (a, b) in zip(falling, falling.dropFirst()) { XCTAssertGreaterThanOrEqual(a, b, level.name) }
                }
            }
        }
    }
}
