import BNNMIR
import XCTest

@testable import BNNMPasses

/// Which softmaxes and normalizations of rows become one operator, which do not, and that either keeps its bits.
final class FuseRowsTests: XCTestCase {
    private typealias Spelling = (inout SmallGraph) throws -> Graph.ValueID

    /// The row functions found in a network on x of this shape, whose bits the pass keeps.
    private func found(
        _ shape: [Int], _ spelling: Spelling, _ message: String = "", file: StaticString = #filePath,
        line: UInt = #line
    ) throws -> [String] {
        var g = SmallGraph(shape)
        g.output(try spelling(&g))
        let before = try g.compiled(Pipeline.before("FuseRows")).graph
        let after = try g.compiled(Pipeline.through("FuseRows")).graph
        let input = (0..<shape.reduce(1, *)).map { Float($0 * 37 % 101) / 7 - 6 }
        try assertSameMeaning(before, after, for: input, message, file: file, line: line)
        return after.schedule().compactMap { id in
            (after[id].op as? RowFunction).map { op in
                op.attributes.map { "\($0.name)=\($0.value)" }.joined(separator: " ")
            }
        }
    }

    // MARK: - Softmax

    /// How a softmax is spelled, step by step; near misses change one of them.
    private struct SoftmaxParts {
        var greatest: any Reduction = ReduceMax()
        var greatestAxes: [Int64] = [-1]
        var sumAxes: [Int64] = [-1]
        var multipliesByInverse = false
        var isTurned = false
        var exponentIsOutput = false
        var sumIsReadTwice = false

        func spelled(_ g: inout SmallGraph) throws -> Graph.ValueID {
            let greatest = try g.add(greatest, g.x, g.integers(greatestAxes))
            let difference = try isTurned ? g.add(Sub(), greatest, g.x) : g.add(Sub(), g.x, greatest)
            if exponentIsOutput { g.output(difference, name: "difference") }
            let exponential = try g.add(Exp(), difference)
            let sum = try g.add(ReduceSum(), exponential, g.integers(sumAxes))
            let y =
                try multipliesByInverse
                ? g.add(Mul(), exponential, g.add(Reciprocal(), sum)) : g.add(Div(), exponential, sum)
            return try sumIsReadTwice ? g.add(Add(), y, sum) : y
        }
    }

    func testSoftmaxOfTheLastAxisIsOneOperator() throws {
        for shape in [[2, 3, 5], [3, 7], [1, 2, 3, 4], [2, 1, 1]] {
            XCTAssertEqual(try found(shape) { try $0.add(Softmax(axis: -1), $0.x) }, ["function=softmax"])
            XCTAssertEqual(try found(shape) { try SoftmaxParts().spelled(&$0) }, ["function=softmax"])
        }
    }

    func testSoftmaxOverChannelsIsOneOperatorWhereTheyStandLast() throws {
        let rows = try found([1, 2, 3, 3]) { g in
            let weights = g.constant([4, 2, 1, 1], (0..<8).map { Float($0) - 3 })
            return try g.add(Softmax(axis: 1), try g.add(Conv(window: Window(kernel: 1)), g.x, weights))
        }
        XCTAssertEqual(rows, ["function=softmax"])
    }

