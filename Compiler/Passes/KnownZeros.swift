import BNNMIR

/// Follows elements that are exactly 0 whatever the input: the pixels of a transposed convolution that nothing is added
/// to, padding, and what layers without bias and functions of 0 make of these. Nodes come in execution order.
///
/// A value's mask has 0 where its element is known to be 0, and 1 elsewhere; values without a known zero have none.
struct KnownZeros {
    private var masks: [Graph.ValueID: Tensor] = [:]

    /// Follows the node.
    mutating func follow(_ node: Graph.Node, _ graph: Graph) throws {
        for (output, mask) in zip(node.outputs, try results(of: node, graph) ?? []) where mask.floats.contains(0) {
            masks[output] = mask
        }
    }

    /// Why the followed value can be zero; nil where no element is known to be.
    func reason(_ value: Graph.ValueID, _ graph: Graph) -> String? {
        masks[value].map { _ in "elements of '\(graph[value].name)' are 0 that no input reaches" }
    }

    /// The masks of the node's results; nil where none is known.
    private func results(of node: Graph.Node, _ graph: Graph) throws -> [Tensor]? {
        guard let output = node.outputs.first, graph[output].type.elementType == .float32 else { return nil }
        guard bringsZeros(node, graph) || node.inputs.contains(where: { $0.flatMap { self.masks[$0] } != nil }) else {
            return nil
        }
        switch node.op {
        case is Concat: return try moved(node, graph, operands: node.inputs.indices)
        case is MaxPool: return try moved(node, graph, operands: 0..<1)
        case is AveragePool, is GlobalAveragePool:
            return try moved(node, graph, operands: 0..<1).map { [$0[0].unknownWhereNot0] }
        case let op as Conv: return try summed(op, node, graph)
        case is AccumulatorToFloat: return [zeroChannels(node, graph)]
        case let op where Elementwise.isElementwise(op): return try computed(node, graph)
        case _ where node.movesElements: return try moved(node, graph, operands: 0..<1)
        default: return nil
        }
    }

    /// Whether a node has zeros of its own: padding, windows of padding alone, channels of weights 0,
    /// constants beside what is computed.
    private func bringsZeros(_ node: Graph.Node, _ graph: Graph) -> Bool {
        switch node.op {
        case let pad as Pad: pad.mode == .constant
        case is Conv: StructuralZeros.hasWindowOfPadding(node, graph)
        case is AccumulatorToFloat: node.inputs[1].flatMap { graph.constant($0)?.floats.contains(0) } == true
        case is Concat: node.inputs.contains { $0.flatMap { graph.constant($0)?.floats.contains(0) } == true }
        default: false
        }
    }

    /// The mask of a value; nil of one that is no float.
    private func mask(_ value: Graph.ValueID, _ graph: Graph) -> Tensor? {
        if let known = masks[value] { return known }
        let type = graph[value].type
        guard type.elementType == .float32 else { return nil }
        if let constant = graph.constant(value) { return Tensor(type.shape, constant.floats.map { $0 == 0 ? 0 : 1 }) }
        return .filled(1, type)
    }

    /// Of an operator that moves elements, or takes the greatest or the mean of some: the masks go the same way.
    private func moved(
        _ node: Graph.Node, _ graph: Graph, operands: Range<Int>
    ) throws -> [Tensor]? {
        var inputs = node.inputs.map { $0.flatMap { graph.constant($0) } }
        for index in operands { inputs[index] = node.inputs[index].flatMap { mask($0, graph) } }
        if let pad = node.op as? Pad, pad.mode == .constant, inputs.count > 2, let fill = inputs[2] {
            inputs[2] = Tensor(fill.shape, fill.floats.map { $0 == 0 ? 0 : 1 })
        }
        guard zip(node.inputs, inputs).allSatisfy({ $0 == nil || $1 != nil }) else { return nil }
        return try node.op.evaluate(inputs)
    }

