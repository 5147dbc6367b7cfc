import BNNMIR
import BNNMPasses
import BNNMReport

/// A hand-built network as an importer would hand it over, and the report on what the passes make of it.
struct SmallNetwork {
    private(set) var graph = Graph(name: "small", stage: .imported)
    let x: Graph.ValueID

    init(_ shape: [Int]) { x = graph.addInput("x", TensorType(.float32, shape)) }

    mutating func add(_ op: any Operator, _ operands: Graph.ValueID?..., name: String) throws -> Graph.ValueID {
        try graph.append(op, operands, name: name)[0]
    }

    mutating func constant(_ shape: [Int], _ values: [Float]) -> Graph.ValueID {
        graph.addConstant("constant", Tensor(shape, values))
    }

    /// ±1 weights in an irregular order.
    mutating func signs(_ shape: [Int]) -> Graph.ValueID {
        constant(shape, (0..<shape.reduce(1, *)).map { $0 % 7 < 3 || $0 % 11 == 5 ? 1 : -1 })
    }

    /// Where(value ≥ 0, 1, −1).
    mutating func sign(_ value: Graph.ValueID, name: String) throws -> Graph.ValueID {
        let condition = try add(GreaterOrEqual(), value, constant([], [0]), name: name + ".condition")
        return try add(Where(), condition, constant([], [1]), constant([], [-1]), name: name)
    }

    func report(
        _ output: Graph.ValueID, signZero: CompilationContext.SignZero = .exact
    ) throws -> CompilationReport {
        var source = graph
        source.outputs = [Graph.Output(name: "y", value: output)]
        var graph = source
        var context = CompilationContext(signZero: signZero)
        try Pipeline.run(on: &graph, &context, verify: true)
        return CompilationReport(model: "small", target: "portable", imported: source, laidOut: graph, context)
    }
}
