import BNNMIR
import TestSupport
import XCTest

@testable import BNNMPasses

/// Products of two activations: which become BinaryMatMul, what they then compute, and why others stay in float.
final class BinaryMatMulTests: XCTestCase {
    private let input: [Float] = (0..<48).map { Float(($0 * 7 + 3) % 11) - 5 }

    /// x [1,2,4,6] as queries; its Transpose, negated in places, as keys.
    private func network(
        _ left: (inout SmallGraph, Graph.ValueID) throws -> Graph.ValueID,
        _ right: (inout SmallGraph, Graph.ValueID) throws -> Graph.ValueID
    ) throws -> SmallGraph {
        var g = SmallGraph([1, 2, 4, 6])
        let keys = try g.add(Sub(), g.x, g.constant([1, 1, 4, 6], (0..<24).map { Float($0 % 5) - 2 }))
        let a = try left(&g, g.x), b = try right(&g, keys)
        g.output(try g.add(MatMul(), a, b, name: "product"))
        return g
    }

    private func sign(_ g: inout SmallGraph, _ value: Graph.ValueID) throws -> Graph.ValueID {
        try g.signPlus(value, name: "sign")
    }

    private func transposed(_ g: inout SmallGraph, _ value: Graph.ValueID) throws -> Graph.ValueID {
        try g.add(Transpose(permutation: [0, 1, 3, 2]), value)
    }

    private func code(_ g: inout SmallGraph, _ value: Graph.ValueID) throws -> Graph.ValueID {
        try g.add(Cast(to: .float32), try g.add(Greater(), value, g.number(0.5)), name: "code")
    }

    private func check(
        _ g: SmallGraph, forms: (DecisionForm, DecisionForm), scale: Float = 1, accuracy: Float = 0,
        file: StaticString = #filePath, line: UInt = #line
    ) throws {
        let (graph, context) = try g.compiled(Pipeline.toReference)
        XCTAssertEqual(context.floatReasons, [:], file: file, line: line)
        XCTAssertFalse(graph.operators.contains("MatMul"), "\(graph.operators)", file: file, line: line)
        let product = try XCTUnwrap(graph.first(BinaryMatMul.self), file: file, line: line)
        XCTAssertEqual(product.op.leftForm, forms.0, file: file, line: line)
        XCTAssertEqual(product.op.rightForm, forms.1, file: file, line: line)
        XCTAssertEqual(graph[product.node.outputs[0]].type, TensorType(.int32, [1, 2, 4, 4]), file: file, line: line)
        XCTAssertEqual(graph.operators.contains("Mul"), scale != 1, file: file, line: line)
        try assertSameMeaning(g.graph, graph, for: input, accuracy: accuracy, file: file, line: line)
        let fused = try g.compiled(Pipeline.through("ExpandElementwise")).graph
        try assertSameMeaning(graph, fused, for: input, "fused", file: file, line: line)
    }

    func testQueriesTimesKeys() throws {
        try check(
            try network({ try sign(&$0, $1) }, { try transposed(&$0, try sign(&$0, $1)) }), forms: (.signed, .signed))
    }

    func testDecisionsMayBeMovedBeforeOrBehindTheBinarizer() throws {
        let g = try network(
            { g, x in
                let rows = try g.add(Reshape(), try sign(&g, x), g.integers([2, 4, 6]))
                return try g.add(Reshape(), rows, g.integers([1, 2, 4, 6]))
            }, { try sign(&$0, try transposed(&$0, $1)) })
        try check(g, forms: (.signed, .signed))
    }

    func testCodesTimesDecisionsInEitherOrder() throws {
        try check(
            try network({ try code(&$0, $1) }, { try transposed(&$0, try sign(&$0, $1)) }), forms: (.zeroOne, .signed))
        try check(
            try network({ try sign(&$0, $1) }, { try transposed(&$0, try code(&$0, $1)) }), forms: (.signed, .zeroOne))
        try check(
            try network({ try code(&$0, $1) }, { try transposed(&$0, try code(&$0, $1)) }), forms: (.zeroOne, .zeroOne))
    }

    func testScalesAreMultipliedBehindTheProduct() throws {
        let g = try network(
            { g, x in try g.add(Mul(), try sign(&g, x), g.number(0.3)) },
            { g, x in try g.add(Div(), try transposed(&g, try sign(&g, x)), g.number(-4)) })
        try check(g, forms: (.signed, .signed), scale: -0.075, accuracy: 1e-6)
    }

    func testAnAttentionMapThresholdedAgainstItsLargestNumber() throws {
        for estimator in [false, true] {
            var g = SmallGraph([1, 2, 4, 4])
            let largest = try g.add(ReduceMax(keepsDimensions: true), g.x, g.integers([-1]))
            let half = try g.add(Mul(), largest, g.number(0.5))
            let condition = try g.add(GreaterOrEqual(), g.x, half)
            var mask = try g.add(Cast(to: .float32), condition, name: "mask")
            if estimator { mask = try g.add(Add(), try g.add(Sub(), mask, g.x), g.x) }
            g.output(try g.add(MatMul(), mask, try sign(&g, g.x)))
            let (graph, _) = try g.compiled(Pipeline.toReference)
            XCTAssertEqual(
                graph.operators.filter { $0 != "BinaryToFloat" },
                ["ReduceMax", "Mul", "Sub", "Binarize", "Binarize", "BinaryMatMul", "Cast"])
            XCTAssertTrue(
                graph.probes.contains { probe in
                    guard case .zeroOne = probe.encoding else { return false }
                    return probe.name == "mask" && graph.producer(of: probe.value) != nil
                })
            try assertSameMeaning(g.graph, graph, for: Array(input.prefix(32)))
        }
    }

