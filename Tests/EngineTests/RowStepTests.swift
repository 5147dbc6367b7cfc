import BNNM
import BNNMFormat
import TestSupport
import XCTest

/// Softmax and standardization of whole rows as steps, against the operators that they stand for, one by one in the same
/// model: equal bit for bit, whatever the numbers, with every instruction set, several threads and executions.
final class RowStepTests: EngineTestCase {
    private typealias Step = EpilogueDescription.Step

    /// Where a map's values go: memory of their own, or over what it reads.
    private enum Place: CaseIterable { case apart, overInput, overOperand }

    private static let widths = [1, 2, 7, 8, 9, 63, 64, 65, 256, 1000, 4096]
    private static let rowSteps: [Step] = [.softmax, .standardize(epsilon: 1e-5), .standardize(epsilon: 0)]

    private var random = SeededRandom(seed: 1)

    // MARK: - Rows

    /// Rows of ordinary numbers and of those that arithmetic treats specially.
    private func rows(_ width: Int) -> [[Float]] {
        func row(_ number: () -> Float) -> [Float] { (0..<width).map { _ in number() } }
        func row(with number: Float) -> [Float] {
            var row = random.floats(width, bound: 3)
            row[random.below(width)] = number
            return row
        }
        return [
            row { random.float(3) }, row { random.float(200) }, row { random.float(1.7e38) * 2 },
            row { .leastNonzeroMagnitude * Float(random.below(100) - 50) },
            row { Float(sign: .plus, exponent: random.below(250) - 125, significand: random.float(1)) },
            row { 1000 + random.float(0.001) }, row { 0.1 }, row { random.pick([0, -0.0]) }, row { -.infinity },
            row(with: .infinity), row(with: -.infinity), row(with: .nan),
        ]
    }

    // MARK: - Models

    /// A model that gives the results of the operators one by one and then those of the map.
    private struct Comparison {
        let model = ModelDescription()
        /// The inputs behind the first.
        var inputs: [[Float]] = []
        var resultCount = 0
    }

    private func reduce(
        _ model: ModelDescription, _ function: bnnmf_reduction, _ x: UInt32, _ dims: [Int]
    ) -> UInt32 {
        model.op(BNNMF_OP_REDUCE, [x], BNNMF_FLOAT32, Array(dims.dropLast()) + [1]) {
            $0.parameters.reduce = bnnmf_reduce(
                function: function.rawValue, axis: UInt32(dims.count - 1), axis_count: 1, select_last: 0)
        }
    }

    private func map(
        _ model: ModelDescription, _ x: UInt32, _ epilogue: EpilogueDescription, _ dims: [Int]
    ) -> [UInt32] {
        let record = epilogue.record(model, channels: dims.last!)
        let results = epilogue.results(dims)
        let first = model.op(BNNMF_OP_MAP, [x] + epilogue.operands, results[0].0, results[0].1) {
            $0.parameters.map.epilogue = record
        }
        return [first] + model.moreResults(Array(results.dropFirst()))
    }

    private func function(
        _ model: ModelDescription, _ function: bnnmf_real_function, _ x: UInt32, _ dims: [Int]
    ) -> UInt32 { map(model, x, EpilogueDescription(steps: [.function(function)]), dims)[0] }

    private func oneByOne(_ step: Step, _ model: ModelDescription, _ x: UInt32, _ dims: [Int]) -> UInt32 {
        guard case .standardize(let epsilon) = step else {
            let difference = model.elementwise(
                BNNMF_SUBTRACT, x, reduce(model, BNNMF_REDUCE_MAXIMUM, x, dims), dims)
            let exponential = function(model, BNNMF_EXP, difference, dims)
            return model.elementwise(
                BNNMF_DIVIDE, exponential, reduce(model, BNNMF_REDUCE_SUM, exponential, dims), dims)
        }
        let single = Array(dims.dropLast()) + [1]
        let difference = model.elementwise(BNNMF_SUBTRACT, x, reduce(model, BNNMF_REDUCE_MEAN, x, dims), dims)
        let square = model.elementwise(BNNMF_MULTIPLY, difference, difference, dims)
        let variance = model.elementwise(
            BNNMF_ADD, reduce(model, BNNMF_REDUCE_MEAN, square, dims), model.constant(.float32([epsilon]), [1]), single)
        let inverse = model.elementwise(
            BNNMF_DIVIDE, model.constant(.float32([1]), [1]), function(model, BNNMF_SQRT, variance, single), single)
        return model.elementwise(BNNMF_MULTIPLY, difference, inverse, dims)
    }

