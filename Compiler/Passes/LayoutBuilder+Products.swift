import BNNMIR

/// Products of two computed matrices.
extension LayoutBuilder {
    /// MatMul on matrices; an operand of rank 1 is a row or a column.
    mutating func product(_ node: Graph.Node) throws {
        let output = node.outputs[0]
        guard old[output].type.elementType == .float32 else {
            throw OperatorError("only float32 is supported; it multiplies \(old[node.inputs[0]!].type.elementType)")
        }
        var operands: [Graph.ValueID] = []
        for (position, input) in node.inputs.enumerated() {
            let value = try inPlainOrder(input!)
            let shape = new[value].type.shape
            guard shape.count == 1 else {
                operands.append(value)
                continue
            }
            operands.append(try new.reshape(value, to: position == 0 ? [1] + shape : shape + [1], name: node.name))
        }
        plain[output] = try new.reshape(
            try append(MatMul(), operands, node), to: old[output].type.shape, name: old[output].name)
    }
}
