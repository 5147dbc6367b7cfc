import BNNMIR

/// The graph that `LayOut` builds: for each value of the old graph up to two new ones, in the ONNX order of axes and
/// channel-last, made when first asked for.
struct LayoutBuilder {
    let old: Graph
    var new: Graph
    /// Old value → new value, axes in ONNX order. Values that are not images have only this form.
    var plain: [Graph.ValueID: Graph.ValueID] = [:]
    /// Old image → new value [N,H,W,C].
    var channelsLast: [Graph.ValueID: Graph.ValueID] = [:]

    init(_ graph: Graph) {
        old = graph
        new = Graph(name: graph.name, stage: .laidOut, batch: graph.batch)
        for input in graph.inputs { plain[input] = new.addInput(graph[input].name, graph[input].type) }
    }

    mutating func finish() throws -> Graph {
        new.outputs = try old.outputs.map { Graph.Output(name: $0.name, value: try inPlainOrder($0.value)) }
        for probe in old.probes {
            guard let value = channelsLast[probe.value] ?? plain[probe.value] else { continue }
            var moved = Graph.Probe(name: probe.name, encoding: probe.encoding, shape: probe.shape, value: value)
            moved.movement = probe.movement
            let isLaidOut = channelsLast[probe.value] != nil
            if isLaidOut {
                let back = Movement(of: new[value].type.shape)?.transposed(ImageLayout.toChannelsFirst)
                guard let whole = back?.followed(by: probe.movement) else {
                    throw OperatorError("the decisions of '\(probe.name)' stand in an order that no loops walk")
                }
                moved.movement = whole.keepsMemoryOrder ? nil : whole
            }
            if let mask = probe.mask {
                moved.mask = isLaidOut ? try inChannelsLast(mask) : try inPlainOrder(mask)
                moved.maskDiffers = probe.maskDiffers
            }
            new.addProbe(moved)
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
        try requireNoBytes(node)
        let output = node.outputs[0]
        switch node.op {
        case let op as Conv:
            guard let w = node.inputs[1], old.constant(w) != nil else {
                throw OperatorError("its weights must be constant")
            }
            try image(ChannelsLast(op), node, constants: node.inputs.dropFirst())
        case is BinaryConv, is BinaryMatMul: break
        case let op as AccumulatorToFloat: try epilogue(op, node)
        case let op as Decide: try lowerDecide(op, node)
        case is AccumulatorAverages: try accumulatorAverages(node)
        case is AccumulatorThresholds:
            let constants = try node.inputs.dropFirst().map { try inPlainOrder($0!) }
            channelsLast[output] = try append(node.op, [try inChannelsLast(node.inputs[0]!)] + constants, node)
        case is DecideBy, is BinaryDifference:
            channelsLast[output] = try append(node.op, try node.inputs.map { try inChannelsLast($0!) }, node)
        case let op as Lookup:
            channelsLast[output] = try append(
                ChannelsLast(op), [try inPlainOrder(node.inputs[0]!), try inPlainOrder(node.inputs[1]!)], node)
        case let op as MaxPool: try image(ChannelsLast(op), node, constants: [])
        case let op as AveragePool: try image(ChannelsLast(op), node, constants: [])
        case let op as GlobalAveragePool: try image(ChannelsLast(op), node, constants: [])
        case let op as BinaryPool: try image(ChannelsLast(op), node, constants: node.inputs.dropFirst())
        case is ScaleShift:
            let constants = node.inputs.dropFirst().map { old.constant($0!)! }
            try scaleShift(node.inputs[0]!, constants[0], constants[1], node)
        case is Add, is Sub, is Mul, is Div: try arithmetic(node)
        case let op as Cast
        where op.target == .float32 && old.producer(of: node.inputs[0]!, as: BinaryMatMul.self) != nil:
            plain[output] = try binaryProduct(of: node.inputs[0]!, as: .float32, name: old[output].name)
        case is Min, is Max, is Pow, is Equal, is Less, is LessOrEqual, is And, is Or, is Xor, is Where,
            is Cast:
            try combine(node)
        case is PRelu:
            guard let slope = old.constant(node.inputs[1]!)?.ofOneSample(rank: old[node.inputs[0]!].type.rank) else {
                throw OperatorError("its slopes must be constant")
            }
            try map([.rectify(slope: 0)], constants: [slope], node)
        case let op as LeakyRelu: try map([.rectify(slope: 0)], constants: [uniform(op.alpha, node)], node)
        case is Abs: try map([.rectify(slope: 0)], constants: [uniform(-1, node)], node)
        case let op where Epilogue.Function(op) != nil:
            try map([.function(Epilogue.Function(op)!)], constants: [], node)
        case let op as Concat: try concat(op, node)
        case let op as DepthToSpace: try depthToSpace(op, node)
        case let op as SpaceToDepth: try spaceToDepth(op, node)
        case is Relu, is Clip, is BinaryToFloat: try elementwise(node.op, node, constants: node.inputs.dropFirst())
        case let op as Gather where old.operand(node.inputs[1]!).constant == nil: try gather(op, node)
        case let op as any AxisPicking: try pick(op, node)
        case let op as Resize: try resize(op, node)
        case let op as any Reduction: try reduce(op, node)
        case let op as any ExtremePosition: try extremePosition(op, node)
        case is MatMul: try product(node)
        case is Reshape: try lowerReshape(node)
        case let op as Transpose: try transpose(op, node)
        case is VolumeConv: throw OperatorError("its weights must be constant and finite")
        case is ConvTranspose:
            throw OperatorError(
                "its weights must be constant, and the product of its strides at most "
                    + "\(DecomposeTransposedConvolutions.phaseLimit)")
        default:
            throw OperatorError(
                "the runtime has no such operator; only nodes that can be computed at compile time may use it")
        }
    }

    /// The runtime reads bytes through tables only.
    private func requireNoBytes(_ node: Graph.Node) throws {
        guard !(node.op is Lookup) else { return }
        for value in node.inputs.compactMap({ $0 }) + node.outputs where old[value].type.elementType == .uint8 {
            throw OperatorError(
                "uint8 is only for an image that is taken as bytes; '\(old[value].name)' is \(old[value].type)")
        }
    }
}

// MARK: - Orders of axes

extension LayoutBuilder {
    func isImage(_ value: Graph.ValueID) -> Bool { old[value].type.rank == 4 }

