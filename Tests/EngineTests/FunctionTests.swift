import BNNM
import BNNMFormat
import TestSupport
import XCTest

/// ELEMENTWISE beyond float32 arithmetic: integers, comparisons, logic, choices and casts, broadcast, against plain loops.
final class FunctionTests: EngineTestCase {
    private static let shapes: [([Int], [Int])] = [
        ([2, 3, 4], [2, 3, 4]), ([2, 3, 4], [4]), ([2, 1, 4], [3, 1]), ([1, 3, 1], [5, 1, 2]), ([], [3]), ([1], []),
        ([2, 150], [2, 1]), ([300], [300]),
    ]

    private func model(
        _ function: bnnmf_function, _ operands: [(type: bnnmf_element_type, dims: [Int])], _ type: bnnmf_element_type
    ) -> (ModelDescription, Shape) {
        let model = ModelDescription()
        model.batch = 1
        let inputs = operands.enumerated().map { model.input($1.dims, name: "x\($0)", type: $1.type) }
        let shape = Shape(operands.map(\.dims).reduce([]) { Shape.broadcast($0, $1) })
        model.output(
            model.op(BNNMF_OP_ELEMENTWISE, inputs, type, shape.dims) {
                $0.parameters.elementwise.function = function.rawValue
            })
        return (model, shape)
    }

    /// The values that meet at each element of the result.
    private func pairs<Element>(_ a: [Element], _ x: [Int], _ b: [Element], _ y: [Int]) -> [(Element, Element)] {
        let shape = Shape(Shape.broadcast(x, y))
        return (0..<shape.count).map { position in
            let at = shape.coordinates(position)
            return (a[Shape(x).broadcastPosition(at)], b[Shape(y).broadcastPosition(at)])
        }
    }

    func testArithmeticOfIntegersWrapsAround() throws {
        let functions: [(bnnmf_function, (Int64, Int64) -> Int64)] = [
            (BNNMF_ADD, { $0 &+ $1 }), (BNNMF_SUBTRACT, { $0 &- $1 }), (BNNMF_MULTIPLY, { $0 &* $1 }),
            (BNNMF_DIVIDE, { $1 == 0 ? 0 : $0.dividedReportingOverflow(by: $1).partialValue }),
            (BNNMF_MINIMUM, { min($0, $1) }), (BNNMF_MAXIMUM, { max($0, $1) }),
        ]
        for (x, y) in Self.shapes {
            var random = SeededRandom(seed: 3)
            var a = random.integers(Shape(x).count, -1000...1000).map { Int64($0) * 9_000_000_000_000_037 }
            var b = random.integers(Shape(y).count, -5...5).map { Int64($0) * ($0 > 2 ? 1_000_000_007 : 1) }
            (a[0], b[0]) = (.min, -1)
            for (function, meaning) in functions {
                var (description, _) = model(function, [(BNNMF_INT64, x), (BNNMF_INT64, y)], BNNMF_INT64)
                try assertRuns(
                    description, [.int64(a), .int64(b)], give: [.int64(pairs(a, x, b, y).map { meaning($0, $1) })],
                    "\(function) \(x) \(y)")
                // The least number divided by -1 wraps around in the 32 bits of the result.
                var (c, d) = (a.map { Int32(truncatingIfNeeded: $0) }, b.map { Int32(truncatingIfNeeded: $0) })
                (c[0], d[0]) = (.min, -1)
                (description, _) = model(function, [(BNNMF_INT32, x), (BNNMF_INT32, y)], BNNMF_INT32)
                let expected = pairs(c, x, d, y).map { Int32(truncatingIfNeeded: meaning(Int64($0), Int64($1))) }
                try assertRuns(
                    description, [.int32(c), .int32(d)], give: [.int32(expected)], "\(function) \(x) \(y)")
            }
        }
    }

