import BNNMIR

/// Follows what is computed from decisions by elementwise operators with constants, and finds the codes of which one
/// number is exactly zero, as 0/1 masks have it. Nodes come in execution order.
struct CodeZeros {
    private var codes = Set<Graph.ValueID>()

    /// Why the node's result can be zero; nil where it is no code, or a code of two other numbers.
    mutating func reason(_ id: Graph.NodeID, _ graph: Graph) throws -> String? {
        let node = graph[id]
        guard let output = node.outputs.first else { return nil }
        if node.op is BinaryToFloat {
            codes.insert(output)
            return nil
        }
        let computed = node.inputs.compactMap { $0 }.filter { graph.constant($0) == nil }
        guard Elementwise.isElementwise(node.op) || node.op is Reshape || node.op is Transpose, !computed.isEmpty,
            computed.allSatisfy(codes.contains)
        else { return nil }
        codes.insert(output)
        guard graph[output].type.elementType == .float32, let values = try TwoValues(output, in: graph),
            (values.minus + values.plus).contains(0)
        else { return nil }
        return "it is computed from the decision's code '\(graph[output].name)', which can be 0"
    }
}