    /// What is computed from an input of the model, so that an operator may write over it.
    private func copy(_ model: ModelDescription, _ x: UInt32, _ dims: [Int]) -> UInt32 {
        let width = dims.last!
        return model.scaleShift(
            x, dims, [Float](repeating: 1, count: width), [Float](repeating: -0.0, count: width))
    }

    /// Makes an epilogue's results outputs of the model.
    private func add(
        _ results: [UInt32], of epilogue: EpilogueDescription, _ dims: [Int], to comparison: inout Comparison
    ) {
        for (index, (tensor, result)) in zip(results, epilogue.results(dims)).enumerated() {
            let output = result.0 == BNNMF_BITS ? comparison.model.unpack(tensor, result.1) : tensor
            comparison.model.output(output, name: "y\(comparison.resultCount)-\(index)")
        }
        comparison.resultCount += results.count
    }

    /// The step alone.
    private func comparison(_ step: Step, _ dims: [Int], batch: UInt32 = 0, isOverInput: Bool = false) -> Comparison {
        var comparison = Comparison()
        let model = comparison.model
        model.batch = batch
        let x = model.input(dims), epilogue = EpilogueDescription(steps: [step])
        add([oneByOne(step, model, x, dims)], of: epilogue, dims, to: &comparison)
        let given = isOverInput ? copy(model, x, dims) : x
        add(map(model, given, epilogue, dims), of: epilogue, dims, to: &comparison)
        return comparison
    }

    /// The step with others in front and behind, and every result.
    private func comparison(surrounded step: Step, _ dims: [Int], executions: Int, _ place: Place) -> Comparison {
        var comparison = Comparison()
        let model = comparison.model, width = dims.last!
        let x = model.input(dims)
        func operand(_ dims: [Int]) -> UInt32 {
            comparison.inputs.append(random.floats(executions * dims.reduce(1, *), bound: 2))
            return model.input(dims, name: "operand\(comparison.inputs.count)")
        }
        let (whole, last, vector) = (operand(dims), operand(dims), operand([1, 1, 1, width]))
        let front: [Step] = [
            .quotient(random.floats(width, bound: 2)), .scaleShift(random.floats(width), random.floats(width)),
            .combine(BNNMF_STEP_ADD, values: [], tensor: whole),
        ]
        func behind(_ last: UInt32) -> [Step] {
            [
                .combine(BNNMF_STEP_MULTIPLY, values: [], tensor: vector), .rectify(slopes, nil),
                .combine(BNNMF_STEP_SUBTRACT_FROM, values: [], tensor: last),
            ]
        }
        let slopes = random.floats(width)
        var epilogue = EpilogueDescription(stores: 7)
        epilogue.points = random.floats(width, bound: 0.1)
        epilogue.points += epilogue.points.map { $0 + 0.5 }

        let prepared = map(model, x, EpilogueDescription(steps: front), dims)[0]
        epilogue.steps = behind(last)
        add(map(model, oneByOne(step, model, prepared, dims), epilogue, dims), of: epilogue, dims, to: &comparison)

        let given = place == .overInput ? copy(model, x, dims) : x
        epilogue.steps = front + [step] + behind(place == .overOperand ? copy(model, last, dims) : last)
        add(map(model, given, epilogue, dims), of: epilogue, dims, to: &comparison)
        return comparison
    }

    private func assertAgrees(
        _ comparison: Comparison, _ x: [Float], executions: Int = 1, _ comment: String, line: UInt = #line
    ) throws {
        let model = try comparison.model.open()
        var before: [[UInt32]]?
        for level in InstructionSet.levels where InstructionSet.available.contains(level) {
            for threads in [1, 3] {
                let session = try BNNMSession(model, threads: threads, instructionSets: level)
                // With all NaNs alike.
                let results = try session.run([x] + comparison.inputs, executions: executions).map { numbers in
                    numbers.map { $0.isNaN ? Float.nan.bitPattern : $0.bitPattern }
                }
                let message = "\(comment), \(level.name ?? ""), threads \(threads)"
                XCTAssertEqual(results.count, comparison.resultCount, message, line: line)
                let (expected, found) = (results.prefix(results.count / 2), results.suffix(results.count / 2))
                for (index, (a, b)) in zip(expected, found).enumerated() where a != b {
                    let at = zip(a, b).enumerated().first { $1.0 != $1.1 }?.offset ?? -1
                    return XCTFail("\(message): result \(index) differs from element \(at) on", line: line)
                }
                XCTAssertTrue(before == nil || before == results, "\(message): not as before", line: line)
                before = results
            }
        }
    }

