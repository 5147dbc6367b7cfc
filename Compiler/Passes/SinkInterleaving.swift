import BNNMIR

/// Moves the interleaving of phases behind the operators that treat all pixels alike, binarizers included: each phase
/// then goes from its accumulators to decisions by itself, and what is interleaved are bits.
///
/// That is E(interleave(p₀, p₁, …)) = interleave(E(p₀), E(p₁), …), where constants differ from channel to channel at
/// most, and every reader of the interleaved value is such an E: else both sides would be computed.
public struct SinkInterleaving: Pass {
    public let takes = Stage.binary
    public init() {}

    public func run(_ graph: inout Graph, _ context: inout CompilationContext) throws {
        for id in graph.schedule() {
            let node = graph[id]
            guard let sources = interleavedOperands(node, graph), let first = sources.first,
                sources.allSatisfy({ mayMove($0.value, graph) })
            else { continue }
            let output = node.outputs[0]
            let phases = Dictionary(uniqueKeysWithValues: sources.map { ($0.value, $0.phases) })
            var results: [Graph.ValueID] = []
            for index in first.phases.indices {
                let inputs = node.inputs.map { $0.map { phases[$0]?[index] ?? $0 } }
                results.append(try append(node, inputs, &graph))
            }
            // A phase that is constant has lost the pixels that an operator with a constant result would still give it.
            guard Set(results.map { graph[$0].type }).count == 1 else { continue }
            let y = try first.interleaving.apply(to: results, name: graph[output].name, &graph)
            if node.op is BinaryToFloat {
                // `FormBinaryLayers` takes them back to the decisions it interleaves.
                graph.updateProbes(of: node.inputs[0]!) { $0.value = y }
            }
            graph.replaceUses(of: output, with: y)
        }
    }

    private func append(
        _ node: Graph.Node, _ inputs: [Graph.ValueID?], _ graph: inout Graph
    ) throws -> Graph.ValueID {
        let name = graph[node.outputs[0]].name
        let constants = inputs.map { $0.flatMap { graph.constant($0) } }
        if zip(inputs, constants).allSatisfy({ $0 == nil || $1 != nil }) {
            return graph.addConstant(name, try node.op.evaluate(constants)[0])
        }
        return try graph.append(node.op, inputs, name: node.name, outputNames: [name])[0]
    }

    /// Whether a node treats all pixels of an image alike.
    private func isPointwise(_ node: Graph.Node, _ graph: Graph) -> Bool {
        guard Elementwise.isElementwise(node.op) || node.op is Binarize || node.op is BinaryToFloat,
            node.outputs.count == 1, graph[node.outputs[0]].type.rank == 4
        else { return false }
        let shape = graph[node.outputs[0]].type.shape
        return node.inputs.enumerated().allSatisfy { position, input in
            guard let input else { return true }
            let given = graph[input].type.shape
            if graph.constant(input) == nil, given == shape { return true }
            if node.op is ScaleShift, position > 0 { return given.dropFirst().allSatisfy { $0 == 1 } }
            return given.suffix(2).allSatisfy { $0 == 1 }
        }
    }

    private typealias Interleaved = (value: Graph.ValueID, interleaving: Interleaving, phases: [Graph.ValueID])

    /// The images that a node which treats all pixels alike reads, all interleaved in the same way; nil where they are
    /// not, or there is none.
    private func interleavedOperands(_ node: Graph.Node, _ graph: Graph) -> [Interleaved]? {
        guard isPointwise(node, graph) else { return nil }
        let shape = graph[node.outputs[0]].type.shape
        var found: [Interleaved] = []
        for case let input? in node.inputs where graph.constant(input) == nil && graph[input].type.shape == shape {
            guard !found.contains(where: { $0.value == input }) else { continue }
            // Decisions that are read as numbers are interleaved there, where their probe shows them.
            if !(node.op is BinaryToFloat), graph.isProbed(input) { return nil }
            guard let (interleaving, phases) = Interleaving.of(input, in: graph),
                interleaving == found.first?.interleaving ?? interleaving
            else { return nil }
            found.append((input, interleaving, phases))
        }
        // A Sign of a phase that is a constant 0 is 0, which a decision is not: it stays behind, to be found ternary.
        let phases = found.flatMap(\.phases).compactMap { graph.constant($0) }
        if (node.op as? Binarize)?.zero == .zero, phases.contains(where: { $0.floats.contains(0) }) { return nil }
        return found.isEmpty ? nil : found
    }

    private func mayMove(_ value: Graph.ValueID, _ graph: Graph) -> Bool {
        !graph.isOutput(value)
            && graph.readers(of: value).allSatisfy { interleavedOperands(graph[$0], graph) != nil }
    }
}
