import BNNMIR

/// Moves Transposes and Reshapes in front of the binarizer whose decisions they bring into the order that a convolution
/// reads, and in front of the elementwise operators that only this binarizer reads: decisions are then made, and packed,
/// in that order, and thresholds stay one for each channel.
///
/// A Reshape alone stays, because bits can be reshaped in place; and so does the movement of what decides on a binary
/// layer's accumulators, which comes to an integer comparison there.
public struct HoistMovement: Pass {
    public let takes = Stage.binary
    public init() {}

    /// How many operators one movement passes, at most.
    private static let depthLimit = 64

    public func run(_ graph: inout Graph, _ context: inout CompilationContext) throws {
        for id in graph.schedule() where graph.nodes[id.index]?.op is Conv {
            guard let x = graph[id].inputs[0], let chain = graph.moved(x), !chain.movement.keepsMemoryOrder,
                let (_, unpacked) = graph.producer(of: chain.source, as: BinaryToFloat.self),
                let decisions = unpacked.inputs[0],
                let (binarize, node) = graph.producer(of: decisions, as: Binarize.self), let number = node.inputs[0],
                !decidesOnDecisions(number, graph)
            else { continue }
            let moved = try hoisted(number, chain.movement, depth: 0, &graph)
            let name = graph[decisions].name
            let bits = try graph.append(binarize, [moved], name: node.name, outputNames: [name])[0]
            graph.moveProbes(from: decisions, to: bits, by: chain.movement.inverse)
            let float = try graph.append(
                BinaryToFloat(), [bits], name: unpacked.name, outputNames: [graph[chain.source].name])[0]
            // Other layers that read the same decisions in the same order read these too.
            for reader in graph.readers(of: x) where graph[reader].op is Conv {
                graph[reader].inputs = graph[reader].inputs.map { $0 == x ? float : $0 }
            }
            // Whoever comes next counts those that still read the number decided on.
            if let moved = graph.producer(of: x) { graph.removeIfUnread(moved) }
        }
        try graph.fuseMovements()
    }

    /// Whether `value` depends on one convolution of decisions alone.
    private func decidesOnDecisions(_ value: Graph.ValueID, _ graph: Graph) -> Bool {
        var source = Chain.ending(in: value, of: graph).source
        while let (_, pool) = graph.producer(of: source, as: MaxPool.self), let pooled = pool.inputs[0] {
            source = Chain.ending(in: pooled, of: graph).source
        }
        guard let (_, layer) = graph.producer(of: source, as: Conv.self), var x = layer.inputs[0] else { return false }
        if let (_, pad) = graph.producer(of: x, as: Pad.self), let padded = pad.inputs[0] { x = padded }
        return graph.producer(of: x, as: BinaryToFloat.self) != nil
    }

    /// `value` moved: where one operator alone computes it for this reader alone, by moving that operator's operands.
    private func hoisted(
        _ value: Graph.ValueID, _ movement: Movement, depth: Int, _ graph: inout Graph
    ) throws -> Graph.ValueID {
        if let moved = try hoistedOperator(value, movement, depth: depth, &graph) { return moved }
        if let chain = graph.moved(value), let whole = chain.movement.followed(by: movement) {
            return try graph.move(chain.source, by: whole, name: graph[value].name)
        }
        return try graph.move(value, by: movement, name: graph[value].name)
    }

    private func hoistedOperator(
        _ value: Graph.ValueID, _ movement: Movement, depth: Int, _ graph: inout Graph
    ) throws -> Graph.ValueID? {
        guard depth < HoistMovement.depthLimit, let id = graph.producer(of: value), !graph.isOutput(value),
            graph.readerCount(of: value) == 1, Elementwise.isElementwise(graph[id].op), graph[id].outputs.count == 1
        else { return nil }
        let node = graph[id], type = graph[value].type
        let full = Set(
            node.inputs.compactMap { $0 }.filter { graph.constant($0) == nil && graph[$0].type.shape == type.shape })
        guard full.count == 1 else { return nil }
        var inputs: [Graph.ValueID?] = []
        for (position, input) in node.inputs.enumerated() {
            guard let input, !full.contains(input) else {
                inputs.append(input)
                continue
            }
            guard let moved = try graph.operand(input, of: node, at: position, movedBy: movement) else { return nil }
            inputs.append(moved)
        }
        let data = try hoisted(full.first!, movement, depth: depth + 1, &graph)
        let operands = inputs.map { $0.map { full.contains($0) ? data : $0 } }
        guard let y = try? graph.append(node.op, operands, name: node.name, outputNames: [graph[value].name])[0],
            graph[y].type.shape == movement.target
        else { return nil }
        return y
    }
}
