import BNNMIR

/// Operators that pick, repeat or blend elements along axes: one runtime operator for each axis that changes.
extension LayoutBuilder {
    /// Slice, Split, Gather by constant indices, Pad, Expand and Tile. Images stay channel-last where they are so.
    mutating func pick(_ op: any AxisPicking, _ node: Graph.Node) throws {
        let isImage = meetChannelsLast([node.inputs[0]!])
        for (result, output) in node.outputs.enumerated() {
            let picks = try op.picks(node.inputs.map { $0.map { old.operand($0) } }, result: result)
            if isImage, isImagePick(picks, to: output) {
                channelsLast[output] = try picked(picks, op, node, as: output, isImage: true)
            } else {
                plain[output] = try picked(picks, op, node, as: output, isImage: false)
            }
        }
    }

    /// An image that picks spread from a constant, channel-last: rows of channels, not numbers one by one.
    mutating func pickedConstant(_ value: Graph.ValueID) throws -> Graph.ValueID? {
        guard let (op, node) = picking(value), isConstantOrPicked(node.inputs[0]!) else { return nil }
        let operands = node.inputs.map { $0.map { old.operand($0) } }
        let picks = try op.picks(operands, result: node.outputs.firstIndex(of: value)!)
        return isImagePick(picks, to: value) ? try picked(picks, op, node, as: value, isImage: true) : nil
    }

    private func picking(_ value: Graph.ValueID) -> (op: any AxisPicking, node: Graph.Node)? {
        old.producer(of: value).flatMap { id in (old[id].op as? any AxisPicking).map { ($0, old[id]) } }
    }

    private func isConstantOrPicked(_ value: Graph.ValueID) -> Bool {
        old.constant(value) != nil || picking(value).map { isConstantOrPicked($0.node.inputs[0]!) } ?? false
    }

    /// Whether picks make an image of an image, and stay ones when its axes change places.
    private func isImagePick(_ picks: [[Int?]], to output: Graph.ValueID) -> Bool {
        let target = old[output].type.shape
        return target.count == 4 && picks.map(\.count) == target
    }

    private mutating func picked(
        _ picks: [[Int?]], _ op: any AxisPicking, _ node: Graph.Node, as output: Graph.ValueID, isImage: Bool
    ) throws -> Graph.ValueID {
        let x = node.inputs[0]!, name = old[output].name
        let shape = try op.dataShape(node.inputs.map { $0.map { old.operand($0) } })
        let fill = try op.fillPosition.flatMap { $0 < node.inputs.count ? node.inputs[$0] : nil }.map {
            try new.reshape(try inPlainOrder($0), to: [1], name: node.name)
        }
        let value = isImage ? try inChannelsLast(x) : try new.reshape(try inPlainOrder(x), to: shape, name: node.name)
        let places = picks.enumerated().filter { axis, picked in picked != Array(0..<shape[axis]) }.map {
            (axis: isImage ? ImageLayout.toChannelsLast.firstIndex(of: $0.offset)! : $0.offset, picked: $0.element)
        }
        let result = try gathered(value, along: places, fill: fill, name: name)
        return isImage ? result : try new.reshape(result, to: old[output].type.shape, name: name)
    }

    /// Gather by computed indices, which count from the end where negative; what lies outside reads 0.
    mutating func gather(_ op: Gather, _ node: Graph.Node) throws {
        let data = try inPlainOrder(node.inputs[0]!), indices = try inPlainOrder(node.inputs[1]!)
        let shape = new[data].type.shape, count = new[indices].type.elementCount
        let axis = op.axis < 0 ? op.axis + shape.count : op.axis
        let type = new[indices].type.elementType
        let flat = try new.reshape(indices, to: [count], name: node.name)
        func number(_ value: Int) -> Tensor { Tensor([1], [Int64(value)], type) }
        let zero = new.addConstant(node.name, number(0)), extent = new.addConstant(node.name, number(shape[axis]))
        let isNegative = try append(Less(), [flat, zero], node)
        let wrapped = try append(Add(), [flat, extent], node)
        var counted = try append(Where(), [isNegative, wrapped, flat], node)
        if type != .int32 { counted = try append(Cast(to: .int32), [counted], node) }
        let picked = try append(AxisGather(axis: axis), [data, counted], node)
        plain[node.outputs[0]] = try new.reshape(
            picked, to: old[node.outputs[0]].type.shape, name: old[node.outputs[0]].name)
    }

