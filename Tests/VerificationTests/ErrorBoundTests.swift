import BNNMIR
import TestSupport
import XCTest

@testable import BNNMVerification

/// What float32 arithmetic in any order of summation gives lies within the bound of the reference, and the bound is not
/// so large that it would excuse everything.
final class ErrorBoundTests: XCTestCase {
    private enum Layer: CaseIterable {
        case conv, grouped, scaleShift, relu, clip, add, sub, mul, div, maxPool, averagePool, pRelu, leakyRelu, sigmoid,
            tanh, minimum, concat, transpose, classifier
    }

    /// x [1,4,9,9] → `layers` → y, at the reference's stage.
    private func network(_ layers: [Layer], _ random: inout SeededRandom) throws -> Graph {
        var graph = Graph(name: "floats", stage: .binary)
        var value = graph.addInput("x", TensorType(.float32, [1, 4, 9, 9]))
        for layer in layers {
            let shape = graph[value].type.shape
            func constant(_ shape: [Int], scale: Float = 1) -> Graph.ValueID {
                graph.addConstant("c", Tensor(shape, random.floats(shape.reduce(1, *), bound: scale)))
            }
            func append(_ op: any Operator, _ operands: Graph.ValueID...) throws {
                value = try graph.append(op, [value] + operands, name: "\(layer)")[0]
            }
            // Every layer takes four channels; a concatenation leaves eight.
            if shape[1] != 4,
                layer == .conv || layer == .grouped || layer == .scaleShift || layer == .pRelu
                    || layer == .sub || layer == .transpose || layer == .concat
            {
                continue
            }
            if shape[2] < 2, layer == .grouped || layer == .maxPool { continue }
            switch layer {
            case .conv: try append(Conv(window: Window(kernel: 3, pad: 1)), constant([4, 4, 3, 3]), constant([4]))
            case .grouped: try append(Conv(window: Window(kernel: 2), groups: 2), constant([4, 2, 2, 2]))
            case .scaleShift: try append(ScaleShift(), constant([4, 1, 1], scale: 3), constant([4, 1, 1]))
            case .relu: try append(Relu())
            case .clip:
                try append(
                    Clip(), graph.addConstant("low", Tensor([], [-1.5 as Float])),
                    graph.addConstant("high", Tensor([], [1.5 as Float])))
            case .add: try append(Add(), value)
            case .sub: try append(Sub(), constant([1, 4, 1, 1]))
            case .mul: try append(Mul(), value)
            case .div: try append(Div(), graph.addConstant("d", Tensor([], [random.float() + 1.5])))
            case .pRelu: try append(PRelu(), constant([4, 1, 1], scale: 2))
            case .leakyRelu: try append(LeakyRelu(alpha: 0.1))
            case .sigmoid: try append(Sigmoid())
            case .tanh: try append(Tanh())
            case .minimum: try append(Min(), value)
            case .concat: try append(Concat(axis: 1), value)
            case .transpose: try append(Transpose(permutation: [0, 1, 3, 2]))
            case .classifier: try append(classifier(&random))
            case .maxPool: try append(MaxPool(window: Window(kernel: 2)))
            case .averagePool:
                guard shape[2] >= 5 else { continue }
                try append(AveragePool(window: Window(kernel: 5)))
            }
        }
        graph.outputs = [Graph.Output(name: "y", value: value)]
        return graph
    }

    /// Scores of two classes through a hidden layer of five.
    private func classifier(_ random: inout SeededRandom) -> ScalarClassifier {
        func constant(_ shape: [Int]) -> Tensor { Tensor(shape, random.floats(shape.reduce(1, *), bound: 2)) }
        let linear = Gemm(alpha: 1, beta: 1, transA: false, transB: true)
        return ScalarClassifier(layers: [
            .init(op: linear, operands: [nil, constant([5, 1]), constant([5])]), .init(op: Tanh(), operands: [nil]),
            .init(op: MatMul(), operands: [nil, constant([5, 2])]), .init(op: Add(), operands: [nil, constant([2])]),
        ])
    }

