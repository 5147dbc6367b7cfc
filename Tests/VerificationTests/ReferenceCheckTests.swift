import BNNMIR
import BNNMPasses
import BNNMVerification
import XCTest

/// What the check says of a runtime that decided this way or that. The runtime is the interpreter of the reference graph,
/// with some decisions turned round.
final class ReferenceCheckTests: XCTestCase {
    /// x [1,2,1,2] → real layer → sign `float` → binary layer → sign `integer` → binary layer → y.
    private struct Network {
        let graph: Graph
        let exactNames: Set<String>

        init() throws {
            var graph = Graph(name: "network")
            let x = graph.addInput("x", TensorType(.float32, [1, 2, 1, 2]))
            func layer(
                _ value: Graph.ValueID, _ shape: [Int], _ weights: [Float], _ name: String
            ) throws -> Graph.ValueID {
                let w = graph.addConstant(name + ".w", Tensor(shape, weights))
                return try graph.append(Conv(window: Window(kernel: 1)), [value, w], name: name)[0]
            }
            let real = try layer(x, [3, 2, 1, 1], [1, 1, 0.5, -2, 0.25, 3], "stem")
            let float = try graph.append(Sign(), [real], name: "float")[0]
            let first = try layer(float, [3, 3, 1, 1], [0.5, 0.5, -0.5, 1, -1, 1, 2, 2, 2], "first")
            let integer = try graph.append(Sign(), [first], name: "integer")[0]
            let second = try layer(integer, [1, 3, 1, 1], [0.75, -0.75, 0.75], "second")
            graph.outputs = [Graph.Output(name: "y", value: second)]
            var context = CompilationContext()
            try Pipeline.run(Pipeline.toReference, on: &graph, &context, verify: true)
            self.graph = graph
            try Pipeline.run(Pipeline.toRuntime, on: &graph, &context, verify: true)
            exactNames = Set(context.binarizers.filter { $0.domain == .accumulator }.map(\.name))
        }

        /// The decisions and outputs of a runtime that turns round `flips`: elements by binarizer.
        func execute(
            _ input: [Float], flips: [String: [Int]] = [:]
        ) throws -> (decisions: [String: [Int64]], outputs: [Tensor]) {
            var decisions: [String: [Int64]] = [:]
            let outputs = try Interpreter(graph).run([Tensor([1, 2, 1, 2], input)]) { id, results in
                guard graph[id].op is Binarize else { return results }
                let name = graph.probes.first { $0.value == graph[id].outputs[0] }!.name
                var values = results[0].integers!
                for element in flips[name] ?? [] { values[element] = -values[element] }
                decisions[name] = values
                return [Tensor(results[0].type, .integer(values))]
            }
            return (decisions, outputs)
        }

        func check(
            _ input: [Float], flips: [String: [Int]] = [:], outputs: [Tensor]? = nil
        ) throws -> (decisions: [String: ReferenceCheck.Decisions], output: ReferenceCheck.Output) {
            let runtime = try execute(input, flips: flips)
            let result = try ReferenceCheck(graph, exactNames: exactNames).run(
                inputs: [Tensor([1, 2, 1, 2], input)], decisions: runtime.decisions, outputs: outputs ?? runtime.outputs
            )
            return (Dictionary(uniqueKeysWithValues: result.decisions.map { ($0.name, $0) }), result.outputs[0])
        }
    }

    private let input: [Float] = [1, -2, 3, 0.5]
    /// The first sum is 2⁻²⁴, far below the rounding of its terms.
    private let nearTie: [Float] = [1, -2, -1 + 0x1p-24, 0.5]

    func testARuntimeThatDecidesAlikeDiffersNowhere() throws {
        let (decisions, output) = try Network().check(input)
        XCTAssertEqual(Set(decisions.keys), ["float", "integer"])
        for decision in decisions.values {
            XCTAssertEqual(decision.count, 6)
            XCTAssertEqual(decision.differing, 0)
            XCTAssertEqual(decision.beyondBound, 0)
        }
        XCTAssertEqual(output.name, "y")
        XCTAssertEqual(output.largestDifference, 0)
        XCTAssertGreaterThan(output.largestMagnitude, 0)
    }

    func testOnlyTheBinarizerBehindABinaryLayerIsExact() throws {
        XCTAssertEqual(try Network().exactNames, ["integer"])
    }

    func testADifferingIntegerDecisionIsBeyondEveryBound() throws {
        let (decisions, _) = try Network().check(input, flips: ["integer": [4]])
        XCTAssertEqual(decisions["integer"]?.differing, 1)
        XCTAssertEqual(decisions["integer"]?.beyondBound, 1)
        XCTAssertEqual(decisions["integer"]?.boundThere, 0)
        XCTAssertEqual(decisions["float"]?.differing, 0)
    }

    func testADifferingFloatDecisionFarFromItsThresholdIsBeyondTheBound() throws {
        let (decisions, _) = try Network().check(input, flips: ["float": [0, 3]])
        XCTAssertEqual(decisions["float"]?.differing, 2)
        XCTAssertEqual(decisions["float"]?.beyondBound, 2)
        XCTAssertEqual(decisions["float"]?.largestDistance, 4)
    }

