import BNNMIR

/// Moves the concatenation of layers' results along their channels behind what treats each channel by itself, so that it
/// runs with the layers: steps of an epilogue, decisions and pools.
///
/// That is E(concat(p₀, p₁, …)) = concat(E₀(p₀), E₁(p₁), …), where Eᵢ has the constants of part i's channels. What is
/// concatenated then are bits, and maps that a pool has made smaller; and no value is stored only to be read once more.
public struct SinkConcatenations: Pass {
    public let takes = Stage.laidOut
    public init() {}

    public func run(_ graph: inout Graph, _ context: inout CompilationContext) throws {
        for id in graph.schedule() {
            guard graph.nodes[id.index] != nil, var concatenation = Concatenation(graph[id], graph) else { continue }
            while let step = concatenation.onlyStep(graph) {
                concatenation = try concatenation.sink(behind: step, &graph)
            }
            for reader in concatenation.reducingReaders(graph) { _ = try concatenation.sink(behind: reader, &graph) }
        }
    }
}

/// Results of layers that nothing else reads, one behind the other along the channels of channel-last images.
private struct Concatenation {
    let name: String
    let result: Graph.ValueID
    let parts: [Graph.ValueID]
    let channelCounts: [Int]

    init?(_ node: Graph.Node, _ graph: Graph) {
        name = node.name
        result = node.outputs[0]
        parts = node.inputs.compactMap { $0 }
        let type = graph[result].type
        guard let op = node.op as? Concat, type.elementType == .float32, type.rank == 4, [3, -1].contains(op.axis),
            parts.count > 1, parts.allSatisfy({ Concatenation.isOfLayer($0, graph) })
        else { return nil }
        channelCounts = parts.map { graph[$0].type.shape[3] }
    }

    private init(_ name: String, _ result: Graph.ValueID, _ parts: [Graph.ValueID], _ channelCounts: [Int]) {
        self.name = name
        self.result = result
        self.parts = parts
        self.channelCounts = channelCounts
    }

    /// Whether an epilogue can take what stands behind the value.
    private static func isOfLayer(_ value: Graph.ValueID, _ graph: Graph) -> Bool {
        guard graph.readerCount(of: value) == 1, !graph.isOutput(value), let producer = graph.producer(of: value)
        else { return false }
        return graph[producer].isConvolutionToFloat || graph[producer].op is any FusableStep
    }

    /// The step that alone reads the result.
    func onlyStep(_ graph: Graph) -> Graph.NodeID? {
        guard !graph.isOutput(result), graph.readerCount(of: result) == 1, let id = graph.readers(of: result).first,
            let step = graph[id].op as? any FusableStep,
            let taken = step.steps(graph[id], reading: result, graph, firstPosition: 0),
            !taken.steps.contains(where: \.takesRows), canBeSplit(graph[id], graph)
        else { return nil }
        return id
    }

    /// Readers whose results are smaller: pools and decisions, one at most, since an epilogue has room for one.
    func reducingReaders(_ graph: Graph) -> [Graph.NodeID] {
        let readers = graph.readers(of: result).filter { canBeSplit(graph[$0], graph) }
        let decision = readers.first { graph[$0].op is Decide }
        return (decision.map { [$0] } ?? []) + readers.filter { graph[$0].isPool }
    }

    /// Whether all other operands are constants of a channel each, or of all.
    private func canBeSplit(_ node: Graph.Node, _ graph: Graph) -> Bool {
        guard node.inputs.first == result, node.outputs.count == 1 else { return false }
        return node.inputs.dropFirst().allSatisfy { input in
            guard let input else { return true }
            guard let shape = graph.constant(input)?.shape else { return false }
            return shape.dropLast().dropFirst(node.op is Decide ? 1 : 0).allSatisfy { $0 == 1 }
                && [nil, 1, channelCounts.reduce(0, +)].contains(shape.last)
        }
    }

    /// Lets each part go through the operator by itself; the concatenation of what comes of them.
    func sink(behind id: Graph.NodeID, _ graph: inout Graph) throws -> Concatenation {
        let node = graph[id], resultName = graph[node.outputs[0]].name
        var first = 0
        var results: [Graph.ValueID] = []
        for (part, count) in zip(parts, channelCounts) {
            let channels = Array(first..<first + count)
            let operands = node.inputs.dropFirst().map { $0.map { slice($0, channels, &graph) } }
            results += try graph.append(node.op, [part] + operands, name: node.name, outputNames: [resultName])
            first += count
        }
        let whole = try graph.append(Concat(axis: 3), results, name: name, outputNames: [resultName])[0]
        graph.replaceUses(of: node.outputs[0], with: whole)
        graph.removeIfUnread(id)
        return Concatenation(name, whole, results, channelCounts)
    }

    /// What a constant has for some channels.
    private func slice(_ value: Graph.ValueID, _ channels: [Int], _ graph: inout Graph) -> Graph.ValueID {
        guard let constant = graph.constant(value), let extent = constant.shape.last, extent > 1 else { return value }
        return graph.addConstant(graph[value].name, constant.picked(channels, axis: constant.shape.count - 1))
    }
}

extension Graph.Node {
    fileprivate var isPool: Bool {
        op is ChannelsLast<AveragePool> || op is ChannelsLast<MaxPool> || op is ChannelsLast<GlobalAveragePool>
    }
}