    func testOtherSoftmaxesStay() throws {
        let parts: [(String, SoftmaxParts)] = [
            ("another extreme", SoftmaxParts(greatest: ReduceMin())),
            ("the greatest of another axis", SoftmaxParts(greatestAxes: [1])),
            ("the greatest of two axes", SoftmaxParts(greatestAxes: [1, 2])),
            ("the sum along another axis", SoftmaxParts(sumAxes: [1])),
            ("the sum along two axes", SoftmaxParts(sumAxes: [1, 2])),
            ("along another axis", SoftmaxParts(greatestAxes: [1], sumAxes: [1])),
            ("times the inverse of the sum", SoftmaxParts(multipliesByInverse: true)),
            ("a difference that is turned round", SoftmaxParts(isTurned: true)),
            ("an exponent that is an output", SoftmaxParts(exponentIsOutput: true)),
            ("a sum that is read elsewhere", SoftmaxParts(sumIsReadTwice: true)),
        ]
        for (name, parts) in parts {
            XCTAssertEqual(try found([2, 3, 4], { try parts.spelled(&$0) }, name), [], name)
        }
        XCTAssertEqual(try found([2, 3, 4]) { try $0.add(Softmax(axis: 1), $0.x) }, [])
        XCTAssertEqual(try found([2, 3, 4]) { try $0.add(Softmax(axis: 1, coversTrailingAxes: true), $0.x) }, [])
        XCTAssertEqual(try found([2, 3, 4]) { try $0.add(LogSoftmax(axis: -1), $0.x) }, [])
    }

    func testRowsBeyondTheLimitStay() throws {
        for (count, expected) in [(RowFunction.rowLimit, 1), (RowFunction.rowLimit + 1, 0)] {
            XCTAssertEqual(try found([2, count]) { try $0.add(Softmax(axis: -1), $0.x) }.count, expected)
            XCTAssertEqual(try found([2, count]) { try NormalizationParts().spelled(&$0) }.count, expected)
        }
    }

    // MARK: - Layer normalization

    /// How a layer normalization is spelled, step by step; near misses change one of them.
    private struct NormalizationParts {
        var meanAxes: [Int64] = [-1]
        var varianceAxes: [Int64] = [-1]
        var square = Square.power
        var epsilon: (shape: [Int], values: [Float])? = ([], [0.125])
        var epsilonFactor: Float = 1
        var epsilonStandsLeft = false
        var inverse = Inverse.reciprocal
        var inverseStandsLeft = false
        var meanIsReadTwice = false
        var inverseIsOutput = false

        enum Square { case power, product, cube, ofInput }
        enum Inverse { case reciprocal, quotient, ofTwo, none }

        func spelled(_ g: inout SmallGraph) throws -> Graph.ValueID {
            let mean = try g.add(ReduceMean(), g.x, g.integers(meanAxes))
            let difference = try g.add(Sub(), g.x, mean)
            let squares =
                switch square {
                case .power: try g.add(Pow(), difference, g.number(2))
                case .product: try g.add(Mul(), difference, difference)
                case .cube: try g.add(Pow(), difference, g.number(3))
                case .ofInput: try g.add(Mul(), g.x, g.x)
                }
            var variance = try g.add(ReduceMean(), squares, g.integers(varianceAxes))
            if epsilonFactor != 1 { variance = try g.add(Mul(), variance, g.number(epsilonFactor)) }
            if let (shape, values) = epsilon {
                let epsilon = g.constant(shape, values)
                variance = try epsilonStandsLeft ? g.add(Add(), epsilon, variance) : g.add(Add(), variance, epsilon)
            }
            let root = try g.add(Sqrt(), variance)
            let factor =
                switch inverse {
                case .reciprocal: try g.add(Reciprocal(), root)
                case .quotient: try g.add(Div(), g.number(1), root)
                case .ofTwo: try g.add(Div(), g.number(2), root)
                case .none: root
                }
            if inverseIsOutput { g.output(factor, name: "inverse") }
            if inverse == .none { return try g.add(Div(), difference, factor) }
            let y = try inverseStandsLeft ? g.add(Mul(), factor, difference) : g.add(Mul(), difference, factor)
            return try meanIsReadTwice ? g.add(Add(), y, mean) : y
        }
    }

    func testLayerNormalizationOfTheLastAxisIsOneOperator() throws {
        for shape in [[2, 3, 5], [3, 7], [1, 2, 3, 4]] {
            let rows = try found(shape) { g in
                let scale = g.constant([shape.last!], (0..<shape.last!).map { Float($0) / 3 - 1 })
                return try g.add(LayerNormalization(axis: -1, epsilon: 0.25), g.x, scale, scale)
            }
            XCTAssertEqual(rows, ["function=standardize epsilon=0.25"])
        }
    }

