import BNNMIR

/// Operators that only move elements, without picking any.
extension LayoutBuilder {
    mutating func concat(_ op: Concat, _ node: Graph.Node) throws {
        let operands = node.inputs.compactMap { $0 }, output = node.outputs[0]
        let rank = old[output].type.rank
        let axis = op.axis < 0 ? op.axis + rank : op.axis
        if meetChannelsLast(operands) {
            let laidOut = try operands.map { try inChannelsLast($0) }
            channelsLast[output] = try joined(laidOut, ImageLayout.toChannelsLast.firstIndex(of: axis)!, node)
        } else {
            plain[output] = try joined(try operands.map { try inPlainOrder($0) }, axis, node)
        }
    }

    /// A Concat, or several where one cannot take all operands.
    private mutating func joined(
        _ operands: [Graph.ValueID], _ axis: Int, _ node: Graph.Node
    ) throws -> Graph.ValueID {
        var rest = operands
        while rest.count > EpilogueChain.tensorLimit {
            let first = try append(Concat(axis: axis), Array(rest.prefix(EpilogueChain.tensorLimit)), node)
            rest = [first] + rest.dropFirst(EpilogueChain.tensorLimit)
        }
        return try append(Concat(axis: axis), rest, node)
    }

    mutating func transpose(_ op: Transpose, _ node: Graph.Node) throws {
        let x = node.inputs[0]!, output = node.outputs[0]
        let rank = old[x].type.rank
        let permutation = op.permutation ?? Array((0..<rank).reversed())
        let source = try inPlainOrder(x)
        let keepsPacking = old[x].type.elementType != .binary || permutation.last == rank - 1
        plain[output] =
            keepsPacking
            ? try permute(source, permutation, name: old[output].name)
            : try repacked(source, permutation, name: old[output].name)
    }

    mutating func lowerReshape(_ node: Graph.Node) throws {
        let x = node.inputs[0]!, output = node.outputs[0]
        let target = old[output].type.shape
        guard old[x].type.elementType == .binary else {
            plain[output] = try new.reshape(try inPlainOrder(x), to: target, name: old[output].name)
            return
        }
        // Bits stay packed where the packed axis stays.
        if isImage(x), meetChannelsLast([x]) {
            let packed = try inChannelsLast(x)
            let from = new[packed].type.shape
            let to = target.count == 4 ? ImageLayout.channelsLast(target) : target
            if from[1] * from[2] == 1, target.count != 4 || to[1] * to[2] == 1, from.last == to.last {
                let bits = try new.reshape(packed, to: to, name: old[output].name)
                if target.count == 4 { channelsLast[output] = bits } else { plain[output] = bits }
                return
            }
        }
        let packed = try inPlainOrder(x)
        if old[x].type.shape.last == target.last {
            plain[output] = try new.reshape(packed, to: target, name: old[output].name)
        } else {
            let numbers = try new.append(BinaryToFloat(), [packed], name: node.name)[0]
            plain[output] = try decided(
                try new.reshape(numbers, to: target, name: node.name), name: old[output].name)
        }
    }

    /// Blocks of channels become blocks of pixels: one Transpose between two Reshapes of the channel-last image, or, of
    /// parts that were joined for this only, two Concats.
    mutating func depthToSpace(_ op: DepthToSpace, _ node: Graph.Node) throws {
        let x = node.inputs[0]!, output = node.outputs[0], b = op.blockSize
        let target = ImageLayout.channelsLast(old[output].type.shape)
        if let (join, parts) = old.producer(of: x, as: Concat.self), op.mode == .dcr, [1, -3].contains(join.axis),
            parts.inputs.count == b * b, old.readerCount(of: x) == 1, !old.isOutput(x),
            parts.inputs.allSatisfy({ old[$0!].type.shape[1] == target[3] })
        {
            let (n, h, w, c) = (target[0], target[1] / b, target[2] / b, target[3])
            let phases = try parts.inputs.map {
                try new.reshape(try inChannelsLast($0!), to: [n, h, w, 1, c], name: node.name)
            }
            let rows = try (0..<b).map { row in
                let columns = try joined(Array(phases[row * b..<(row + 1) * b]), 3, node)
                return try new.reshape(columns, to: [n, h, 1, w, b, c], name: node.name)
            }
            channelsLast[output] = try new.reshape(try joined(rows, 2, node), to: target, name: old[output].name)
            return
        }
        let image = try inChannelsLast(x)
        let (n, h, w, c) = imageShape(image)
        let inner = c / (b * b)
        // [N,H,W] and the parts of a channel → [N, H,row, W,column, channel].
        let (parts, order) =
            op.mode == .dcr ? ([b, b, inner], [0, 1, 3, 2, 4, 5]) : ([inner, b, b], [0, 1, 4, 2, 5, 3])
        try move(image, through: [n, h, w] + parts, order, to: target, node)
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
        let output = node.outputs[0], isBinary = old[output].type.elementType == .binary
        let source = isBinary ? try new.append(BinaryToFloat(), [image], name: node.name)[0] : image
        let parts = try new.reshape(source, to: shape, name: node.name)
        let moved = try permute(parts, permutation, name: node.name)
        let image = try new.reshape(moved, to: result, name: old[output].name)
        channelsLast[output] = isBinary ? try decided(image, name: old[output].name) : image
    }
}

// MARK: - Decisions in another order

extension LayoutBuilder {
    /// Bits under a permutation that packs another axis: as numbers, and bits again.
    mutating func repacked(_ bits: Graph.ValueID, _ permutation: [Int], name: String) throws -> Graph.ValueID {
        let numbers = try new.append(BinaryToFloat(), [bits], name: name)[0]
        return try decided(try permute(numbers, permutation, name: name), name: name)
    }

    /// ±1 numbers as bits.
    mutating func decided(_ numbers: Graph.ValueID, name: String) throws -> Graph.ValueID {
        let ones = [Int](repeating: 1, count: new[numbers].type.rank)
        let points = new.addConstant(name, Tensor(ones, [0 as Float]))
        return try new.append(Decide(), [numbers, points], name: name)[0]
    }

    /// A decision on a value that stands in memory, in the order in which it is asked for; nil where `value` is none.
    mutating func decision(_ value: Graph.ValueID, channelsLast isImage: Bool) throws -> Graph.ValueID? {
        guard let (op, node) = old.producer(of: value, as: Decide.self) else { return nil }
        let points = old.constant(node.inputs[1]!)!
        let source = isImage ? try inChannelsLast(node.inputs[0]!) : try inPlainOrder(node.inputs[0]!)
        let operand = new.addConstant(
            old[node.inputs[1]!].name, isImage ? points.permuted(ImageLayout.toChannelsLast) : points)
        return try append(op, [source, operand], node)
    }
}
