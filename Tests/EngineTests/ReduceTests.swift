import BNNM
import BNNMFormat
import TestSupport
import XCTest

/// Reductions over neighbouring axes of every type, against plain loops.
final class ReduceTests: EngineTestCase {
    private static let shapes = [[2, 3, 4], [1, 5], [7], [2, 2, 1, 3], [3, 130], [64, 2, 2]]

    /// Calls `body` for each shape, each range of its axes, with the elements' groups.
    private func forEach(_ body: ([Int], Range<Int>, [Int], [[Int]]) throws -> Void) rethrows {
        for dims in Self.shapes {
            for axis in dims.indices {
                for end in (axis + 1)...dims.count {
                    var result = dims
                    for reduced in axis..<end { result[reduced] = 1 }
                    var groups = [[Int]](repeating: [], count: Shape(result).count)
                    for position in 0..<Shape(dims).count {
                        groups[Shape(result).broadcastPosition(Shape(dims).coordinates(position))].append(position)
                    }
                    try body(dims, axis..<end, result, groups)
                }
            }
        }
    }

    private func model(
        _ function: bnnmf_reduction, _ type: bnnmf_element_type, _ result: bnnmf_element_type, _ dims: [Int],
        _ axes: Range<Int>, _ shape: [Int], last: Bool = false
    ) -> ModelDescription {
        let model = ModelDescription()
        model.batch = 1
        model.output(
            model.op(BNNMF_OP_REDUCE, [model.input(dims, type: type)], result, shape) {
                $0.parameters.reduce = bnnmf_reduce(
                    function: function.rawValue, axis: UInt32(axes.lowerBound), axis_count: UInt32(axes.count),
                    select_last: last ? 1 : 0)
            })
        return model
    }

    func testFloats() throws {
        let functions: [(bnnmf_reduction, ([Double]) -> Double)] = [
            (BNNMF_REDUCE_SUM, { $0.reduce(0, +) }), (BNNMF_REDUCE_MEAN, { $0.reduce(0, +) / Double($0.count) }),
            (BNNMF_REDUCE_MAXIMUM, { $0.max()! }), (BNNMF_REDUCE_MINIMUM, { $0.min()! }),
            (BNNMF_REDUCE_PRODUCT, { $0.reduce(1, *) }),
        ]
        try forEach { dims, axes, shape, groups in
            var random = SeededRandom(seed: 5)
            let values = random.integers(Shape(dims).count, -9...9).map { $0 / 8 }
            for (function, meaning) in functions {
                let expected = groups.map { Float(meaning($0.map { Double(values[$0]) })) }
                try assertRuns(
                    model(function, BNNMF_FLOAT32, BNNMF_FLOAT32, dims, axes, shape), [values], give: [expected],
                    "\(function) \(dims) \(axes)")
            }
        }
    }

    func testIntegersWrapAround() throws {
        let functions: [(bnnmf_reduction, ([Int64]) -> Int64)] = [
            (BNNMF_REDUCE_SUM, { $0.reduce(0, &+) }), (BNNMF_REDUCE_MAXIMUM, { $0.max()! }),
            (BNNMF_REDUCE_MINIMUM, { $0.min()! }), (BNNMF_REDUCE_PRODUCT, { $0.reduce(1, &*) }),
        ]
        try forEach { dims, axes, shape, groups in
            var random = SeededRandom(seed: 6)
            let wide = random.integers(Shape(dims).count, -1000...1000).map { Int64($0) * 9_000_000_000_000_037 }
            let narrow = wide.map { Int32(truncatingIfNeeded: $0) }
            for (function, meaning) in functions {
                try assertRuns(
                    model(function, BNNMF_INT64, BNNMF_INT64, dims, axes, shape), [.int64(wide)],
                    give: [.int64(groups.map { meaning($0.map { wide[$0] }) })], "\(function) \(dims) \(axes)")
                let expected = groups.map { Int32(truncatingIfNeeded: meaning($0.map { Int64(narrow[$0]) })) }
                try assertRuns(
                    model(function, BNNMF_INT32, BNNMF_INT32, dims, axes, shape), [.int32(narrow)],
                    give: [.int32(expected)], "\(function) \(dims) \(axes)")
            }
        }
    }

    func testTruthValues() throws {
        try forEach { dims, axes, shape, groups in
            var random = SeededRandom(seed: 7)
            let values = random.integers(Shape(dims).count, 0...3).map { $0 > 0 }
            try assertRuns(
                model(BNNMF_REDUCE_MAXIMUM, BNNMF_BOOL, BNNMF_BOOL, dims, axes, shape), [.bool(values)],
                give: [.bool(groups.map { $0.contains { values[$0] } })], "\(dims) \(axes)")
            try assertRuns(
                model(BNNMF_REDUCE_MINIMUM, BNNMF_BOOL, BNNMF_BOOL, dims, axes, shape), [.bool(values)],
                give: [.bool(groups.map { $0.allSatisfy { values[$0] } })], "\(dims) \(axes)")
        }
    }

    func testPlacesOfExtremes() throws {
        try forEach { dims, axes, shape, groups in
            var random = SeededRandom(seed: 8)
            // Few values, so that several are the greatest.
            let values = random.integers(Shape(dims).count, -2...2)
            for isGreatest in [true, false] {
                for last in [true, false] {
                    let expected = groups.map { group -> Int64 in
                        let numbers = group.map { isGreatest ? values[$0] : -values[$0] }
                        let best = numbers.max()!
                        return Int64(last ? numbers.lastIndex(of: best)! : numbers.firstIndex(of: best)!)
                    }
                    let function = isGreatest ? BNNMF_ARGMAX : BNNMF_ARGMIN
                    for (type, given) in [
                        (BNNMF_FLOAT32, .float32(values)), (BNNMF_INT32, .int32(values.map { Int32($0) })),
                        (BNNMF_INT64, .int64(values.map { Int64($0) << 40 })),
                    ] as [(bnnmf_element_type, BNNMValues)] {
                        try assertRuns(
                            model(function, type, BNNMF_INT64, dims, axes, shape, last: last), [given],
                            give: [.int64(expected)], "\(function) \(dims) \(axes) \(last)")
                    }
                }
            }
        }
    }

    func testNaNIsTheExtreme() throws {
        let values: [Float] = [1, .nan, 3, .infinity, 2, 0]
        for (function, last, place) in [(BNNMF_ARGMAX, false, 1), (BNNMF_ARGMIN, true, 1)]
            as [(bnnmf_reduction, Bool, Int64)]
        {
            try assertRuns(
                model(function, BNNMF_FLOAT32, BNNMF_INT64, [2, 3], 1..<2, [2, 1], last: last), [.float32(values)],
                give: [.int64([place, function == BNNMF_ARGMAX ? 0 : 2])])
        }
        for function in [BNNMF_REDUCE_MAXIMUM, BNNMF_REDUCE_MINIMUM, BNNMF_REDUCE_SUM] {
            let run = try BNNMSession(try model(function, BNNMF_FLOAT32, BNNMF_FLOAT32, [2, 3], 1..<2, [2, 1]).open())
            let result = try run.run([values])[0]
            XCTAssertTrue(result[0].isNaN, "\(function)")
            XCTAssertFalse(result[1].isNaN, "\(function)")
        }
    }
}