    func testADecisionTimesRealNumbersStaysInFloatWithTheReason() throws {
        let left = try network({ try sign(&$0, $1) }, { try transposed(&$0, $1) }).compiled(Pipeline.toReference)
        XCTAssertTrue(left.graph.operators.contains("MatMul"))
        XCTAssertEqual(
            left.context.floatReasons, ["product": "its left operand is binary, but its right operand is not"])
        let right = try network({ $1 }, { try transposed(&$0, try sign(&$0, $1)) }).compiled(Pipeline.toReference)
        XCTAssertEqual(
            right.context.floatReasons, ["product": "its right operand is binary, but its left operand is not"])
        let none = try network({ $1 }, { try transposed(&$0, $1) }).compiled(Pipeline.toReference)
        XCTAssertEqual(none.context.floatReasons, [:])
    }

    func testOtherPairsOfNumbersStayInFloatWithTheReason() throws {
        let reason = "its operands are binary, but the numbers of one are neither ±s nor 0 and s everywhere"
        let shifted = try network(
            { g, x in try g.add(Add(), try sign(&g, x), g.number(0.5)) },
            { try transposed(&$0, try sign(&$0, $1)) }
        ).compiled(Pipeline.toReference)
        XCTAssertEqual(shifted.context.floatReasons, ["product": reason])
        let perChannel = try network(
            { g, x in try g.add(Mul(), try sign(&g, x), g.constant([1, 2, 1, 1], [1, 2])) },
            { try transposed(&$0, try sign(&$0, $1)) }
        ).compiled(Pipeline.toReference)
        XCTAssertEqual(perChannel.context.floatReasons, ["product": reason])
    }

    func testASignBehindAnEvenProductCanSeeAZero() throws {
        for (width, isTernary) in [(6, true), (5, false)] {
            var g = SmallGraph([1, 1, 2, width])
            let keys = try g.add(Transpose(permutation: [0, 1, 3, 2]), try sign(&g, g.x))
            let scores = try g.add(MatMul(), try sign(&g, g.x), keys, name: "scores")
            g.output(try g.add(Sign(), try g.add(Mul(), scores, g.number(0.25)), name: "decided"))
            let context = try g.compiled(Pipeline.toReference).context
            XCTAssertEqual(context.remarks.count, isTernary ? 1 : 0)
            if isTernary {
                XCTAssertTrue(
                    context.remarks[0].contains("the product of decisions 'scores' can be 0"), context.remarks[0])
            }
        }
    }

    func testTheProductOfEveryFormEqualsItsDefinition() throws {
        var random = SeededRandom(seed: 5)
        for left in DecisionForm.allCases {
            for right in DecisionForm.allCases {
                for (a, b): ([Int], [Int]) in [
                    ([3, 4, 70], [70, 5]), ([2, 1, 3, 7], [3, 7, 2]), ([1, 1], [1, 1]),
                ] {
                    func decisions(_ shape: [Int]) -> Tensor {
                        Tensor(
                            TensorType(.binary, shape), .integer(random.signs(shape.reduce(1, *)).map { Int64($0) }))
                    }
                    let x = decisions(a), w = decisions(b)
                    func numbers(_ x: Tensor, _ form: DecisionForm) -> Tensor {
                        Tensor(x.shape, x.floats.map { form == .signed ? $0 : ($0 + 1) / 2 })
                    }
                    let product = BinaryMatMul(leftForm: left, rightForm: right)
                    let expected = try MatMul().evaluate([numbers(x, left), numbers(w, right)])[0]
                    let found = try product.evaluate([x, w])[0]
                    XCTAssertEqual(found.type, TensorType(.int32, expected.shape))
                    XCTAssertEqual(found.floats, expected.floats, "\(left) \(right)")

                    let rank = w.shape.count
                    let rows = w.permuted([Int](0..<rank - 2) + [rank - 1, rank - 2])
                    for result in [ElementType.int32, .float32] {
                        let laidOut = BinaryMatMulTransposed(product, result: result)
                        let type = try laidOut.inferTypes([Operand(x.type), Operand(rows.type)])[0]
                        XCTAssertEqual(type, TensorType(result, expected.shape))
                        let numbers = try laidOut.evaluate([x, rows])[0]
                        XCTAssertEqual(numbers.type, type)
                        XCTAssertEqual(numbers.floats, expected.floats)
                    }
                }
            }
        }
    }

    func testOperandsThatDoNotFitAreRefused() throws {
        let product = BinaryMatMul(leftForm: .signed, rightForm: .signed)
        func types(_ a: TensorType, _ b: TensorType) -> [Operand?] { [Operand(a), Operand(b)] }
        XCTAssertThrowsError(
            try product.inferTypes(types(TensorType(.binary, [2, 3]), TensorType(.binary, [2, 3]))))
        XCTAssertThrowsError(try product.inferTypes(types(TensorType(.binary, [3]), TensorType(.binary, [3, 2]))))
        XCTAssertThrowsError(
            try product.inferTypes(types(TensorType(.float32, [2, 3]), TensorType(.binary, [3, 2]))))
        XCTAssertThrowsError(
            try BinaryMatMulTransposed(product, result: .int64).inferTypes(
                types(TensorType(.binary, [2, 3]), TensorType(.binary, [2, 3]))))
    }
}
