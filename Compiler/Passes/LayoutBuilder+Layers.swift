import BNNMIR

/// Layers, decisions and what joins a binary convolution.
extension LayoutBuilder {
    mutating func image(_ op: any Operator, _ node: Graph.Node, constants: ArraySlice<Graph.ValueID?>) throws {
        let x = node.inputs[0]!
        guard isImage(x) else {
            throw OperatorError("only images of rank 4 are supported; its input is \(old[x].type)")
        }
        let operands = try constants.enumerated().map { position, value in
            try value.map { op.imageOperands.contains(position + 1) ? try inChannelsLast($0) : try inPlainOrder($0) }
        }
        channelsLast[node.outputs[0]] = try append(op, [try inChannelsLast(x)] + operands, node)
    }

    /// A node behind a BinaryConv, joined with it.
    mutating func epilogue<Epilogue: Operator>(_ op: Epilogue, _ node: Graph.Node) throws {
        guard let (conv, layer) = old.producer(of: node.inputs[0]!, as: BinaryConv.self) else {
            throw OperatorError("its accumulators are not those of a binary convolution")
        }
        let joined = Graph.Node(
            name: layer.name, op: op, inputs: layer.inputs + node.inputs.dropFirst(), outputs: node.outputs)
        try image(ChannelsLast(BinaryConvThen(conv: conv, epilogue: op)), joined, constants: joined.inputs.dropFirst())
    }

    /// Joined with the BinaryConv whose accumulators are averaged.
    mutating func accumulatorAverages(_ node: Graph.Node) throws {
        let acc = node.inputs[0]!
        guard let (conv, layer) = old.producer(of: acc, as: BinaryConv.self), channelsLast[acc] == nil else {
            throw OperatorError("its accumulators are not those of a binary convolution, or have been computed before")
        }
        let operands = try ([layer.inputs[1]] + node.inputs.dropFirst()).map { try inPlainOrder($0!) }
        let results = try new.append(
            BinaryConvWithAverages(conv: conv), [try inChannelsLast(layer.inputs[0]!)] + operands, name: layer.name,
            outputNames: [layer.name, old[node.outputs[0]].name])
        channelsLast[acc] = results[0]
        channelsLast[node.outputs[0]] = results[1]
    }

    mutating func lowerDecide(_ op: Decide, _ node: Graph.Node) throws {
        let x = node.inputs[0]!, points = old.constant(node.inputs[1]!)!
        let isPerChannel = points.elementCount == points.shape[0] * (points.shape.count > 1 ? points.shape[1] : 1)
        if old.producer(of: x, as: BinaryConv.self) != nil, old.readerCount(of: x) == 1, isPerChannel {
            return try epilogue(op, node)
        }
        // Made when first asked for, in the order of its reader.
    }
}
