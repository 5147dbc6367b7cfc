import BNNMIR

/// Operators that treat every element by itself, in whichever order of axes their operands are at hand.
extension LayoutBuilder {
    /// An epilogue's steps as an operator of their own. Constants are of the shape of one sample in ONNX order.
    mutating func map(_ steps: [Epilogue.Step], constants: [Tensor], _ node: Graph.Node) throws {
        let x = node.inputs[0]!, output = node.outputs[0]
        guard old[x].type.elementType == .float32 else {
            throw OperatorError("only float32 is supported; its input is \(old[x].type)")
        }
        var epilogue = Epilogue()
        epilogue.steps = steps
        if isBestChannelsLast(x, beside: constants) {
            let operands = constants.map { new.addConstant(node.name, $0.permuted([1, 2, 0])) }
            channelsLast[output] = try append(Map(epilogue), [try inChannelsLast(x)] + operands, node)
            return
        }
        var source = try inPlainOrder(x)
        let operands = constants.map { new.addConstant(node.name, $0) }
        // A single number has no axis for the channels of an epilogue.
        if old[x].type.rank == 0 { source = try new.reshape(source, to: [1], name: node.name) }
        plain[output] = try new.reshape(
            try append(Map(epilogue), [source] + operands, node), to: old[output].type.shape, name: old[output].name)
    }

    /// Whether an image is best met channel-last: where it is so, and by constants of each channel; by constants that are
    /// one number, or one for each element of a sample, in the order in which it is at hand.
    private func isBestChannelsLast(_ x: Graph.ValueID, beside constants: [Tensor]) -> Bool {
        let sampleCount = old[x].type.shape.dropFirst().reduce(1, *)
        let isAnyOrder = constants.allSatisfy { [1, sampleCount].contains($0.elementCount) }
        return isImage(x) && (!isAnyOrder || meetChannelsLast([x]))
    }

    /// A constant for one sample of the node's operand that is the same everywhere.
    func uniform(_ value: Float, _ node: Graph.Node) -> Tensor {
        Tensor([Int](repeating: 1, count: max(0, old[node.inputs[0]!].type.rank - 1)), [value])
    }

    /// An operator that treats every element alike.
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
        if meetChannelsLast([x]) {
            channelsLast[node.outputs[0]] = try append(op, [try inChannelsLast(x)] + operands, node)
        } else {
            plain[node.outputs[0]] = try append(op, [try inPlainOrder(x)] + operands, node)
        }
    }

    /// Constants are of the shape of one sample in ONNX order, any axis 1.
    mutating func scaleShift(_ x: Graph.ValueID, _ a: Tensor, _ b: Tensor, _ node: Graph.Node) throws {
        if isBestChannelsLast(x, beside: [a, b]) {
            let operands = [(".a", a), (".b", b)].map { new.addConstant(node.name + $0, $1.permuted([1, 2, 0])) }
            channelsLast[node.outputs[0]] = try append(ScaleShift(), [try inChannelsLast(x)] + operands, node)
        } else {
            let operands = [(".a", a), (".b", b)].map { new.addConstant(node.name + $0, $1) }
            plain[node.outputs[0]] = try append(ScaleShift(), [try inPlainOrder(x)] + operands, node)
        }
    }

    /// x + c, x − c, c − x, x · c and, where 1 / c is exact, x / c are ScaleShifts to the bit (but for the sign of a zero);
    /// everything else has a kernel with two operands.
    mutating func arithmetic(_ node: Graph.Node) throws {
        let operands = node.inputs.compactMap { $0 }
        guard old[node.outputs[0]].type.elementType == .float32,
            let (data, constant, isLeft) = constantOperand(of: node, operands)
        else { return try combine(node) }
        let one = Tensor([Int](repeating: 1, count: constant.shape.count), [1 as Float])
        let zero = Tensor(one.shape, [0 as Float])
        switch node.op {
        case is Add: try scaleShift(data, one, constant, node)
        case is Mul: try scaleShift(data, constant, zero, node)
        case is Sub where isLeft: try scaleShift(data, Tensor(one.shape, [-1 as Float]), constant, node)
        case is Sub: try scaleShift(data, one, Tensor(constant.shape, constant.floats.map { -$0 }), node)
        default:
            let inverses = constant.floats.compactMap(\.exactInverse)
            guard !isLeft, inverses.count == constant.elementCount else { return try combine(node) }
            try scaleShift(data, Tensor(constant.shape, inverses), zero, node)
        }
    }

    /// The computed operand, and the constant one as a tensor of the shape of a sample; nil where there is no such pair.
    private func constantOperand(
        of node: Graph.Node, _ operands: [Graph.ValueID]
    ) -> (data: Graph.ValueID, constant: Tensor, isLeft: Bool)? {
        guard operands.count == 2, let position = operands.firstIndex(where: { old.constant($0) != nil }) else {
            return nil
        }
        let data = operands[1 - position], constant = old.constant(operands[position])!
        let shape = old[data].type.shape
        guard shape == old[node.outputs[0]].type.shape, let ofSample = constant.ofOneSample(rank: shape.count) else {
            return nil
        }
        return (data, ofSample, position == 0)
    }

    /// An operator whose operands are broadcast together, at most three of them.
    mutating func combine(_ node: Graph.Node) throws {
        let operands = node.inputs.compactMap { $0 }, output = node.outputs[0]
        let valid: [ElementType] = [.float32, .int32, .int64, .bool]
        for value in operands + [output] where !valid.contains(old[value].type.elementType) {
            throw OperatorError(
                "only \(valid.map(\.rawValue).joined(separator: ", ")) are supported; '\(old[value].name)' is \(old[value].type)"
            )
        }
        guard meetChannelsLast(operands) else {
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
}

extension Float {
    /// What to multiply by instead of dividing by this number, to the bit: the inverse of a power of two, where both are
    /// normal numbers.
    fileprivate var exactInverse: Float? {
        let inverse = 1 / self
        return isNormal && significandBitPattern == 0 && inverse.isNormal ? inverse : nil
    }
}