    func testADifferingFloatDecisionAtItsThresholdIsWithinTheBound() throws {
        let (decisions, _) = try Network().check(nearTie, flips: ["float": [0]])
        XCTAssertEqual(decisions["float"]?.differing, 1)
        XCTAssertEqual(decisions["float"]?.beyondBound, 0)
        XCTAssertEqual(decisions["float"]?.largestDistance, 0x1p-24)
        XCTAssertGreaterThan(decisions["float"]!.boundThere, 0x1p-24)
        XCTAssertLessThan(decisions["float"]!.boundThere, 1e-5)
    }

    func testTheReferenceGoesOnFromTheRuntimesDecisions() throws {
        let network = try Network()
        let plain = try network.execute(input).outputs
        let flipped = try network.execute(input, flips: ["float": [0, 2]])
        XCTAssertNotEqual(plain, flipped.outputs)
        // The runtime's own outputs agree, and those of a runtime without the flips differ.
        let (decisions, output) = try network.check(input, flips: ["float": [0, 2]])
        XCTAssertEqual(decisions["integer"]?.differing, 0)
        XCTAssertEqual(output.largestDifference, 0)
        XCTAssertGreaterThan(
            try network.check(input, flips: ["float": [0, 2]], outputs: plain).output.largestDifference, 0)
    }

    func testADifferingOutputIsMeasured() throws {
        let network = try Network()
        let own = try network.execute(input).outputs[0]
        let other = Tensor(own.shape, own.floats.enumerated().map { $0.offset == 1 ? $0.element + 0.5 : $0.element })
        XCTAssertEqual(try network.check(input, outputs: [other]).output.largestDifference, 0.5)
        let broken = Tensor(own.shape, own.floats.map { _ in Float.nan })
        XCTAssertTrue(try network.check(input, outputs: [broken]).output.largestDifference.isNaN)
    }

    /// What is infinite or NaN in both is the same; it neither fails, nor widens what the others may differ by.
    func testNumbersThatAreNotFiniteAreComparedToo() throws {
        var graph = Graph(name: "numbers")
        let x = graph.addInput("x", TensorType(.float32, [4]))
        graph.outputs = [Graph.Output(name: "y", value: try graph.append(Neg(), [x], name: "y")[0])]
        let check = ReferenceCheck(graph, exactNames: [])
        let input = Tensor([4], [.infinity, .nan, 1, -.infinity] as [Float])
        func compare(_ outputs: [Float]) throws -> ReferenceCheck.Output {
            try check.run(inputs: [input], decisions: [:], outputs: [Tensor([4], outputs)]).outputs[0]
        }
        let same = try compare([-.infinity, .nan, -1, .infinity])
        XCTAssertEqual(same.largestDifference, 0)
        XCTAssertEqual(same.beyondBound, 0)
        XCTAssertEqual(same.notFinite, 3)
        XCTAssertEqual(same.largestMagnitude, 1)
        XCTAssertEqual(try compare([.infinity, .nan, -1, .infinity]).largestDifference, .infinity)
        XCTAssertTrue(try compare([-.infinity, 0, -1, .infinity]).largestDifference.isNaN)
        XCTAssertEqual(try compare([-.infinity, .nan, -1.5, .infinity]).largestDifference, 0.5)
    }

    /// Beyond 2⁵³, where float32 and float64 would see no difference.
    func testIntegersMustBeEqual() throws {
        let large = Int64(1) << 60
        var graph = Graph(name: "integers")
        let x = graph.addInput("x", TensorType(.int64, [3]))
        graph.outputs = [Graph.Output(name: "y", value: try graph.append(Neg(), [x], name: "y")[0])]
        for (found, differing) in [([-large, 5, -7], 0), ([-large + 1, 5, 7], 2)] as [([Int64], Float)] {
            let output = try ReferenceCheck(graph, exactNames: []).run(
                inputs: [Tensor([3], [large, -5, 7])], decisions: [:], outputs: [Tensor([3], found)]
            ).outputs[0]
            XCTAssertTrue(output.isExact)
            XCTAssertEqual(output.largestDifference, differing)
        }
    }

    func testANaNOnlyInTheRuntimesFirstElementIsNotLost() throws {
        let network = try Network()
        let own = try network.execute(input).outputs[0]
        let broken = Tensor(own.shape, own.floats.enumerated().map { $0.offset == 0 ? .nan : $0.element })
        XCTAssertTrue(try network.check(input, outputs: [broken]).output.largestDifference.isNaN)
    }

    func testADecisionOnTheInputItselfHasNoRoundingToExcuseIt() throws {
        var graph = Graph(name: "input")
        let x = graph.addInput("x", TensorType(.float32, [1, 2]))
        let sign = try graph.append(Sign(), [x], name: "sign")[0]
        graph.outputs = [Graph.Output(name: "y", value: try graph.append(Abs(), [sign], name: "y")[0])]
        var context = CompilationContext()
        try Pipeline.run(Pipeline.toReference, on: &graph, &context, verify: true)
        let result = try ReferenceCheck(graph, exactNames: []).run(
            inputs: [Tensor([1, 2], [0x1p-100, 1])], decisions: ["sign": [-1, 1]], outputs: [Tensor([1, 2], [1, 1])])
        XCTAssertEqual(result.decisions[0].differing, 1)
        XCTAssertEqual(result.decisions[0].beyondBound, 1)
        XCTAssertEqual(result.outputs[0].largestDifference, 0)
    }
}
