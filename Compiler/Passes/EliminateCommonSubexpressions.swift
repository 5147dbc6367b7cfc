import BNNMIR

/// Merges nodes that compute the same from the same operands, so that patterns may compare values by identity: exporters
/// repeat the penalty of a straight-through estimator, and every scalar constant.
public struct EliminateCommonSubexpressions: Pass {
    public let takes = Stage.canonical
    public init() {}

    private struct Key: Hashable {
        let op: String
        let attributes: [String]
        let inputs: [Graph.ValueID?]
    }

    public func run(_ graph: inout Graph, _ context: inout CompilationContext) throws {
        mergeSmallConstants(&graph)
        var seen: [Key: Graph.NodeID] = [:]
        for id in graph.schedule() {
            let node = graph[id]
            let key = Key(
                op: type(of: node.op).name, attributes: node.op.attributes.map { "\($0.name)=\($0.value)" },
                inputs: node.inputs)
            guard let first = seen[key] else {
                seen[key] = id
                continue
            }
            for (old, new) in zip(node.outputs, graph[first].outputs) { graph.replaceUses(of: old, with: new) }
        }
    }

    /// Scalars and other small constants; large ones are rarely equal and dear to compare.
    private func mergeSmallConstants(_ graph: inout Graph) {
        var first: [Tensor: Graph.ValueID] = [:]
        var replacement: [Graph.ValueID: Graph.ValueID] = [:]
        for index in graph.values.indices {
            let id = Graph.ValueID(index: index)
            guard let tensor = graph.constant(id), tensor.elementCount <= 64 else { continue }
            if let known = first[tensor], graph.constant(known)!.isIdentical(to: tensor) {
                replacement[id] = known
            } else {
                first[tensor] = id
            }
        }
        graph.mapOperands { replacement[$0] ?? $0 }
    }
}