    func testComparisons() throws {
        let functions: [(bnnmf_function, (Int64, Int64) -> Bool)] = [
            (BNNMF_EQUAL, { $0 == $1 }), (BNNMF_LESS, { $0 < $1 }), (BNNMF_LESS_OR_EQUAL, { $0 <= $1 }),
        ]
        for (x, y) in Self.shapes {
            var random = SeededRandom(seed: 4)
            let a = random.integers(Shape(x).count, -2...2), b = random.integers(Shape(y).count, -2...2)
            // Differences that float64 does not hold.
            func wide(_ values: [Float]) -> [Int64] { values.map { 1 << 60 + Int64($0) } }
            for (function, meaning) in functions {
                let truths = BNNMValues.bool(pairs(a, x, b, y).map { meaning(Int64($0), Int64($1)) })
                for (type, given) in [
                    (BNNMF_FLOAT32, [.float32(a), .float32(b)]), (BNNMF_INT64, [.int64(wide(a)), .int64(wide(b))]),
                    (BNNMF_INT32, [.int32(a.map { Int32($0) }), .int32(b.map { Int32($0) })]),
                ] as [(bnnmf_element_type, [BNNMValues])] {
                    let (description, _) = model(function, [(type, x), (type, y)], BNNMF_BOOL)
                    try assertRuns(description, given, give: [truths], "\(function) \(type) \(x) \(y)")
                }
            }
        }
        let nan = model(BNNMF_LESS_OR_EQUAL, [(BNNMF_FLOAT32, [3]), (BNNMF_FLOAT32, [3])], BNNMF_BOOL).0
        try assertRuns(
            nan, [.float32([.nan, 1, -0.0]), .float32([.nan, .nan, 0])], give: [.bool([false, false, true])])
    }

    func testLogic() throws {
        let functions: [(bnnmf_function, (Bool, Bool) -> Bool)] = [
            (BNNMF_AND, { $0 && $1 }), (BNNMF_OR, { $0 || $1 }), (BNNMF_XOR, { $0 != $1 }), (BNNMF_EQUAL, { $0 == $1 }),
        ]
        for (x, y) in Self.shapes {
            var random = SeededRandom(seed: 5)
            let a = random.signs(Shape(x).count).map { $0 > 0 }, b = random.signs(Shape(y).count).map { $0 > 0 }
            for (function, meaning) in functions {
                let (description, _) = model(function, [(BNNMF_BOOL, x), (BNNMF_BOOL, y)], BNNMF_BOOL)
                try assertRuns(
                    description, [.bool(a), .bool(b)], give: [.bool(pairs(a, x, b, y).map { meaning($0, $1) })],
                    "\(function) \(x) \(y)")
            }
        }
    }

    func testChoicesOfEveryType() throws {
        for type in [BNNMF_FLOAT32, BNNMF_INT32, BNNMF_INT64, BNNMF_BOOL] {
            for (condition, x, y) in [
                ([2, 3, 4], [2, 3, 4], [2, 3, 4]), ([3, 1], [4], [2, 1, 1]), ([], [5], [5]), ([1, 200], [3, 1], []),
            ] {
                var random = SeededRandom(seed: 6)
                let truths = random.signs(Shape(condition).count).map { $0 > 0 }
                let a = BNNMValues.random(type, Shape(x).count, &random)
                let b = BNNMValues.random(type, Shape(y).count, &random)
                let (description, shape) = model(BNNMF_WHERE, [(BNNMF_BOOL, condition), (type, x), (type, y)], type)
                let parts = (0..<shape.count).map { position -> (Int?, Int) in
                    let at = shape.coordinates(position)
                    let holds = truths[Shape(condition).broadcastPosition(at)]
                    return (holds ? Shape(x).broadcastPosition(at) : nil, Shape(y).broadcastPosition(at))
                }
                let others = b.picked(parts.map(\.1), fill: .zero(type))
                // Element by element, as each has its own alternative.
                let expected = parts.indices.map { a.picked([parts[$0].0], fill: others[$0..<$0 + 1]) }
                let first = expected.map { $0.picked([0], fill: .zero(type)) }
                try assertRuns(
                    description, [.bool(truths), a, b], give: [Self.joined(first, type)],
                    "\(type) \(condition) \(x) \(y)")
            }
        }
    }

