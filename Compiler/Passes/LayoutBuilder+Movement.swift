import BNNMIR

/// Operators that only move elements.
extension LayoutBuilder {
    mutating func concat(_ op: Concat, _ node: Graph.Node) throws {
        let type = old[node.outputs[0]].type
        guard type.elementType == .float32 else {
            throw OperatorError("only float32 is supported; it joins \(type.elementType)")
        }
        guard node.inputs.count <= EpilogueChain.tensorLimit else {
            throw OperatorError("it must have at most \(EpilogueChain.tensorLimit) operands, not \(node.inputs.count)")
        }
        let axis = op.axis < 0 ? op.axis + type.rank : op.axis
        if type.rank == 4 {
            let operands = try node.inputs.map { try inChannelsLast($0!) }
            let axis = ImageLayout.toChannelsLast.firstIndex(of: axis)!
            channelsLast[node.outputs[0]] = try append(Concat(axis: axis), operands, node)
        } else {
            let operands = try node.inputs.map { try inPlainOrder($0!) }
            plain[node.outputs[0]] = try append(Concat(axis: axis), operands, node)
        }
    }

    mutating func lowerReshape(_ node: Graph.Node) throws {
        let x = node.inputs[0]!, output = node.outputs[0]
        let target = old[output].type.shape
        guard old[x].type.elementType == .binary else {
            plain[output] = try new.reshape(try inPlainOrder(x), to: target, name: old[output].name)
            return
        }
        // Bits stay packed where memory order and the packed axis stay; else they become numbers and bits again.
        let packed = try inChannelsLast(x)
        let from = new[packed].type.shape
        let to = target.count == 4 ? ImageLayout.channelsLast(target) : target
        let sameOrder = !isImage(x) || from[1] * from[2] == 1
        let sameOrderAfter = target.count != 4 || to[1] * to[2] == 1
        var bits: Graph.ValueID
        if sameOrder, sameOrderAfter, from.last == to.last {
            bits = try new.reshape(packed, to: to, name: old[output].name)
        } else {
            var floats = try new.append(BinaryToFloat(), [packed], name: node.name)[0]
            if isImage(x) { floats = try permute(floats, ImageLayout.toChannelsFirst, name: node.name) }
            floats = try new.reshape(floats, to: target, name: node.name)
            if target.count == 4 { floats = try permute(floats, ImageLayout.toChannelsLast, name: node.name) }
            let points = new.addConstant(
                node.name, Tensor([1] + [Int](repeating: 1, count: target.count - 1), [0 as Float]))
            bits = try new.append(Decide(), [floats, points], name: node.name, outputNames: [old[output].name])[0]
        }
        if target.count == 4 { channelsLast[output] = bits } else { plain[output] = bits }
    }

    /// Blocks of channels become blocks of pixels: one Transpose between two Reshapes of the channel-last image.
    mutating func depthToSpace(_ op: DepthToSpace, _ node: Graph.Node) throws {
        let x = try inChannelsLast(node.inputs[0]!), b = op.blockSize
        let (n, h, w, c) = imageShape(x)
        let inner = c / (b * b)
        // [N,H,W] and the parts of a channel → [N, H,row, W,column, channel].
        let (parts, order) =
            op.mode == .dcr ? ([b, b, inner], [0, 1, 3, 2, 4, 5]) : ([inner, b, b], [0, 1, 4, 2, 5, 3])
        try move(x, through: [n, h, w] + parts, order, to: [n, h * b, w * b, inner], node)
    }

    /// Blocks of pixels become blocks of channels.
    mutating func spaceToDepth(_ op: SpaceToDepth, _ node: Graph.Node) throws {
        let x = try inChannelsLast(node.inputs[0]!), b = op.blockSize
        let (n, h, w, c) = imageShape(x)
        try move(
            x, through: [n, h / b, b, w / b, b, c], [0, 1, 3, 2, 4, 5], to: [n, h / b, w / b, b * b * c], node)
    }

    private func imageShape(_ image: Graph.ValueID) -> (n: Int, h: Int, w: Int, c: Int) {
        let shape = new[image].type.shape
        return (shape[0], shape[1], shape[2], shape[3])
    }

    private mutating func move(
        _ image: Graph.ValueID, through shape: [Int], _ permutation: [Int], to result: [Int], _ node: Graph.Node
    ) throws {
        guard old[node.outputs[0]].type.elementType == .float32 else {
            throw OperatorError("only float32 is supported; it moves \(old[node.outputs[0]].type.elementType)")
        }
        let parts = try new.reshape(image, to: shape, name: node.name)
        let moved = try permute(parts, permutation, name: node.name)
        channelsLast[node.outputs[0]] = try new.reshape(moved, to: result, name: old[node.outputs[0]].name)
    }
}