    /// Runs reference, bound and shuffled execution side by side.
    /// - Returns: the largest bound, and the largest difference, of the last node.
    private func compare(
        _ graph: Graph, _ random: inout SeededRandom, _ message: String
    ) throws -> (bound: Float, difference: Float) {
        let input = Tensor([1, 4, 9, 9], random.floats(324))
        var execution = ShuffledExecution(random: random)
        var reference = [graph.inputs[0]: input], runtime = reference
        var bounds: [Graph.ValueID: Tensor] = [:]
        var last: (bound: Float, difference: Float) = (0, 0)
        _ = try Interpreter(graph).run([input]) { id, results in
            let node = graph[id]
            func operands(_ values: [Graph.ValueID: Tensor]) -> [Tensor?] {
                node.inputs.map { $0.map { graph.constant($0) ?? values[$0]! } }
            }
            let bound = try XCTUnwrap(
                ErrorBound.of(
                    node, values: operands(reference), bounds: node.inputs.map { $0.flatMap { bounds[$0] } },
                    result: results[0]), "no bound of \(node.name)")
            let found = try execution.results(node, operands(runtime), shape: results[0].shape)
            let differences = zip(found.floats, results[0].floats).map { abs($0 - $1) }
            for (index, (difference, limit)) in zip(differences, bound.floats).enumerated()
            where !(difference <= limit) {
                XCTFail("\(message), \(node.name)[\(index)]: differs by \(difference), bound \(limit)")
            }
            (reference[node.outputs[0]], runtime[node.outputs[0]], bounds[node.outputs[0]]) = (results[0], found, bound)
            last = (bound.floats.max() ?? 0, differences.max() ?? 0)
            return results
        }
        random = execution.random
        return last
    }

    func testRandomChainsInAnyOrderOfSummationStayWithinTheBound() throws {
        for seed in 0..<UInt64(150) {
            var random = SeededRandom(seed: seed)
            let layers = (0..<Int.random(in: 1...6, using: &random)).map { _ in
                Layer.allCases.randomElement(using: &random)!
            }
            let graph = try network(layers, &random)
            _ = try compare(graph, &random, "seed \(seed), \(layers)")
        }
    }

    func testTheBoundIsLessThanAThousandTimesWhatIsSeen() throws {
        let chains: [[Layer]] = [
            [.conv], [.scaleShift], [.averagePool], [.conv, .scaleShift, .relu], [.conv, .scaleShift, .conv],
            [.grouped, .clip, .averagePool], [.conv, .add, .mul],
        ]
        for (index, layers) in chains.enumerated() {
            var bound: Float = 0, difference: Float = 0
            for seed in 0..<UInt64(10) {
                var random = SeededRandom(seed: seed + 1000 * UInt64(index))
                let graph = try network(layers, &random)
                let last = try compare(graph, &random, "seed \(seed), \(layers)")
                (bound, difference) = (max(bound, last.bound), max(difference, last.difference))
            }
            XCTAssertGreaterThan(difference, 0, "\(layers)")
            XCTAssertLessThan(bound, 1000 * difference, "\(layers)")
        }
    }

    func testAnOverlappingAveragePoolCountsItsWindow() throws {
        var random = SeededRandom(seed: 7)
        let graph = try network([.averagePool], &random)
        let node = graph[graph.schedule()[0]]
        let x = Tensor([1, 4, 9, 9], [Float](repeating: 1, count: 324))
        let result = try node.op.evaluate([x])[0]
        let bound = try XCTUnwrap(ErrorBound.of(node, values: [x], bounds: [nil], result: result))
        // 25 terms: 24 additions and a division.
        XCTAssertGreaterThanOrEqual(bound.floats[0], 25 * 0x1p-24)
    }

    func testAnOperatorThatIsNotCoveredHasNoBound() throws {
        let node = Graph.Node(name: "remainder", op: Mod(fmod: true), inputs: [], outputs: [])
        let value = Tensor([1], [1 as Float])
        XCTAssertNil(try ErrorBound.of(node, values: [value, value], bounds: [nil, nil], result: value))
        let unbounded = try ErrorBound.of(node, values: [value, value], bounds: [nil, nil], results: [value])
        XCTAssertEqual(unbounded.map { $0?.floats }, [[.infinity]])
    }
}
