/// The reference interpreter: executes a graph of any stage by the operators' own `evaluate`, one node at a time.
/// Slow, single-threaded and exact by definition: what it computes is what the graph means.
public struct Interpreter {
    /// Called with each node's results before anything reads them; what it returns is used instead.
    public typealias Observer = (Graph.NodeID, [Tensor]) throws -> [Tensor]

    public let graph: Graph
    private let order: [Graph.NodeID]
    private let lastUse: [Graph.ValueID: Int]

    public init(_ graph: Graph) {
        self.graph = graph
        order = graph.schedule()
        var lastUse: [Graph.ValueID: Int] = [:]
        for (position, id) in order.enumerated() {
            for case let input? in graph[id].inputs { lastUse[input] = position }
        }
        for output in graph.outputs { lastUse[output.value] = order.count }
        self.lastUse = lastUse
    }

    /// Results in the order of `graph.outputs`.
    /// - Parameter inputs: one tensor per graph input, in order.
    /// - Throws: `OperatorError` where inputs do not match, or what an operator or the observer throws.
    public func run(_ inputs: [Tensor], observer: Observer? = nil) throws -> [Tensor] {
        guard inputs.count == graph.inputs.count else {
            throw OperatorError("the graph has \(graph.inputs.count) inputs; \(inputs.count) were given")
        }
        var live: [Graph.ValueID: Tensor] = [:]
        for (id, tensor) in zip(graph.inputs, inputs) {
            guard tensor.type == graph[id].type else {
                throw OperatorError("input '\(graph[id].name)' is \(graph[id].type); a \(tensor.type) was given")
            }
            live[id] = tensor
        }
        func value(_ id: Graph.ValueID) -> Tensor { graph.constant(id) ?? live[id]! }

        for (position, id) in order.enumerated() {
            let node = graph[id]
            let operands = node.inputs.map { $0.map { Operand(graph[$0].type) } }
            var results: [Tensor]
            if let known = node.op.evaluateFromTypes(operands) {
                results = known
            } else {
                do {
                    results = try node.op.evaluate(node.inputs.map { $0.map(value) })
                } catch let error as OperatorError {
                    throw NodeError(node: node.name, op: type(of: node.op).name, reason: error.description)
                }
            }
            if let observer { results = try observer(id, results) }
            for (output, result) in zip(node.outputs, results) { live[output] = result }
            for case let input? in node.inputs where lastUse[input] == position { live[input] = nil }
        }
        return graph.outputs.map { value($0.value) }
    }
}