    func testSpellingsOfTheSameBitsAreOneOperator() throws {
        let parts: [(String, NormalizationParts)] = [
            ("as exported", NormalizationParts()),
            ("a product as square", NormalizationParts(square: .product)),
            ("epsilon to the left", NormalizationParts(epsilonStandsLeft: true)),
            ("epsilon as a tensor", NormalizationParts(epsilon: ([1, 1, 1], [0.125]))),
            ("a quotient as inverse", NormalizationParts(inverse: .quotient)),
            ("the inverse to the left", NormalizationParts(inverseStandsLeft: true)),
        ]
        for (name, parts) in parts {
            XCTAssertEqual(
                try found([2, 3, 4], { try parts.spelled(&$0) }, name), ["function=standardize epsilon=0.125"], name)
        }
        let withoutEpsilon = NormalizationParts(epsilon: nil)
        XCTAssertEqual(try found([2, 3, 4]) { try withoutEpsilon.spelled(&$0) }, ["function=standardize epsilon=0.0"])
    }

    func testOtherNormalizationsStay() throws {
        let parts: [(String, NormalizationParts)] = [
            ("along another axis", NormalizationParts(meanAxes: [1], varianceAxes: [1])),
            ("along two axes", NormalizationParts(meanAxes: [1, 2], varianceAxes: [1, 2])),
            ("the mean along another axis", NormalizationParts(meanAxes: [1])),
            ("the variance along another axis", NormalizationParts(varianceAxes: [1])),
            ("cubes", NormalizationParts(square: .cube)),
            ("squares of another value", NormalizationParts(square: .ofInput)),
            ("an epsilon for each row", NormalizationParts(epsilon: ([3, 1], [0.125, 0.25, 0.5]))),
            ("a negative epsilon", NormalizationParts(epsilon: ([], [-0.125]))),
            ("a variance with a factor", NormalizationParts(epsilonFactor: 1.5)),
            ("another dividend", NormalizationParts(inverse: .ofTwo)),
            ("a quotient by the deviation", NormalizationParts(inverse: .none)),
            ("a mean that is read elsewhere", NormalizationParts(meanIsReadTwice: true)),
            ("an inverse that is an output", NormalizationParts(inverseIsOutput: true)),
        ]
        for (name, parts) in parts {
            XCTAssertEqual(try found([2, 3, 4], { try parts.spelled(&$0) }, name), [], name)
        }
        let overTwoAxes = try found([2, 3, 4]) { g in
            try g.add(LayerNormalization(axis: 1), g.x, g.constant([3, 4], (0..<12).map { Float($0) }))
        }
        XCTAssertEqual(overTwoAxes, [])
    }

    // MARK: - The operator

    func testRowFunctionsRefuseWhatTheFormatCannotHold() throws {
        let row = Operand(TensorType(.float32, [2, RowFunction.rowLimit]))
        XCTAssertEqual(try RowFunction(.softmax).inferTypes([row]), [row.type])
        XCTAssertEqual(try RowFunction(.standardize(epsilon: 0)).inferTypes([row]), [row.type])
        for epsilon in [-1, Float.nan] {
            XCTAssertThrowsError(try RowFunction(.standardize(epsilon: epsilon)).inferTypes([row]))
        }
        for type in [
            TensorType(.float32, [2, RowFunction.rowLimit + 1]), TensorType(.float32, []), TensorType(.int32, [2]),
        ] {
            XCTAssertThrowsError(try RowFunction(.softmax).inferTypes([Operand(type)]))
        }
        XCTAssertFalse(RowFunction(.softmax).keepsSamplesApart([Operand(TensorType(.float32, [4]))]))
        XCTAssertTrue(RowFunction(.softmax).keepsSamplesApart([row]))
    }
}
