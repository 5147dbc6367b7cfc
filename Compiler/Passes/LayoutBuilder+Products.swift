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

    /// The product of two decisions, its right operand packed along the axis that is summed, as numbers of a type.
    mutating func binaryProduct(
        of value: Graph.ValueID, as elementType: ElementType, name: String
    ) throws -> Graph.ValueID {
        guard let (op, node) = old.producer(of: value, as: BinaryMatMul.self) else {
            throw OperatorError("it is no product of decisions")
        }
        let right = node.inputs[1]!, rank = old[right].type.rank
        let exchanged = Array(0..<rank - 2) + [rank - 1, rank - 2]
        let columns: Graph.ValueID
        if let (transpose, moved) = old.producer(of: right, as: Transpose.self), transpose.permutation == exchanged {
            columns = try inPlainOrder(moved.inputs[0]!)
        } else {
            columns = try repacked(try inPlainOrder(right), exchanged, name: node.name)
        }
        let product = BinaryMatMulTransposed(op, result: elementType)
        return try new.append(
            product, [try inPlainOrder(node.inputs[0]!), columns], name: node.name, outputNames: [name])[0]
    }
}
