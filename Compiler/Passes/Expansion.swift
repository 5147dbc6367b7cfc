import BNNMIR

/// A pass that spells operators the runtime has no kernel for in those it has, node by node.
protocol Expansion: Pass {
    /// What stands for the node's results; nil where it stays as it is.
    func expanded(_ node: Graph.Node, _ graph: inout Graph) throws -> [Graph.ValueID]?
}

extension Expansion {
    public var takes: Stage { .fused }

    public func run(_ graph: inout Graph, _ context: inout CompilationContext) throws {
        for id in graph.schedule() {
            let node = graph[id]
            guard let results = try expanded(node, &graph) else { continue }
            for (old, new) in zip(node.outputs, results) { graph.replaceUses(of: old, with: new) }
        }
    }
}

extension Graph {
    /// Adds a part of what stands for `node`.
    mutating func add(_ op: any Operator, _ inputs: ValueID?..., for node: Node) throws -> ValueID {
        try append(op, inputs, name: node.name, outputNames: [self[node.outputs[0]].name])[0]
    }

    /// A constant of rank 0 and of the element type of `value`.
    mutating func number(_ number: Double, like value: ValueID, for node: Node) -> ValueID {
        addConstant(node.name, .filled(number, TensorType(self[value].type.elementType, [])))
    }

    /// A constant list of int64, as shapes and axes are given.
    mutating func list(_ values: [Int], for node: Node) -> ValueID {
        addConstant(node.name, Tensor([values.count], values.map { Int64($0) }))
    }

    func operands(_ node: Node) -> [Operand?] { node.inputs.map { $0.map { operand($0) } } }
}
