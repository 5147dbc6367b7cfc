import BNNMIR

/// Moves Reshapes that make images of tokens in front of the steps on tokens that they follow: layer normalizations,
/// residual sums, activations. So these stand between layers as images, and can be joined with what is in front of them
/// and with the decisions and means that follow.
///
/// Samples and channels keep their axes; f(x) reshaped is then f(x reshaped). Whoever else reads f(x) gets it by the
/// inverse Reshape: neither moves anything in memory.
public struct LiftReshapes: Pass {
    public let takes = Stage.laidOut
    public init() {}

    public func run(_ graph: inout Graph, _ context: inout CompilationContext) throws {
        var pending = graph.schedule()
        while let id = pending.popLast() {
            guard let node = graph.nodes[id.index], node.op is Reshape else { continue }
            pending += try graph.lift(id, node)
        }
        try FuseMovement().run(&graph, &context)
    }
}

extension Graph {
    /// Moves a Reshape in front of the step that gives what it reads, where it can be.
    /// - Returns: what computes the step's operands then.
    fileprivate mutating func lift(_ id: NodeID, _ reshape: Node) throws -> [NodeID] {
        let value = reshape.inputs[0]!, from = self[value].type.shape, to = self[reshape.outputs[0]].type.shape
        guard let producer = producer(of: value), self[producer].op is any FusableStep,
            self[value].type.elementType == .float32, from.count >= 2, from.count != 4, to.count == 4,
            from.first == to.first, from.last == to.last
        else { return [] }
        let step = self[producer]
        let shapes = step.inputs.map { $0.flatMap { shape(of: $0, whereResultsTurn: from, to) } }
        guard zip(step.inputs, shapes).allSatisfy({ ($0 == nil) == ($1 == nil) }) else { return [] }
        let operands = try zip(step.inputs, shapes).map { operand, shape in
            try operand.map { try self.reshape($0, to: shape!, name: reshape.name) }
        }
        let result = try append(step.op, operands, name: step.name, outputNames: [self[value].name])[0]
        replaceUses(of: reshape.outputs[0], with: result)
        removeIfUnread(id)
        if nodes[producer.index] != nil {
            replaceUses(of: value, with: try self.reshape(result, to: from, name: reshape.name))
            removeIfUnread(producer)
        }
        return operands.compactMap { $0.flatMap { self.producer(of: $0) } }
    }

    /// The shape of a step's operand where the step's result is of another one; nil where there is none.
    private func shape(of operand: ValueID, whereResultsTurn from: [Int], _ to: [Int]) -> [Int]? {
        let shape = self[operand].type.shape
        if shape == from { return to }
        guard constant(operand) != nil else { return shape == from.channelVector ? to.channelVector : nil }
        if shape == Array(from.dropFirst()) { return Array(to.dropFirst()) }
        guard shape.dropLast().allSatisfy({ $0 == 1 }) else { return nil }
        // Of the channels or of all: as many axes as a sample has, where it had those of one.
        let rank = shape.count < from.count - 1 ? shape.count : shape.count + to.count - from.count
        return [Int](repeating: 1, count: max(0, rank - 1)) + shape.suffix(1)
    }
}
