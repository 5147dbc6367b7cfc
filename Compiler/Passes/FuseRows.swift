import BNNMIR

/// Makes softmax and layer normalization along the last axis one operator each, where they are spelled in the steps of
/// `ExpandReductions`, by it or by the model itself, and nothing else reads what is between.
///
/// Only spellings that are the same to the bit: a quotient by the standard deviation instead of a product with its
/// inverse rounds differently and stays as it is.
public struct FuseRows: Pass {
    public let takes = Stage.laidOut
    public init() {}

    public func run(_ graph: inout Graph, _ context: inout CompilationContext) throws {
        for id in graph.schedule() where graph.nodes[id.index] != nil {
            let node = graph[id]
            guard let (function, x) = graph.rowFunction(endingIn: node),
                graph[x].type.shape.last! <= RowFunction.rowLimit
            else { continue }
            let name = graph[node.outputs[0]].name
            let result = try graph.append(RowFunction(function), [x], name: node.name, outputNames: [name])[0]
            graph.replaceUses(of: node.outputs[0], with: result)
            graph.removeIfUnread(id)
        }
    }
}

extension Graph {
    /// The function that the node is the end of, and what it is a function of.
    fileprivate func rowFunction(endingIn node: Node) -> (RowFunction.Function, of: ValueID)? {
        switch node.op {
        case is Div: softmax(node.inputs[0]!, node.inputs[1]!)
        case is Mul:
            standardization(node.inputs[0]!, node.inputs[1]!) ?? standardization(node.inputs[1]!, node.inputs[0]!)
        default: nil
        }
    }

    /// e / Σe with e = exp(x − max x).
    private func softmax(_ exponential: ValueID, _ sum: ValueID) -> (RowFunction.Function, of: ValueID)? {
        guard reduced(sum, .sum) == exponential,
            let exponent = argument(of: exponential, .exp, readers: 2),
            let x = deviating(exponent, from: .maximum, readers: 1)
        else { return nil }
        return (.softmax, x)
    }

    /// d · (1 / √(Σd²/n + ε)) with d = x − Σx/n.
    private func standardization(_ difference: ValueID, _ inverse: ValueID) -> (RowFunction.Function, of: ValueID)? {
        // Both operands of the square, and of the product.
        guard let x = deviating(difference, from: .mean, readers: 3),
            let root = divisorOfOne(inverse), let radicand = argument(of: root, .sqrt, readers: 1),
            let (variance, epsilon) = shifted(radicand), let squares = reduced(variance, .mean),
            inner(squares, as: Mul.self)?.node.inputs == [difference, difference]
        else { return nil }
        return (.standardize(epsilon: epsilon), x)
    }

    // MARK: - Parts

    /// The operator and node that compute a value which so many operands are, and nobody else asks for.
    private func inner<Op: Operator>(_ value: ValueID, as: Op.Type, readers: Int = 1) -> (op: Op, node: Node)? {
        guard readerCount(of: value) == readers, !isOutput(value), !isProbed(value) else { return nil }
        return producer(of: value, as: Op.self)
    }

    /// x where the value is a reduction of x along the last axis.
    private func reduced(_ value: ValueID, _ function: AxisReduce.Function) -> ValueID? {
        guard let (op, node) = inner(value, as: AxisReduce.self), op.function == function,
            let x = node.inputs[0], op.axis == self[x].type.rank - 1
        else { return nil }
        return x
    }

    /// x where the value is the difference of x and a reduction of it.
    private func deviating(_ value: ValueID, from function: AxisReduce.Function, readers: Int) -> ValueID? {
        guard let (_, node) = inner(value, as: Sub.self, readers: readers), let x = node.inputs[0],
            reduced(node.inputs[1]!, function) == x
        else { return nil }
        return x
    }

    /// x where the value is this function of x.
    private func argument(of value: ValueID, _ function: Epilogue.Function, readers: Int) -> ValueID? {
        guard let (op, node) = inner(value, as: Map.self, readers: readers), op.epilogue.steps.count == 1,
            case .function(function) = op.epilogue.steps[0], node.outputs.count == 1, op.epilogue.storesValues
        else { return nil }
        return node.inputs[0]
    }

    /// x where the value is 1 / x.
    private func divisorOfOne(_ value: ValueID) -> ValueID? {
        guard let (_, node) = inner(value, as: Div.self), let x = node.inputs[1], self[x].type == self[value].type,
            constant(node.inputs[0]!)?.floats.allSatisfy({ $0 == 1 }) == true
        else { return nil }
        return x
    }

    /// x and ε where the value is x + ε; itself and 0 where it is no such sum.
    private func shifted(_ value: ValueID) -> (ValueID, epsilon: Float)? {
        guard let (_, node) = inner(value, as: ScaleShift.self) else { return (value, 0) }
        let scale = constant(node.inputs[1]!)!.floats, shift = constant(node.inputs[2]!)!.floats
        guard scale.allSatisfy({ $0 == 1 }), let epsilon = shift.first, epsilon >= 0,
            shift.allSatisfy({ $0 == epsilon })
        else { return nil }
        return (node.inputs[0]!, epsilon)
    }
}
