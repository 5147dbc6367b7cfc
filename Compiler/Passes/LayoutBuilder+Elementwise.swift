import BNNMIR

/// Operators that treat every element by itself, in whichever order of axes their operands are at hand.
extension LayoutBuilder {
    /// An epilogue's steps as an operator of their own. Constants are of the shape of one sample in ONNX order.
    mutating func map(_ steps: [Epilogue.Step], constants: [Tensor], _ node: Graph.Node) throws {
        let x = node.inputs[0]!
        guard old[x].type.elementType == .float32, old[x].type.rank >= 1 else {
            throw OperatorError("only float32 is supported; its input is \(old[x].type)")
        }
        var epilogue = Epilogue()
        epilogue.steps = steps
        let operands = constants.map {
            new.addConstant(node.name, isImage(x) ? $0.permuted([1, 2, 0]) : $0)
        }
        if isImage(x) {
            channelsLast[node.outputs[0]] = try append(Map(epilogue), [try inChannelsLast(x)] + operands, node)
        } else {
            plain[node.outputs[0]] = try append(Map(epilogue), [try inPlainOrder(x)] + operands, node)
        }
    }

    /// A constant for one sample of the node's operand that is the same everywhere.
    func uniform(_ value: Float, _ node: Graph.Node) -> Tensor {
        Tensor([Int](repeating: 1, count: max(0, old[node.inputs[0]!].type.rank - 1)), [value])
    }

    /// An operator that treats every element alike, in whichever order its operands are at hand.
    mutating func elementwise(
        _ op: any Operator, _ node: Graph.Node, constants: ArraySlice<Graph.ValueID?>
    ) throws {
        let x = node.inputs[0]!
        let operands = try constants.map { value -> Graph.ValueID? in
            guard let value else { return nil }
            guard let constant = old.constant(value), constant.elementCount == 1 else {
                throw OperatorError("its limits must be constant")
            }
            return try inPlainOrder(value)
        }
        if channelsLast[x] != nil {
            channelsLast[node.outputs[0]] = try append(op, [try inChannelsLast(x)] + operands, node)
        } else {
            plain[node.outputs[0]] = try append(op, [try inPlainOrder(x)] + operands, node)
        }
    }

    /// Constants are of the shape of one sample in ONNX order, any axis 1.
    mutating func scaleShift(_ x: Graph.ValueID, _ a: Tensor, _ b: Tensor, _ node: Graph.Node) throws {
        if isImage(x) {
            func laidOut(_ tensor: Tensor) -> Tensor { tensor.permuted([1, 2, 0]) }
            let operands = [
                new.addConstant(node.name + ".a", laidOut(a)), new.addConstant(node.name + ".b", laidOut(b)),
            ]
            channelsLast[node.outputs[0]] = try append(ScaleShift(), [try inChannelsLast(x)] + operands, node)
        } else {
            let operands = [new.addConstant(node.name + ".a", a), new.addConstant(node.name + ".b", b)]
            plain[node.outputs[0]] = try append(ScaleShift(), [try inPlainOrder(x)] + operands, node)
        }
    }

    /// x + c, x − c, c − x and x · c are ScaleShifts to the bit (but for the sign of a zero); everything else has a kernel
    /// with two operands.
    mutating func arithmetic(_ node: Graph.Node) throws {
        let operands = node.inputs.compactMap { $0 }
        guard operands.count == 2 else { throw OperatorError("it must have two operands, not \(operands.count)") }
        let output = node.outputs[0]
        guard old[output].type.elementType == .float32 else {
            throw OperatorError("only float32 is supported; it computes \(old[output].type)")
        }
        if let (data, constant, isLeft) = constantOperand(of: node, operands) {
            let one = Tensor([Int](repeating: 1, count: constant.shape.count), [1 as Float])
            let zero = Tensor(one.shape, [0 as Float])
            switch node.op {
            case is Add: return try scaleShift(data, one, constant, node)
            case is Mul: return try scaleShift(data, constant, zero, node)
            case is Sub where isLeft: return try scaleShift(data, Tensor(one.shape, [-1 as Float]), constant, node)
            case is Sub: return try scaleShift(data, one, Tensor(constant.shape, constant.floats.map { -$0 }), node)
            default: break
            }
        }
        let rank = old[output].type.rank
        guard rank == 4, operands.allSatisfy({ isImage($0) || old.constant($0) != nil }) else {
            plain[output] = try append(node.op, try operands.map { try inPlainOrder($0) }, node)
            return
        }
        let laidOut = try operands.map { value -> Graph.ValueID in
            guard let constant = old.constant(value) else { return try inChannelsLast(value) }
            let full = constant.reshaped([Int](repeating: 1, count: 4 - constant.shape.count) + constant.shape)
            return new.addConstant(old[value].name, full.permuted(ImageLayout.toChannelsLast))
        }
        channelsLast[output] = try append(node.op, laidOut, node)
    }

    /// The computed operand, and the constant one as a tensor of the shape of a sample; nil where there is no such pair.
    func constantOperand(
        of node: Graph.Node, _ operands: [Graph.ValueID]
    ) -> (data: Graph.ValueID, constant: Tensor, isLeft: Bool)? {
        guard let position = operands.firstIndex(where: { old.constant($0) != nil }) else { return nil }
        let data = operands[1 - position], constant = old.constant(operands[position])!
        let shape = old[data].type.shape
        guard shape == old[node.outputs[0]].type.shape, let ofSample = constant.ofOneSample(rank: shape.count) else {
            return nil
        }
        return (data, ofSample, position == 0)
    }
}