    /// Resize: an axis at a time, as picks where each element stands for one, as weighted sums elsewhere.
    mutating func resize(_ op: Resize, _ node: Graph.Node) throws {
        let x = node.inputs[0]!, output = node.outputs[0]
        let isImage = meetChannelsLast([x])
        var value = isImage ? try inChannelsLast(x) : try inPlainOrder(x)
        let extrapolation = Tensor.filled(Double(op.extrapolationValue), TensorType(old[x].type.elementType, [1]))
        let fill = new.addConstant(node.name + ".outside", extrapolation)
        var outside: [Int: [Int?]] = [:]
        let taps = try op.taps(node.inputs.map { $0.map { old.operand($0) } })
        let changes = taps.enumerated().compactMap { axis, taps in
            taps.map { (axis: isImage ? ImageLayout.toChannelsLast.firstIndex(of: axis)! : axis, taps: $0) }
        }
        let picks = changes.compactMap { change in change.taps.picks.map { (axis: change.axis, picked: $0) } }
        if picks.count == changes.count {
            value = try gathered(value, along: picks, fill: fill, name: old[output].name)
        }
        for (place, taps) in changes where picks.count < changes.count {
            if let picked = taps.picks {
                value = try gathered(value, picked, axis: place, fill: fill, name: old[output].name)
            } else {
                let indices = new.addConstant(node.name + ".indices", taps.indices)
                let weights = new.addConstant(node.name + ".weights", taps.weights)
                value = try append(AxisResample(axis: place), [value, indices, weights], node)
            }
            if taps.hasOutside, taps.picks == nil {
                // What lies outside is replaced once all axes are done.
                outside[place] = taps.isOutside.enumerated().map { $0.element ? nil : $0.offset }
            }
        }
        for (axis, inside) in outside.sorted(by: { $0.key < $1.key }) {
            value = try gathered(value, inside, axis: axis, fill: fill, name: old[output].name)
        }
        if isImage { channelsLast[output] = value } else { plain[output] = value }
    }

    /// Picks along several axes, in the order in which the least is copied in small pieces: what loses elements first,
    /// whole rows of them before parts of rows; what gains elements last, and whole rows then.
    private mutating func gathered(
        _ value: Graph.ValueID, along picks: [(axis: Int, picked: [Int?])], fill: Graph.ValueID?, name: String
    ) throws -> Graph.ValueID {
        let shape = new[value].type.shape
        let gains = { (pick: (axis: Int, picked: [Int?])) in pick.picked.count >= shape[pick.axis] }
        let losing = picks.filter { !gains($0) }.sorted { $0.axis < $1.axis }
        let gaining = picks.filter(gains).sorted { $0.axis > $1.axis }
        return try (losing + gaining).reduce(value) { value, pick in
            try gathered(value, pick.picked, axis: pick.axis, fill: fill, name: name)
        }
    }

    private mutating func gathered(
        _ value: Graph.ValueID, _ picked: [Int?], axis: Int, fill: Graph.ValueID?, name: String
    ) throws -> Graph.ValueID {
        let indices = new.addConstant(
            name + ".indices", Tensor([picked.count], picked.map { Int64($0 ?? -1) }, .int32))
        var operands = [value, indices]
        if picked.contains(nil), let fill { operands.append(fill) }
        return try new.append(AxisGather(axis: axis), operands, name: name)[0]
    }
}