    private static func joined(_ parts: [BNNMValues], _ type: bnnmf_element_type) -> BNNMValues {
        switch type {
        case BNNMF_INT32: .int32(parts.flatMap { Int32.elements(of: $0) ?? [] })
        case BNNMF_INT64: .int64(parts.flatMap { Int64.elements(of: $0) ?? [] })
        case BNNMF_BOOL: .bool(parts.flatMap { Bool.elements(of: $0) ?? [] })
        default: .float32(parts.flatMap { Float.elements(of: $0) ?? [] })
        }
    }

    func testCasts() throws {
        let floats: [Float] = [1.9, -1.9, 0, -0.0, .nan, .infinity, -.infinity, 3e9, -3e9, 1e19, 0.5]
        let wide: [Int64] = [0, 1, -1, .max, .min, 1 << 32, 1 << 31, -(1 << 31) - 1, 1 << 24 + 1, 3, 4]
        let narrow: [Int32] = [0, 1, -1, .max, .min, 7, 1 << 24 + 1, 5, 6, 3, 4]
        let truths = [true, false, true, true, false, false, true, false, true, true, false]
        let minimum = Float(Int64.min)
        let cases: [(BNNMValues, bnnmf_element_type, BNNMValues)] = [
            (.float32(floats), BNNMF_INT32, .int32([1, -1, 0, 0, 0, .max, .min, .max, .min, .max, 0])),
            (
                .float32(floats), BNNMF_INT64,
                .int64([1, -1, 0, 0, 0, .max, .min, 3_000_000_000, -3_000_000_000, .max, 0])
            ),
            (.float32(floats), BNNMF_BOOL, .bool([true, true, false, false] + [Bool](repeating: true, count: 7))),
            (.int64(wide), BNNMF_INT32, .int32(wide.map { Int32(truncatingIfNeeded: $0) })),
            (.int64(wide), BNNMF_INT64, .int64(wide)), (.int64(wide), BNNMF_FLOAT32, .float32(wide.map { Float($0) })),
            (.int64(wide), BNNMF_BOOL, .bool(wide.map { $0 != 0 })),
            (.int32(narrow), BNNMF_INT64, .int64(narrow.map { Int64($0) })),
            (.int32(narrow), BNNMF_FLOAT32, .float32(narrow.map { Float($0) })),
            (.bool(truths), BNNMF_FLOAT32, .float32(truths.map { $0 ? 1 : 0 })),
            (.bool(truths), BNNMF_INT64, .int64(truths.map { $0 ? 1 : 0 })),
            (.float32([minimum, -minimum]), BNNMF_INT64, .int64([.min, .max])),
        ]
        for (given, type, expected) in cases {
            let from: bnnmf_element_type =
                switch given {
                case .float32: BNNMF_FLOAT32
                case .int32: BNNMF_INT32
                case .int64: BNNMF_INT64
                case .bool: BNNMF_BOOL
                case .uint8: BNNMF_UINT8
                }
            let (description, _) = model(BNNMF_CAST, [(from, [given.count])], type)
            try assertRuns(description, [given], give: [expected], "\(from) to \(type)")
        }
    }

    func testPowers() throws {
        let (description, _) = model(BNNMF_POWER, [(BNNMF_FLOAT32, [4]), (BNNMF_FLOAT32, [4])], BNNMF_FLOAT32)
        try assertRuns(
            description, [[2, 9, -2, 10], [0.5, 0.5, 3, -1]], give: [[Float(2.0.squareRoot()), 3, -8, 0.1]])
        let (integers, _) = model(BNNMF_POWER, [(BNNMF_INT64, [4]), (BNNMF_INT32, [])], BNNMF_INT64)
        try assertRuns(
            integers, [.int64([3, -2, 7_000_001, 0]), .int32([3])],
            give: [.int64([27, -8, 343_000_147_000_021_000_001, 0].map { Int64(truncatingIfNeeded: $0 as Int128) })])
        let (mixed, _) = model(BNNMF_POWER, [(BNNMF_FLOAT32, [3]), (BNNMF_INT64, [1])], BNNMF_FLOAT32)
        try assertRuns(mixed, [.float32([3, -2, 0.5]), .int64([-2])], give: [.float32([1 / 9, 0.25, 4])])
    }
}
