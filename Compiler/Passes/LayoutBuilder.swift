import BNNMIR

/// The graph that `LayOut` builds: for each value of the old graph up to two new ones, in the ONNX order of axes and
/// channel-last, made when first asked for.
struct LayoutBuilder {
    private let old: Graph
    private let uses: [Graph.ValueID: [Graph.NodeID]]
    private var new: Graph
    /// Old value → new value, axes in ONNX order. Values that are not images have only this form.
    private var plain: [Graph.ValueID: Graph.ValueID] = [:]
    /// Old image → new value [N,H,W,C].
    private var channelsLast: [Graph.ValueID: Graph.ValueID] = [:]

    init(_ graph: Graph) {
        old = graph
        uses = graph.uses()
        new = Graph(name: graph.name, stage: .laidOut, batch: graph.batch)
        for input in graph.inputs { plain[input] = new.addInput(graph[input].name, graph[input].type) }
    }

    mutating func finish() throws -> Graph {
        for output in old.outputs {
            new.outputs.append(Graph.Output(name: output.name, value: try inPlainOrder(output.value)))
        }
        for probe in old.probes {
            guard let value = channelsLast[probe.value] ?? plain[probe.value] else { continue }
            new.probes.append(Graph.Probe(name: probe.name, encoding: probe.encoding, shape: probe.shape, value: value))
        }
        return new
    }

    /// Stands in for a node that cannot be lowered, so that those behind it can be looked at too. The graph is of no
    /// other use from then on.
    mutating func assumeResults(of node: Graph.Node) {
        for output in node.outputs { plain[output] = new.addInput(old[output].name, old[output].type) }
    }

    /// Adds what computes the node's result; nothing where its reader will do so.
    mutating func lower(_ node: Graph.Node) throws {
        let output = node.outputs[0]
        switch node.op {
        case let op as Conv:
            guard let w = node.inputs[1], old.constant(w) != nil else {
                throw OperatorError("its weights must be constant")
            }
            try image(ChannelsLast(op), node, constants: node.inputs.dropFirst())
        case is BinaryConv: break
        case let op as AccumulatorToFloat: try epilogue(op, node)
        case let op as Decide: try lowerDecide(op, node)
        case is AccumulatorAverages: try accumulatorAverages(node)
        case is AccumulatorThresholds:
            let constants = try node.inputs.dropFirst().map { try inPlainOrder($0!) }
            channelsLast[output] = try append(node.op, [try inChannelsLast(node.inputs[0]!)] + constants, node)
        case is DecideBy:
            channelsLast[output] = try append(node.op, try node.inputs.map { try inChannelsLast($0!) }, node)
        case let op as MaxPool: try image(ChannelsLast(op), node, constants: [])
        case let op as AveragePool: try image(ChannelsLast(op), node, constants: [])
        case let op as GlobalAveragePool: try image(ChannelsLast(op), node, constants: [])
        case let op as BinaryPool: try image(ChannelsLast(op), node, constants: node.inputs.dropFirst())
        case is ScaleShift:
            let constants = node.inputs.dropFirst().map { old.constant($0!)! }
            try scaleShift(node.inputs[0]!, constants[0], constants[1], node)
        case is Add, is Sub, is Mul, is Div, is Min, is Max: try arithmetic(node)
        case is PRelu:
            guard let slope = old.constant(node.inputs[1]!)?.ofOneSample(rank: old[node.inputs[0]!].type.rank) else {
                throw OperatorError("its slopes must be constant")
            }
            try map([.rectify(slope: 0)], constants: [slope], node)
        case let op as LeakyRelu: try map([.rectify(slope: 0)], constants: [uniform(op.alpha, node)], node)
        case is Abs: try map([.rectify(slope: 0)], constants: [uniform(-1, node)], node)
        case is Sigmoid: try map([.function(.sigmoid)], constants: [], node)
        case is Tanh: try map([.function(.tanh)], constants: [], node)
        case let op as Concat: try concat(op, node)
        case is Relu, is Clip, is BinaryToFloat: try elementwise(node.op, node, constants: node.inputs.dropFirst())
        case is Reshape: try lowerReshape(node)
        case is Transpose: plain[output] = try append(node.op, [try inPlainOrder(node.inputs[0]!)], node)
        default:
            throw OperatorError(
                "the runtime has no such operator; only nodes that can be computed at compile time may use it")
        }
    }
}

// MARK: - Orders of axes

extension LayoutBuilder {
    private func isImage(_ value: Graph.ValueID) -> Bool { old[value].type.rank == 4 }

    /// The value with its axes in ONNX order.
    private mutating func inPlainOrder(_ value: Graph.ValueID) throws -> Graph.ValueID {
        if let known = plain[value] { return known }
        if let constant = old.constant(value) {
            let id = new.addConstant(old[value].name, constant)
            plain[value] = id
            return id
        }
        let source = try inChannelsLast(value)
        let id = try permute(source, ImageLayout.toChannelsFirst, name: old[value].name)
        plain[value] = id
        return id
    }

