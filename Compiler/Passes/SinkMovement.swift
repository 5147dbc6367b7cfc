import BNNMIR

/// Moves Transposes and Reshapes behind the elementwise operators that read them, moving the other operands the other
/// way: the chain between two layers then has one order from end to end, and the movement meets the next layer's, which
/// it often cancels. A Reshape of a map's pixels moves behind a 1×1 convolution too.
public struct SinkMovement: Pass {
    public let takes = Stage.binary
    public init() {}

    public func run(_ graph: inout Graph, _ context: inout CompilationContext) throws {
        try graph.fuseMovements()
        for id in graph.schedule() {
            let node = graph[id]
            guard node.outputs.count == 1 else { continue }
            if node.op is Conv {
                try sinkBehindConvolution(node, &graph)
            } else if Elementwise.isElementwise(node.op) || node.op is Binarize || node.op is BinaryToFloat {
                try sink(node, &graph)
            }
        }
        try graph.fuseMovements()
    }

    private func sink(_ node: Graph.Node, _ graph: inout Graph) throws {
        let output = node.outputs[0], shape = graph[output].type.shape
        let computed = node.inputs.compactMap { $0 }.filter { graph.constant($0) == nil }
        // Every computed operand of the result's shape must be moved alike; smaller ones are moved back.
        let full = Set(computed.filter { graph[$0].type.shape == shape })
        guard let first = full.first, let movement = graph.moved(first)?.movement, !movement.isIdentity,
            full.allSatisfy({ graph.moved($0)?.movement == movement })
        else { return }
        let back = movement.inverse
        let inputs = try node.inputs.enumerated().map { position, input -> Graph.ValueID?? in
            guard let input else { return .some(nil) }
            if full.contains(input) { return graph.moved(input)?.source }
            return try graph.operand(input, of: node, at: position, movedBy: back).map { .some($0) }
        }
        guard inputs.allSatisfy({ $0 != nil }) else { return }
        let name = graph[output].name
        guard
            let y = try? graph.append(node.op, inputs.map { $0! }, name: node.name, outputNames: [name])[0],
            graph[y].type.shape == movement.source
        else { return }
        graph.moveProbes(from: output, to: y, by: movement)
        graph.replaceUses(of: output, with: try graph.move(y, by: movement, name: name))
    }

    /// Conv(Reshape(x)) is Reshape(Conv(x)) where each pixel is treated by itself and pixels stay in order.
    private func sinkBehindConvolution(_ node: Graph.Node, _ graph: inout Graph) throws {
        guard let conv = node.op as? Conv, conv.window == Window(kernel: 1), let x = node.inputs[0],
            graph[x].type.rank == 4, let chain = graph.moved(x), chain.movement.keepsMemoryOrder
        else { return }
        let from = chain.movement.source, to = chain.movement.target
        guard from.count == 4, from != to, from[0] == to[0], from[1] == to[1] else { return }
        let output = node.outputs[0]
        let y = try graph.append(
            conv, [chain.source] + node.inputs.dropFirst(), name: node.name, outputNames: [graph[output].name])[0]
        try graph.replace(output, withReshapeOf: y)
    }
}

extension Graph {
    /// An operand of the elementwise `node` for the same operator over the moved shape; nil where there is none.
    /// - Parameter movement: from the node's result to the moved shape.
    mutating func operand(
        _ value: ValueID, of node: Node, at position: Int, movedBy movement: Movement
    ) throws -> ValueID? {
        let shape = movement.source, rank = shape.count
        // A ScaleShift's constants are of one sample.
        let ofSample = node.op is ScaleShift && position > 0
        let given = self[value].type.shape
        guard given.count <= rank - (ofSample ? 1 : 0) else { return nil }
        let full = [Int](repeating: 1, count: rank - given.count) + given
        guard let tensor = constant(value) else {
            guard !ofSample, let restricted = movement.restricted(to: full) else { return nil }
            return try move(
                try reshape(value, to: full, name: self[value].name), by: restricted, name: self[value].name)
        }
        var moved: Tensor
        if let restricted = movement.restricted(to: full) {
            moved = restricted.apply(to: tensor.reshaped(full)).narrowed()
        } else {
            moved = movement.apply(to: tensor.reshaped(full).broadcast(to: shape)).narrowed()
        }
        // A constant that is one sample's must stay so.
        guard moved.shape.first == 1 || full.first != 1 else { return nil }
        if ofSample {
            guard moved.shape.first == 1 else { return nil }
            moved = moved.reshaped([Int](moved.shape.dropFirst()))
        }
        return addConstant(self[value].name, moved)
    }

    /// Makes the probes of `old` those of `new`, of which `old` is a movement.
    mutating func moveProbes(from old: ValueID, to new: ValueID, by movement: Movement) {
        updateProbes(of: old) { probe in
            guard let whole = movement.followed(by: probe.movement) else { return }
            probe.value = new
            probe.movement = whole.keepsMemoryOrder ? nil : whole
        }
    }
}
