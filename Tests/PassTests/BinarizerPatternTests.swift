import BNNMIR
import XCTest

@testable import BNNMPasses

/// Each spelling of a decision in an exported model becomes one Binarize with the zero rule that the spelling means, its
/// ONNX value a probe, and leaves none of its own nodes behind.
final class BinarizerPatternTests: XCTestCase {
    /// The numbers that the binarizers see; none but the tests of comparisons see a zero.
    private let nonzero: [Float] = [-3, -1, -0.75, -0x1p-149, 0x1p-140, 0.25, 1, 2.5]
    private let withZeros: [Float] = [-3, -0.0, 0, -0x1p-149, 0x1p-149, 0.25, 1, 2.5]

    private func check(
        zero: ZeroRule, encoding: Graph.Probe.Encoding = .signed, probe: String, probeShape: [Int] = [1, 2, 2, 2],
        before: [String] = [], input: [Float]? = nil, inputShape: [Int] = [1, 2, 2, 2], accuracy: Float = 0,
        file: StaticString = #filePath, line: UInt = #line,
        _ build: (inout SmallGraph) throws -> Graph.ValueID
    ) throws {
        var small = SmallGraph(inputShape)
        small.output(try build(&small))
        let (graph, context) = try small.compiled(Pipeline.toReference)
        XCTAssertEqual(graph.operators, before + ["Binarize", "BinaryToFloat"], file: file, line: line)
        XCTAssertEqual(graph.first(Binarize.self)?.op.zero, zero, file: file, line: line)
        XCTAssertEqual(context.remarks, [], file: file, line: line)
        let live = graph.probes.filter { $0.value == graph.first(Binarize.self)?.node.outputs[0] }
        // Behind a code of 0 and 1 follow the values that are −1/+1 by it.
        let found = encoding == .zeroOne ? live.first : live.last
        XCTAssertEqual(found?.name, probe, file: file, line: line)
        XCTAssertEqual(found?.encoding, encoding, file: file, line: line)
        XCTAssertEqual(found?.shape, probeShape, file: file, line: line)
        try assertSameMeaning(
            small.graph, graph, for: input ?? (zero == .zero ? nonzero : withZeros), accuracy: accuracy, file: file,
            line: line)
        let laidOut = try small.compiled().graph
        try assertSameMeaning(
            graph, laidOut, for: input ?? withZeros, "laid out", file: file, line: line)
    }

    func testABareSignIsABinarizerToWhichZeroIsATie() throws {
        try check(zero: .zero, probe: "sign", before: ["Neg"]) {
            try $0.add(Sign(), try $0.add(Neg(), $0.x), name: "sign")
        }
    }

    func testThePolynomialEstimatorOfBiRealLeavesTheSignAlone() throws {
        try check(zero: .zero, probe: "sign", accuracy: 4e-6) { g in
            let x = g.x
            let masks = try [-1, 0, 1].map { limit in
                try g.add(Cast(to: .float32), try g.add(Less(), x, g.number(limit)))
            }
            let rests = try masks.map { try g.add(Sub(), g.number(1), $0) }
            let square = try g.add(Mul(), x, x)
            let double = try g.add(Mul(), x, g.number(2))
            let left = try g.add(
                Add(), try g.add(Mul(), masks[0], g.number(-1)),
                try g.add(Mul(), rests[0], try g.add(Add(), square, double)))
            let middle = try g.add(
                Add(), try g.add(Mul(), masks[1], left),
                try g.add(Mul(), rests[1], try g.add(Sub(), double, square)))
            let p = try g.add(Add(), try g.add(Mul(), masks[2], middle), rests[2])
            let sign = try g.add(Sign(), x, name: "sign")
            return try g.add(Add(), try g.add(Sub(), sign, p), p)
        }
    }

    func testTheClampEstimatorLeavesTheSignAloneInEitherOrder() throws {
        for penaltyFirst in [false, true] {
            try check(zero: .zero, probe: "sign", accuracy: 1e-6) { g in
                let p = try g.add(Clip(), g.x, g.number(-1.5), g.number(1.5))
                let difference = try g.add(Sub(), try g.add(Sign(), g.x, name: "sign"), p)
                return penaltyFirst ? try g.add(Add(), p, difference) : try g.add(Add(), difference, p)
            }
        }
    }

    func testTheIdentityEstimatorLeavesTheSignAlone() throws {
        try check(zero: .zero, probe: "sign", accuracy: 1e-6) { g in
            try g.add(Add(), g.x, try g.add(Sub(), try g.add(Sign(), g.x, name: "sign"), g.x))
        }
    }

