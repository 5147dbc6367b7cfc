import BNNMIR
import XCTest

@testable import BNNMPasses

/// A graph of a handful of nodes, as an importer would hand it over: one float32 input `x`, constants and nodes in the
/// order of their making, one output `y`. Compiled by some passes and compared with itself by the interpreter.
struct SmallGraph {
    private(set) var graph: Graph
    let x: Graph.ValueID

    init(_ shape: [Int], batch: Graph.Batch = .fixed) {
        graph = Graph(name: "small", batch: batch)
        x = graph.addInput("x", TensorType(.float32, shape))
    }

    mutating func constant(_ shape: [Int], _ values: [Float]) -> Graph.ValueID {
        graph.addConstant("constant", Tensor(shape, values))
    }

    mutating func number(_ value: Float) -> Graph.ValueID { constant([], [value]) }

    mutating func integers(_ values: [Int64]) -> Graph.ValueID {
        graph.addConstant("integers", Tensor([values.count], values))
    }

    /// Adds a node named after its operator where no name is given.
    mutating func add(
        _ op: any Operator, _ operands: Graph.ValueID?..., name: String? = nil
    ) throws -> Graph.ValueID {
        try graph.append(op, operands, name: name ?? type(of: op).name)[0]
    }

    /// Where(value ≥ 0, 1, −1): a binarizer to which zero is +1.
    mutating func signPlus(_ value: Graph.ValueID, name: String) throws -> Graph.ValueID {
        let condition = try add(GreaterOrEqual(), value, number(0))
        return try add(Where(), condition, number(1), number(-1), name: name)
    }

    mutating func batchNormalization(
        _ value: Graph.ValueID, gamma: [Float], beta: [Float], mean: [Float], variance: [Float]
    ) throws -> Graph.ValueID {
        let c = [gamma.count]
        return try add(
            BatchNormalization(epsilon: 0), value, constant(c, gamma), constant(c, beta), constant(c, mean),
            constant(c, variance))
    }

    mutating func output(_ value: Graph.ValueID, name: String = "y") {
        graph.outputs.append(Graph.Output(name: name, value: value))
    }

    /// The graph behind `passes`, verified after each.
    func compiled(
        _ passes: [any Pass] = Pipeline.passes, signZero: CompilationContext.SignZero = .exact
    ) throws -> (graph: Graph, context: CompilationContext) {
        var result = graph
        var context = CompilationContext(signZero: signZero)
        try Pipeline.run(passes, on: &result, &context, verify: true)
        return (result, context)
    }
}

extension Pipeline {
    /// Every pass before the one named, from the import on.
    static func before(_ name: String) -> [any Pass] { Array(passes.prefix { $0.name != name }) }

    /// Every pass up to and with the one named.
    static func through(_ name: String) -> [any Pass] { before(name) + passes.filter { $0.name == name } }
}

extension Graph {
    /// The operators' names in execution order.
    var operators: [String] { schedule().map { type(of: self[$0].op).name } }

    /// The first node with this operator, in execution order.
    func first<Op: Operator>(_: Op.Type) -> (op: Op, node: Node)? {
        for id in schedule() { if let op = self[id].op as? Op { return (op, self[id]) } }
        return nil
    }

    func outputs(for input: [Float]) throws -> [[Float]] {
        try Interpreter(self).run([Tensor(self[inputs[0]].type.shape, input)]).map(\.floats)
    }
}

/// Both graphs give the same outputs for the input, to the bit or within `accuracy`.
func assertSameMeaning(
    _ before: Graph, _ after: Graph, for input: [Float], accuracy: Float = 0, _ message: String = "",
    file: StaticString = #filePath, line: UInt = #line
) throws {
    let expected = try before.outputs(for: input), found = try after.outputs(for: input)
    XCTAssertEqual(expected.count, found.count, message, file: file, line: line)
    for (expected, found) in zip(expected, found) {
        XCTAssertEqual(expected.count, found.count, message, file: file, line: line)
        for (index, (e, f)) in zip(expected, found).enumerated()
        where !(abs(e - f) <= accuracy) && !(e.isNaN && f.isNaN) && e != f {
            XCTFail("element \(index) is \(f), not \(e). \(message)", file: file, line: line)
        }
    }
}