    /// Of an operator on single elements: what it makes of zeros, where all computed operands have them. A product is 0
    /// where one of them is.
    private func computed(_ node: Graph.Node, _ graph: Graph) throws -> [Tensor]? {
        let type = graph[node.outputs[0]].type
        var known: Tensor?
        var inputs = node.inputs.map { $0.flatMap { graph.constant($0) } }
        for (index, input) in node.inputs.enumerated() where input != nil && inputs[index] == nil {
            guard let operand = input.flatMap({ mask($0, graph) }) else { return nil }
            inputs[index] = .filled(0, operand.type)
            let wide = operand.broadcast(to: type.shape)
            let isProduct = node.op is Mul
            known =
                known.map {
                    Tensor(type.shape, zip($0.floats, wide.floats).map { isProduct ? min($0, $1) : max($0, $1) })
                } ?? wide
        }
        guard let known else { return nil }
        let atZero = try node.op.evaluate(inputs)[0].broadcast(to: type.shape)
        return [Tensor(type.shape, zip(known.floats, atZero.floats).map { $0 == 0 && $1 == 0 ? 0 : 1 })]
    }

    /// Of a binary layer: the channels with weights and bias 0, as a phase has that no tap reaches.
    private func zeroChannels(_ node: Graph.Node, _ graph: Graph) -> Tensor {
        let shape = graph[node.outputs[0]].type.shape, inner = shape[2...].reduce(1, *)
        let constants = node.inputs.dropFirst().compactMap { $0 }.map { graph.constant($0)?.floats ?? [] }
        let isZero = (0..<shape[1]).map { channel in
            constants.allSatisfy { $0.indices.contains(channel) && $0[channel] == 0 }
        }
        return Tensor(shape, (0..<shape.reduce(1, *)).map { isZero[$0 / max(1, inner) % shape[1]] ? 0 : 1 })
    }

    /// Of a convolution over an image: windows that cover nothing but known zeros, in channels without bias.
    private func summed(_ op: Conv, _ node: Graph.Node, _ graph: Graph) throws -> [Tensor]? {
        guard let x = node.inputs[0], let w = node.inputs[1], let output = node.outputs.first,
            graph[x].type.rank == 4
        else { return nil }
        let biases = node.inputs.count > 2 ? node.inputs[2].map { graph.constant($0)?.floats ?? [] } : nil
        guard biases?.contains(0) ?? true, graph.constant(w)?.floats.allSatisfy(\.isFinite) == true
        else { return nil }
        let shape = graph[x].type.shape, target = graph[output].type.shape
        // Of each group of channels, the pixels at which some channel is not known to be 0.
        let (n, groups, rows, columns) = (shape[0], op.groups, shape[2], shape[3])
        let channels = shape[1] / groups, plane = rows * columns
        var unknown = [Bool](repeating: masks[x] == nil, count: n * groups * plane)
        if let mask = masks[x]?.floats {
            for (index, value) in mask.enumerated() where value != 0 {
                unknown[index / (channels * plane) * plane + index % plane] = true
            }
        }
        let (v, u) = (op.window.vertical, op.window.horizontal)
        var result = [Float](repeating: 1, count: target.reduce(1, *))
        let outputs = target[1] / groups, map = target[2] * target[3]
        for place in 0..<map {
            let (row, column) = place.quotientAndRemainder(dividingBy: target[3])
            let down = v.validTaps(output: row, input: rows).map { v.coordinate(output: row, tap: $0) * columns }
            let across = u.validTaps(output: column, input: columns).map { u.coordinate(output: column, tap: $0) }
            for group in 0..<n * groups
            where !down.contains(where: { y in across.contains { unknown[group * plane + y + $0] } }) {
                for m in 0..<outputs where biases.map({ $0[group % groups * outputs + m] == 0 }) ?? true {
                    result[(group * outputs + m) * map + place] = 0
                }
            }
        }
        return [Tensor(target, result)]
    }
}

extension Tensor {
    /// A mask from means of masks: anything but 0 is not known.
    fileprivate var unknownWhereNot0: Tensor { Tensor(shape, floats.map { $0 == 0 ? 0 : 1 }) }
}

extension Graph.Node {
    /// Whether the results are elements of operand 0, moved, repeated or left out; beside them, a Pad's fill.
    var movesElements: Bool {
        op is any AxisPicking || op is Reshape || op is Transpose || op is DepthToSpace || op is SpaceToDepth
            || (op as? Resize)?.mode == .nearest
    }
}