    func testAnEstimatorAroundAWhereLeavesItsDecision() throws {
        try check(zero: .plus, probe: "where", accuracy: 1e-6) { g in
            let p = try g.add(Clip(), g.x, g.number(-1), g.number(1))
            return try g.add(Add(), try g.add(Sub(), try g.signPlus(g.x, name: "where"), p), p)
        }
    }

    func testWhereOfEveryComparisonWithZeroInEveryOrder() throws {
        // The comparison, whether x is its left side, and what zero and rising mean where truth is +1.
        let cases: [(any Operator, xFirst: Bool, zeroIsTrue: Bool, rises: Bool)] = [
            (Greater(), true, false, true), (GreaterOrEqual(), true, true, true), (Less(), true, false, false),
            (LessOrEqual(), true, true, false), (Greater(), false, false, false),
            (GreaterOrEqual(), false, true, false), (Less(), false, false, true), (LessOrEqual(), false, true, true),
        ]
        for (op, xFirst, zeroIsTrue, rises) in cases {
            for truth: Float in [1, -1] {
                for negates in [false, true] {
                    let truthIsPlus = (truth == 1) != negates
                    let before = rises == truthIsPlus ? [] : ["Neg"]
                    try check(zero: zeroIsTrue == truthIsPlus ? .plus : .minus, probe: "where", before: before) { g in
                        let zero = g.number(0)
                        var condition = try xFirst ? g.add(op, g.x, zero) : g.add(op, zero, g.x)
                        if negates { condition = try g.add(Not(), condition) }
                        return try g.add(Where(), condition, g.number(truth), g.number(-truth), name: "where")
                    }
                }
            }
        }
    }

    func testWhereOfAComparisonWithAConstantOfEachChannel() throws {
        let input: [Float] = [0.5, Float(0.5).nextDown, Float(0.5).nextUp, 0, -0.25, Float(-0.25).nextUp, -1, 3]
        let limits: [Float] = [0.5, -0.25]
        let cases: [(any Operator, ZeroRule)] = [
            (GreaterOrEqual(), .plus), (Greater(), .minus), (Less(), .minus), (LessOrEqual(), .plus),
        ]
        for (op, zero) in cases {
            try check(zero: zero, probe: "where", before: ["Sub"], input: input) { g in
                let condition = try g.add(op, g.x, g.constant([1, 2, 1, 1], limits))
                return try g.add(Where(), condition, g.number(1), g.number(-1), name: "where")
            }
        }
    }

    func testWhereSignIsZeroMeansPlus() throws {
        for zeroFirst in [false, true] {
            try check(zero: .plus, probe: "where") { g in
                let sign = try g.add(Sign(), g.x, name: "sign")
                let zero = g.number(0)
                let equal = try zeroFirst ? g.add(Equal(), zero, sign) : g.add(Equal(), sign, zero)
                return try g.add(Where(), equal, g.number(1), sign, name: "where")
            }
        }
    }

    func testACastOfAComparisonTimesTwoMinusOneInEverySpelling() throws {
        for spelling in 0..<4 {
            try check(zero: .minus, encoding: .zeroOne, probe: "code") { g in
                let condition = try g.add(Greater(), g.x, g.number(0))
                let code = try g.add(Cast(to: .float32), condition, name: "code")
                switch spelling {
                case 0: return try g.add(Sub(), try g.add(Mul(), code, g.number(2)), g.number(1))
                case 1: return try g.add(Add(), try g.add(Mul(), g.number(2), code), g.number(-1))
                case 2: return try g.add(Add(), g.number(-1), try g.add(Mul(), code, g.number(2)))
                default: return try g.add(Mul(), try g.add(Sub(), code, g.number(0.5)), g.number(2))
                }
            }
        }
    }

