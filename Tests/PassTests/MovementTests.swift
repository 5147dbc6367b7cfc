import BNNMIR
import TestSupport
import XCTest

@testable import BNNMPasses

/// A movement is what the chain of Transposes and Reshapes does that it was read from.
final class MovementTests: XCTestCase {
    /// A random chain over a random shape, as nodes and as a movement as far as it is one.
    private struct Chain {
        var small: SmallGraph
        var value: Graph.ValueID
        var movement: Movement?

        init(_ random: inout SeededRandom, length: Int, keepsFactors: Bool) throws {
            let shape = (0..<random.below(4) + 1).map { _ in random.pick([1, 2, 3, 4, 6]) }
            small = SmallGraph(shape)
            value = small.x
            movement = Movement(of: shape)
            for _ in 0..<length {
                let now = small.graph[value].type.shape
                if random.chance(1, in: 2) {
                    let permutation = Array(now.indices).shuffled(using: &random)
                    value = try small.add(Transpose(permutation: permutation), value)
                    movement = movement?.transposed(permutation)
                } else {
                    var target = now.reduce(1, *) == 1 ? [1] : Chain.factors(now.reduce(1, *), &random)
                    if keepsFactors { target = now.flatMap { $0 == 1 ? [1, 1] : Chain.factors($0, &random) } }
                    value = try small.add(Reshape(), value, small.integers(target.map { Int64($0) }))
                    movement = movement?.reshaped(to: target)
                }
            }
            small.output(value)
        }

        private static func factors(_ count: Int, _ random: inout SeededRandom) -> [Int] {
            var rest = count
            var result: [Int] = []
            while rest > 1 {
                let divisors = (2...rest).filter { rest % $0 == 0 }
                let divisor = random.pick(divisors)
                result.append(divisor)
                rest /= divisor
            }
            return result
        }
    }

    func testAMovementDoesWhatItsChainDoes() throws {
        var known = 0
        for seed in 0..<600 {
            var random = SeededRandom(seed: seed)
            let chain = try Chain(&random, length: random.below(6) + 1, keepsFactors: random.chance(3, in: 4))
            guard let movement = chain.movement else { continue }
            known += 1
            let shape = chain.small.graph[chain.small.x].type.shape
            let input = Tensor(shape, (0..<shape.reduce(1, *)).map { Float($0) })
            let expected = try Interpreter(chain.small.graph).run([input])[0]
            XCTAssertEqual(movement.apply(to: input), expected, "seed \(seed)")
            XCTAssertEqual(movement.inverse.apply(to: expected), input, "seed \(seed)")
            XCTAssertEqual(movement.followed(by: movement.inverse)?.isIdentity, true, "seed \(seed)")
            XCTAssertEqual(movement.keepsMemoryOrder, expected.floats == input.floats, "seed \(seed)")
        }
        XCTAssertGreaterThan(known, 400)
    }

    func testARestrictedMovementBroadcastsToTheWholeOne() throws {
        var restrictions = 0
        for seed in 0..<600 {
            var random = SeededRandom(seed: seed)
            let chain = try Chain(&random, length: random.below(5) + 1, keepsFactors: true)
            guard let movement = chain.movement else { continue }
            let small = movement.source.map { random.chance(1, in: 2) ? $0 : 1 }
            guard let restricted = movement.restricted(to: small) else { continue }
            restrictions += 1
            let operand = Tensor(small, (0..<small.reduce(1, *)).map { Float($0) })
            XCTAssertEqual(
                restricted.apply(to: operand).broadcast(to: movement.target),
                movement.apply(to: operand.broadcast(to: movement.source)), "seed \(seed)")
        }
        XCTAssertGreaterThan(restrictions, 300)
    }

    func testFusingLeavesOneTransposeAtMostAndTheSameNumbers() throws {
        var fused = 0
        for seed in 0..<400 {
            var random = SeededRandom(seed: seed)
            let chain = try Chain(&random, length: random.below(7) + 1, keepsFactors: random.chance(3, in: 4))
            var graph = chain.small.graph
            graph.stage = .laidOut
            var context = CompilationContext()
            try Pipeline.run([FuseMovement()], on: &graph, &context, verify: true)
            let input = (0..<graph[graph.inputs[0]].type.elementCount).map { Float($0) }
            try assertSameMeaning(chain.small.graph, graph, for: input, "seed \(seed)")
            guard let movement = chain.movement else { continue }
            fused += 1
            let transposes = graph.operators.filter { $0 == "Transpose" }.count
            XCTAssertEqual(transposes, movement.keepsMemoryOrder ? 0 : 1, "seed \(seed)")
            XCTAssertLessThanOrEqual(graph.operators.count, movement.keepsMemoryOrder ? 1 : 3, "seed \(seed)")
            if movement.isIdentity { XCTAssertEqual(graph.operators, [], "seed \(seed)") }
            let once = graph.operators
            try Pipeline.run([FuseMovement()], on: &graph, &context, verify: true)
            XCTAssertEqual(graph.operators, once, "seed \(seed)")
        }
        XCTAssertGreaterThan(fused, 250)
    }

    func testAValueReadBetweenTwoTransposesStays() throws {
        var g = SmallGraph([1, 2, 3])
        let turned = try g.add(Transpose(permutation: [0, 2, 1]), g.x)
        let back = try g.add(Transpose(permutation: [0, 2, 1]), turned)
        g.output(try g.add(Relu(), turned))
        g.output(try g.add(Relu(), back), name: "z")
        var graph = g.graph
        graph.stage = .laidOut
        var context = CompilationContext()
        try Pipeline.run([FuseMovement()], on: &graph, &context, verify: true)
        XCTAssertEqual(graph.operators.filter { $0 == "Transpose" }.count, 1)
        try assertSameMeaning(g.graph, graph, for: [1, 2, 3, -4, -5, -6])
    }

    func testBitsAreLeftAlone() throws {
        var graph = Graph(name: "bits", stage: .laidOut)
        let x = graph.addInput("x", TensorType(.float32, [1, 2, 3]))
        let points = graph.addConstant("points", Tensor([1, 1, 1], [0]))
        var value = try graph.append(Decide(), [x, points], name: "decide")[0]
        for _ in 0..<2 { value = try graph.append(Transpose(permutation: [0, 2, 1]), [value], name: "turn")[0] }
        graph.outputs = [.init(name: "y", value: try graph.append(BinaryToFloat(), [value], name: "float")[0])]
        var context = CompilationContext()
        try Pipeline.run([FuseMovement()], on: &graph, &context, verify: true)
        XCTAssertEqual(graph.operators.filter { $0 == "Transpose" }.count, 2)
    }

    func testSamplesKeepAnAxisOfTheirOwn() throws {
        var g = SmallGraph([2, 3, 4, 5])
        let split = try g.add(Reshape(), g.x, g.integers([2, 3, 2, 2, 5]))
        let turned = try g.add(Transpose(permutation: [0, 2, 3, 4, 1]), split)
        g.output(try g.add(Reshape(), turned, g.integers([2, 20, 3])))
        var graph = g.graph
        graph.stage = .laidOut
        var context = CompilationContext()
        try Pipeline.run([FuseMovement()], on: &graph, &context, verify: true)
        let transpose = try XCTUnwrap(graph.first(Transpose.self))
        XCTAssertEqual(graph[transpose.node.inputs[0]!].type.shape, [2, 3, 20])
        XCTAssertEqual(transpose.op.permutation, [0, 2, 1])
        XCTAssertEqual(graph.operators, ["Reshape", "Transpose"])
    }
}
