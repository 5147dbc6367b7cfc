import BNNMIR

/// Products of two activations that are both decisions, as queries and keys of a binary attention: a BinaryMatMul, its
/// whole numbers as float32, and the product of the operands' scales.
///
/// A product of decisions and real numbers stays in float, with the reason in the report.
extension FormBinaryLayers {
    func formMatMul(_ id: Graph.NodeID, _ graph: inout Graph, _ context: inout CompilationContext) throws {
        let node = graph[id]
        guard let a = node.inputs[0], let b = node.inputs[1], graph[a].type.elementType == .float32 else { return }
        guard graph.constant(a) == nil, graph.constant(b) == nil, let left = try TwoValues(a, in: graph),
            let right = try TwoValues(b, in: graph)
        else {
            context.floatLayers[node.name] = try FloatReason(ofProduct: node, a, b, graph)
            return
        }
        func stays(_ kind: FloatReason.Kind, _ reason: String) {
            context.floatLayers[node.name] = FloatReason(
                kind, "its operands are binary, but \(reason)", isFallback: true)
        }
        guard graph[a].type.rank >= 2, graph[b].type.rank >= 2 else {
            return stays(.vectorOperand, "one of them has a single axis")
        }
        guard let leftCode = left.code, let rightCode = right.code else {
            return stays(.otherNumbers, "the numbers of one are neither ±s nor 0 and s everywhere")
        }
        let products = graph[a].type.shape[graph[a].type.rank - 1]
        guard products <= AccumulatorLimit.products else {
            return stays(
                .tooManyProducts,
                "its \(products) products an output are more than the \(AccumulatorLimit.products) that accumulators hold exactly"
            )
        }
        let scale = leftCode.scale * rightCode.scale
        guard Float(scale).isFinite, Float(scale) != 0 else {
            return stays(.factorsBeyondFloat, "their scales are beyond float32")
        }

        let operands = [try left.movedBits(&graph), try right.movedBits(&graph)]
        let name = graph[node.outputs[0]].name
        let acc = try graph.append(
            BinaryMatMul(leftForm: leftCode.form, rightForm: rightCode.form), operands, name: node.name)[0]
        var y = try graph.append(Cast(to: .float32), [acc], name: node.name, outputNames: [name])[0]
        if scale != 1 {
            let factor = graph.addConstant(node.name + ".scale", Tensor([], [Float(scale)]))
            y = try graph.append(Mul(), [y, factor], name: node.name, outputNames: [name])[0]
        }
        graph.replaceUses(of: node.outputs[0], with: y)
    }
}

extension TwoValues {
    /// The numbers as a scale times −1/+1 or 0/1; nil where they are anything else, or not the same everywhere.
    fileprivate var code: (form: DecisionForm, scale: Double)? {
        guard minus.count == 1 else { return nil }
        if minus[0] == -plus[0] { return (.signed, plus[0]) }
        return minus[0] == 0 ? (.zeroOne, plus[0]) : nil
    }
}