    func testAnArgMaxOverTwoClassesWithItsCastBeforeAndBehind() throws {
        for castFirst in [true, false] {
            for keepsDimensions in [false, true] {
                for isImage in [false, true] {
                    var g = SmallGraph(isImage ? [1, 2, 2, 2] : [4, 2])
                    g.output(try classes(&g, castFirst: castFirst, keepsDimensions: keepsDimensions))
                    let graph = try g.compiled(Pipeline.toReference).graph
                    let operators = graph.operators
                    XCTAssertFalse(operators.contains { ["ArgMax", "Cast", "Mul"].contains($0) }, "\(operators)")
                    XCTAssertEqual(graph.first(Binarize.self)?.op.zero, .minus)
                    // The class, then the values that are −1/+1 by it.
                    XCTAssertEqual(graph.probes.map(\.name), castFirst ? ["code", "Sub"] : ["index", "Sub", "Cast"])
                    let others = graph.probes.dropFirst()
                    XCTAssertEqual(graph.probes.first?.encoding, .zeroOne)
                    XCTAssertTrue(others.allSatisfy { $0.encoding == .signed })
                    let kept = isImage ? [1, 1, 2, 2] : [4, 1], dropped = isImage ? [1, 2, 2] : [4]
                    XCTAssertEqual(Set(graph.probes.map(\.shape)), [keepsDimensions ? kept : dropped])
                    // Pairs of scores: equal, second greater, second less, second greater by the least there is.
                    let scores: [Float] =
                        isImage ? [1, 1, -2, 0, 1, 2, -3, 0x1p-149] : [1, 1, 1, 2, -2, -3, 0, 0x1p-149]
                    XCTAssertEqual(try g.graph.outputs(for: scores)[0], [-1, 1, -1, 1])
                    XCTAssertEqual(try graph.outputs(for: scores)[0], [-1, 1, -1, 1])
                    XCTAssertEqual(try g.compiled().graph.outputs(for: scores)[0], [-1, 1, -1, 1])
                }
            }
        }
    }

    /// ArgMax·2 − 1, in floats or in integers with the Cast behind.
    private func classes(
        _ g: inout SmallGraph, castFirst: Bool, keepsDimensions: Bool
    ) throws -> Graph.ValueID {
        let index = try g.add(ArgMax(axis: 1, keepsDimensions: keepsDimensions), g.x, name: "index")
        if castFirst {
            let code = try g.add(Cast(to: .float32), index, name: "code")
            return try g.add(Sub(), try g.add(Mul(), code, g.number(2)), g.number(1))
        }
        let double = try g.add(Mul(), index, g.integers([2]))
        return try g.add(Cast(to: .float32), try g.add(Sub(), double, g.integers([1])))
    }

    func testBipolarQuantWithScaleOne() throws {
        try check(zero: .plus, probe: "quant") { g in
            try g.add(BipolarQuant(), g.x, g.number(1), name: "quant")
        }
    }

    func testACodeThatALayerMultipliesIsADecisionOfZeroAndOne() throws {
        for usesWhere in [false, true] {
            for truthIsOne in [true, false] {
                var g = SmallGraph([1, 2, 2, 2])
                let condition = try g.add(GreaterOrEqual(), g.x, g.number(0.25))
                let code: Graph.ValueID
                if usesWhere {
                    let (yes, no): (Float, Float) = truthIsOne ? (1, 0) : (0, 1)
                    code = try g.add(Where(), condition, g.number(yes), g.number(no), name: "code")
                } else {
                    let truth = truthIsOne ? condition : try g.add(Not(), condition)
                    code = try g.add(Cast(to: .float32), truth, name: "code")
                }
                let padding = Window(kernel: 3, pad: 1)
                let weights = g.constant([1, 2, 3, 3], (0..<18).map { $0 % 5 < 2 ? 1 : -1 })
                g.output(try g.add(Conv(window: padding), code, weights, nil))
                let graph = try g.compiled(Pipeline.toReference).graph
                XCTAssertEqual(graph.operators, ["Sub", "Binarize", "BinaryConv", "AccumulatorToFloat"])
                XCTAssertEqual(graph.probes.map(\.name), ["code"])
                XCTAssertEqual(graph.probes.first?.encoding, .zeroOne)
                XCTAssertEqual(graph.first(Binarize.self)?.op.zero, truthIsOne ? .plus : .minus)
                let input: [Float] = [0.25, Float(0.25).nextDown, 1, -1, 0, 0.5, 0.25, Float(0.25).nextUp]
                try assertSameMeaning(g.graph, graph, for: input)
            }
        }
    }

    func testAComparisonOfTwoComputedValuesDecidesOnTheirDifference() throws {
        let cases: [(any Operator, ZeroRule)] = [
            (GreaterOrEqual(), .plus), (Greater(), .minus), (Less(), .minus), (LessOrEqual(), .plus),
        ]
        for (op, zero) in cases {
            try check(zero: zero, probe: "where", before: ["Mul", "Sub"], input: [0, 1, -1, 0.5, 2, -3, 1, 0.25]) { g in
                let condition = try g.add(op, g.x, try g.add(Mul(), g.x, g.x))
                return try g.add(Where(), condition, g.number(1), g.number(-1), name: "where")
            }
        }
    }
}