    /// The image [N,H,W,C]; a value that is no image as it is.
    private mutating func inChannelsLast(_ value: Graph.ValueID) throws -> Graph.ValueID {
        if let known = channelsLast[value] { return known }
        guard isImage(value) else { return try inPlainOrder(value) }
        if let id = old.producer(of: value), let conv = old[id].op as? BinaryConv {
            // A reader that takes the accumulators themselves.
            try image(ChannelsLast(conv), old[id], constants: old[id].inputs.dropFirst())
            return channelsLast[value]!
        }
        let id = try permute(try inPlainOrder(value), ImageLayout.toChannelsLast, name: old[value].name)
        channelsLast[value] = id
        return id
    }

    /// A Transpose, or a Reshape where the elements already stand in the asked order.
    private mutating func permute(_ value: Graph.ValueID, _ permutation: [Int], name: String) throws -> Graph.ValueID {
        let shape = new[value].type.shape
        let moving = permutation.filter { shape[$0] > 1 }
        if moving == moving.sorted() { return try new.reshape(value, to: permutation.map { shape[$0] }, name: name) }
        return try new.append(Transpose(permutation: permutation), [value], name: name)[0]
    }

    private mutating func append(
        _ op: any Operator, _ inputs: [Graph.ValueID?], _ node: Graph.Node
    ) throws -> Graph.ValueID {
        do {
            return try new.append(op, inputs, name: node.name, outputNames: [old[node.outputs[0]].name])[0]
        } catch let error as NodeError {
            throw OperatorError(error.reason)
        }
    }
}

// MARK: - Operators

extension LayoutBuilder {
    private mutating func image(_ op: any Operator, _ node: Graph.Node, constants: ArraySlice<Graph.ValueID?>) throws {
        let x = node.inputs[0]!
        guard isImage(x) else {
            throw OperatorError("only images of rank 4 are supported; its input is \(old[x].type)")
        }
        let operands = try constants.map { try $0.map { try inPlainOrder($0) } }
        channelsLast[node.outputs[0]] = try append(op, [try inChannelsLast(x)] + operands, node)
    }

    /// A node behind a BinaryConv, joined with it.
    private mutating func epilogue<Epilogue: Operator>(_ op: Epilogue, _ node: Graph.Node) throws {
        guard let (conv, layer) = old.producer(of: node.inputs[0]!, as: BinaryConv.self) else {
            throw OperatorError("its accumulators are not those of a binary convolution")
        }
        let joined = Graph.Node(
            name: layer.name, op: op, inputs: layer.inputs + node.inputs.dropFirst(), outputs: node.outputs)
        try image(ChannelsLast(BinaryConvThen(conv: conv, epilogue: op)), joined, constants: joined.inputs.dropFirst())
    }

    /// Joined with the BinaryConv whose accumulators are averaged.
    private mutating func accumulatorAverages(_ node: Graph.Node) throws {
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

    private mutating func lowerDecide(_ op: Decide, _ node: Graph.Node) throws {
        let x = node.inputs[0]!, points = old.constant(node.inputs[1]!)!
        let isPerChannel = points.elementCount == points.shape[0] * (points.shape.count > 1 ? points.shape[1] : 1)
        if old.producer(of: x, as: BinaryConv.self) != nil, uses[x]?.count == 1, isPerChannel {
            return try epilogue(op, node)
        }
        let source = try inChannelsLast(x)
        let laidOut = isImage(x) ? points.permuted(ImageLayout.toChannelsLast) : points
        let operand = new.addConstant(old[node.inputs[1]!].name, laidOut)
        let y = try append(op, [source, operand], node)
        if isImage(x) { channelsLast[node.outputs[0]] = y } else { plain[node.outputs[0]] = y }
    }

    /// An epilogue's steps as an operator of their own. Constants are of the shape of one sample in ONNX order.
    private mutating func map(_ steps: [Epilogue.Step], constants: [Tensor], _ node: Graph.Node) throws {
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
    private func uniform(_ value: Float, _ node: Graph.Node) -> Tensor {
        Tensor([Int](repeating: 1, count: max(0, old[node.inputs[0]!].type.rank - 1)), [value])
    }

    private mutating func concat(_ op: Concat, _ node: Graph.Node) throws {
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

    /// An operator that treats every element alike, in whichever order its operands are at hand.
    private mutating func elementwise(
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
    private mutating func scaleShift(_ x: Graph.ValueID, _ a: Tensor, _ b: Tensor, _ node: Graph.Node) throws {
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
    private mutating func arithmetic(_ node: Graph.Node) throws {
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
    private func constantOperand(
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

    private mutating func lowerReshape(_ node: Graph.Node) throws {
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
}