    /// The value with its axes in ONNX order.
    mutating func inPlainOrder(_ value: Graph.ValueID) throws -> Graph.ValueID {
        if let known = plain[value] { return known }
        if let constant = old.operand(value).constant {
            let id = new.addConstant(old[value].name, constant)
            plain[value] = id
            return id
        }
        if old.producer(of: value, as: BinaryMatMul.self) != nil {
            let id = try binaryProduct(of: value, as: .int32, name: old[value].name)
            plain[value] = id
            return id
        }
        if channelsLast[value] == nil, let id = try decision(value, channelsLast: false) {
            plain[value] = id
            return id
        }
        let source = try inChannelsLast(value)
        let id = try inOrder(ImageLayout.toChannelsFirst, source, of: value)
        plain[value] = id
        return id
    }

    private mutating func inOrder(
        _ permutation: [Int], _ source: Graph.ValueID, of value: Graph.ValueID
    ) throws -> Graph.ValueID {
        old[value].type.elementType == .binary
            ? try repacked(source, permutation, name: old[value].name)
            : try permute(source, permutation, name: old[value].name)
    }

    /// Whether operands are best met as images [N,H,W,C]: all computed ones are images, and one of them is at hand so.
    func meetChannelsLast(_ values: [Graph.ValueID]) -> Bool {
        let computed = values.filter { old.constant($0) == nil }
        return computed.allSatisfy(isImage) && computed.contains(where: isAtHandChannelsLast)
    }

    private func isAtHandChannelsLast(_ value: Graph.ValueID) -> Bool {
        if channelsLast[value] != nil || old.producer(of: value, as: BinaryConv.self) != nil { return true }
        guard plain[value] == nil, let (_, decide) = old.producer(of: value, as: Decide.self) else { return false }
        return isAtHandChannelsLast(decide.inputs[0]!)
    }

    /// The image [N,H,W,C]; a value that is no image as it is.
    mutating func inChannelsLast(_ value: Graph.ValueID) throws -> Graph.ValueID {
        if let known = channelsLast[value] { return known }
        guard isImage(value) else { return try inPlainOrder(value) }
        if let constant = old.constant(value) {
            let id = new.addConstant(old[value].name, constant.permuted(ImageLayout.toChannelsLast))
            channelsLast[value] = id
            return id
        }
        if let id = old.producer(of: value), let conv = old[id].op as? BinaryConv {
            // A reader that takes the accumulators themselves.
            try image(ChannelsLast(conv), old[id], constants: old[id].inputs.dropFirst())
            return channelsLast[value]!
        }
        if let id = try decision(value, channelsLast: true) ?? pickedConstant(value) {
            channelsLast[value] = id
            return id
        }
        let id = try inOrder(ImageLayout.toChannelsLast, try inPlainOrder(value), of: value)
        channelsLast[value] = id
        return id
    }

    /// A Transpose, or a Reshape where the elements already stand in the asked order.
    mutating func permute(_ value: Graph.ValueID, _ permutation: [Int], name: String) throws -> Graph.ValueID {
        let shape = new[value].type.shape
        let moving = permutation.filter { shape[$0] > 1 }
        if moving == moving.sorted() { return try new.reshape(value, to: permutation.map { shape[$0] }, name: name) }
        return try new.append(Transpose(permutation: permutation), [value], name: name)[0]
    }

    mutating func append(
        _ op: any Operator, _ inputs: [Graph.ValueID?], _ node: Graph.Node
    ) throws -> Graph.ValueID {
        do {
            return try new.append(op, inputs, name: node.name, outputNames: [old[node.outputs[0]].name])[0]
        } catch let error as NodeError {
            throw OperatorError(error.reason)
        }
    }
}
