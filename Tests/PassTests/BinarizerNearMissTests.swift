import BNNMIR
import XCTest

@testable import BNNMPasses

/// What only looks like a decision stays as it is: taking it for one would change the function.
final class BinarizerNearMissTests: XCTestCase {
    private let input: [Float] = [-3, -0.5, 0, 0.25, 1, 2.5, -1, 7, -0.125]

    private func check(
        inputShape: [Int] = [1, 1, 3, 3], binarizers: Int = 0, keeps: [String], file: StaticString = #filePath,
        line: UInt = #line, _ build: (inout SmallGraph) throws -> Graph.ValueID
    ) throws {
        var small = SmallGraph(inputShape)
        small.output(try build(&small))
        let graph = try small.compiled(Pipeline.toReference).graph
        let operators = graph.operators
        XCTAssertEqual(operators.filter { $0 == "Binarize" }.count, binarizers, "\(operators)", file: file, line: line)
        for name in keeps { XCTAssertTrue(operators.contains(name), "\(name) in \(operators)", file: file, line: line) }
        // Sign may have become a Binarize with 0 a tie, so zeros are tried only where there is none.
        let values = Array(input.prefix(small.graph[small.x].type.elementCount)).map {
            binarizers > 0 && $0 == 0 ? 3 : $0
        }
        try assertSameMeaning(small.graph, graph, for: values, file: file, line: line)
    }

    func testWhereWithConstantsThatAreNotOpposite() throws {
        for (yes, no): (Float, Float) in [(1, -2), (1, 1), (1, 0), (2, -2), (-1, -1)] {
            try check(keeps: ["Where"]) { g in
                let condition = try g.add(GreaterOrEqual(), g.x, g.number(0))
                return try g.add(Where(), condition, g.number(yes), g.number(no))
            }
        }
    }

    func testWhereWithConstantsThatDifferFromPlaceToPlace() throws {
        try check(keeps: ["Where"]) { g in
            let condition = try g.add(GreaterOrEqual(), g.x, g.number(0))
            return try g.add(Where(), condition, g.constant([1, 1, 1, 3], [1, -1, 1]), g.number(-1))
        }
    }

    func testAnEstimatorWithTwoDifferentPenalties() throws {
        try check(binarizers: 1, keeps: ["Sub", "Add"]) { g in
            let p = try g.add(Clip(), g.x, g.number(-1), g.number(1))
            let q = try g.add(Clip(), g.x, g.number(-2), g.number(2))
            return try g.add(Add(), try g.add(Sub(), try g.add(Sign(), g.x), p), q)
        }
    }

    func testAPenaltyTakenFromTheWrongSide() throws {
        // p − s + p is not s.
        try check(binarizers: 1, keeps: ["Sub", "Add"]) { g in
            let p = try g.add(Clip(), g.x, g.number(-1), g.number(1))
            return try g.add(Add(), try g.add(Sub(), p, try g.add(Sign(), g.x)), p)
        }
    }

    func testAnArgMaxOverThreeClasses() throws {
        try check(inputShape: [2, 3], keeps: ["ArgMax"]) { g in
            let code = try g.add(Cast(to: .float32), try g.add(ArgMax(axis: 1, keepsDimensions: false), g.x))
            return try g.add(Sub(), try g.add(Mul(), code, g.number(2)), g.number(1))
        }
    }

    func testAnArgMaxThatTakesTheLastOfEqualScores() throws {
        try check(inputShape: [2, 2], keeps: ["ArgMax"]) { g in
            let op = ArgMax(axis: 1, keepsDimensions: false, selectLastIndex: true)
            let code = try g.add(Cast(to: .float32), try g.add(op, g.x))
            return try g.add(Sub(), try g.add(Mul(), code, g.number(2)), g.number(1))
        }
    }

    func testAMaskThatNoLayerMultiplies() throws {
        // A piecewise function: taking its mask for a decision would only break the chain.
        try check(keeps: ["Greater", "Cast", "Mul"]) { g in
            let mask = try g.add(Cast(to: .float32), try g.add(Greater(), g.x, g.number(0.5)))
            return try g.add(Mul(), mask, g.x)
        }
        try check(keeps: ["Cast"]) { try $0.add(Cast(to: .float32), try $0.add(Greater(), $0.x, $0.number(0))) }
    }

    func testAMaskOfAnotherTypeThanFloat() throws {
        try check(keeps: ["Cast"]) { g in
            let mask = try g.add(Cast(to: .int64), try g.add(Greater(), g.x, g.number(0)))
            let weights = g.constant([1, 1, 1, 1], [1])
            return try g.add(Conv(window: Window(kernel: 1)), try g.add(Cast(to: .float32), mask), weights, nil)
        }
    }

    func testABroadcastingComparison() throws {
        // The limits make the result larger than x.
        try check(inputShape: [1, 1, 1, 3], keeps: ["Where"]) { g in
            let condition = try g.add(Greater(), g.x, g.constant([1, 1, 2, 1], [0, 1]))
            return try g.add(Where(), condition, g.number(1), g.number(-1))
        }
    }

    func testConstantsThatMakeTheResultLarger() throws {
        try check(inputShape: [1, 1, 1, 3], keeps: ["Where"]) { g in
            let condition = try g.add(Greater(), g.x, g.number(0))
            return try g.add(Where(), condition, g.constant([1, 1, 2, 1], [1, 1]), g.number(-1))
        }
        try check(inputShape: [1, 3], keeps: ["Cast"]) { g in
            let code = try g.add(Cast(to: .float32), try g.add(Greater(), g.x, g.number(0)))
            return try g.add(Sub(), try g.add(Mul(), code, g.constant([2, 1], [2, 2])), g.number(1))
        }
        try check(inputShape: [1, 2], keeps: ["ArgMax"]) { g in
            let code = try g.add(Cast(to: .float32), try g.add(ArgMax(axis: 1), g.x))
            return try g.add(Sub(), try g.add(Mul(), code, g.number(2)), g.constant([1, 3], [1, 1, 1]))
        }
        try check(inputShape: [1, 3], binarizers: 1, keeps: ["Where"]) { g in
            let sign = try g.add(Sign(), g.x)
            return try g.add(Where(), try g.add(Equal(), sign, g.number(0)), g.constant([2, 1], [1, 1]), sign)
        }
    }

    func testWhereEqualSignZeroWithAnotherNumber() throws {
        try check(binarizers: 1, keeps: ["Where"]) { g in
            let sign = try g.add(Sign(), g.x)
            return try g.add(Where(), try g.add(Equal(), sign, g.number(1)), g.number(1), sign)
        }
    }

    func testBipolarQuantWithAnotherScale() throws {
        for scale: Float in [0.5, -1, 2] {
            try check(keeps: ["BipolarQuant"]) { try $0.add(BipolarQuant(), $0.x, $0.number(scale)) }
        }
    }

    func testACodeWithOtherFactors() throws {
        for (factor, shift): (Float, Float) in [(3, 1), (2, 0.5), (1, 1), (2, -1)] {
            try check(keeps: ["Cast"]) { g in
                let code = try g.add(Cast(to: .float32), try g.add(Greater(), g.x, g.number(0)))
                return try g.add(Sub(), try g.add(Mul(), code, g.number(factor)), g.number(shift))
            }
        }
    }

    func testOneMinusTwiceTheCode() throws {
        try check(keeps: ["Cast"]) { g in
            let code = try g.add(Cast(to: .float32), try g.add(Greater(), g.x, g.number(0)))
            return try g.add(Sub(), g.number(1), try g.add(Mul(), code, g.number(2)))
        }
    }
}