    // MARK: - Tests

    func testStepsGiveWhatTheirOperatorsGive() throws {
        for width in Self.widths {
            for step in Self.rowSteps {
                for executions in [1, 3] {
                    let x = (0..<executions).flatMap { _ in rows(width).flatMap { $0 } }
                    for isOverInput in [false, true] {
                        try assertAgrees(
                            comparison(step, [1, 3, 4, width], isOverInput: isOverInput), x, executions: executions,
                            "\(step), width \(width), executions \(executions), over the input: \(isOverInput)")
                    }
                }
            }
        }
    }

    func testStepsInFrontAndBehindDecisionsAndAverages() throws {
        for width in Self.widths {
            for step in Self.rowSteps {
                for executions in [1, 3] {
                    let x = (0..<executions).flatMap { _ in rows(width).flatMap { $0 } }
                    for place in Place.allCases {
                        try assertAgrees(
                            comparison(surrounded: step, [1, 3, 4, width], executions: executions, place), x,
                            executions: executions, "\(step), width \(width), executions \(executions), \(place)")
                    }
                }
            }
        }
    }

    func testRowsOfEveryRank() throws {
        for dims in [[9], [65], [2, 9], [40, 33], [2, 3, 5], [2, 1, 2, 2, 70]] {
            for step in Self.rowSteps {
                let x = random.floats(dims.reduce(1, *), bound: 3)
                try assertAgrees(comparison(step, dims, batch: 1), x, "\(step), \(dims)")
            }
        }
    }

    func testStandardizationIsWhatItsDefinitionSays() throws {
        for width in Self.widths {
            for epsilon in [1e-5, 0.25, 100] as [Float] {
                let dims = [3, width], x = random.floats(3 * width, bound: 3)
                let epilogue = EpilogueDescription(steps: [.standardize(epsilon: epsilon)])
                let model = ModelDescription()
                model.batch = 1
                model.output(map(model, model.input(dims), epilogue, dims)[0])
                try assertRuns(model, [x], give: epilogue.expected(x, dims: dims), "width \(width), \(epsilon)")
            }
        }
    }

    func testSoftmaxIsWithinFourUnitsInTheLastPlaceOfItsDefinition() throws {
        for width in Self.widths {
            let dims = [3, width], x = random.floats(3 * width, bound: 20)
            let epilogue = EpilogueDescription(steps: [.softmax])
            let model = ModelDescription()
            model.batch = 1
            model.output(map(model, model.input(dims), epilogue, dims)[0])
            let results = try BNNMSession(model.open()).run([x])[0]
            for (found, expected) in zip(results, epilogue.expected(x, dims: dims)[0]) {
                XCTAssertLessThanOrEqual(abs(found - expected), 4 * expected.ulp, "width \(width)")
            }
        }
    }

    /// The contract spelt out.
    func testRowsOfEqualAndOfInfiniteNumbers() throws {
        let rows: [(x: [Float], softmax: [Float], standardized: [Float])] = [
            ([7, 7, 7, 7], [0.25, 0.25, 0.25, 0.25], [0, 0, 0, 0]),
            ([0, -.infinity, 0, -.infinity], [0.5, 0, 0.5, 0], [.nan, .nan, .nan, .nan]),
            ([0, .infinity, 0, 0], [.nan, .nan, .nan, .nan], [.nan, .nan, .nan, .nan]),
            ([1, 2, .nan, 3], [.nan, .nan, .nan, .nan], [.nan, .nan, .nan, .nan]),
            ([512, -512, -512, 512], [0.5, 0, 0, 0.5], [1, -1, -1, 1]),
        ]
        let dims = [rows.count, 4]
        for level in InstructionSet.levels where InstructionSet.available.contains(level) {
            for (step, expected) in [
                (.softmax, rows.flatMap(\.softmax)), (.standardize(epsilon: 1e-5), rows.flatMap(\.standardized)),
            ] as [(Step, [Float])] {
                let model = ModelDescription()
                model.batch = 1
                model.output(map(model, model.input(dims), EpilogueDescription(steps: [step]), dims)[0])
                let results = try BNNMSession(try model.open(), instructionSets: level).run([rows.flatMap(\.x)])[0]
                for (index, (found, number)) in zip(results, expected).enumerated() {
                    XCTAssertTrue(
                        found == number || found.isNaN && number.isNaN,
                        "\(step), \(level.name ?? ""), row \(index / 4): \(found), not \(number)")
                }
            }
        }
    }
}
