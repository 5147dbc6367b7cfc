import BNNMIR

/// Removes nodes that give back their operand: Identity, Dropout (whose mask is true), Cast, Reshape and Slice to the same type,
/// Concat of one operand. Operands without elements leave a Concat: a map rolled by whole turns, say.
public struct EliminateNoOps: Pass {
    public let takes = Stage.canonical
    public init() {}

    public func run(_ graph: inout Graph, _ context: inout CompilationContext) throws {
        for id in graph.schedule() {
            if graph[id].op is Concat { dropEmptyOperands(of: id, &graph) }
            let node = graph[id]
            guard let input = node.inputs.first ?? nil, node.outputs.count >= 1 else { continue }
            let output = node.outputs[0]
            let isNoOp =
                switch node.op {
                case is Identity, is Dropout: true
                case is Cast, is CastLike, is Reshape, is Flatten, is Squeeze, is Unsqueeze, is Expand:
                    graph[input].type == graph[output].type
                case is Concat: node.inputs.count == 1
                case let op as Slice: op.takesAll(node.inputs.map { $0.map { graph.operand($0) } })
                case let op as Transpose: op.isIdentity(rank: graph[input].type.rank)
                default: false
                }
            guard isNoOp else { continue }
            graph.replaceUses(of: output, with: input)
            if node.op is Dropout {
                let mask = graph[node.outputs[1]]
                graph.replaceUses(of: node.outputs[1], with: graph.addConstant(mask.name, .filled(1, mask.type)))
            }
        }
    }

    private func dropEmptyOperands(of id: Graph.NodeID, _ graph: inout Graph) {
        let filled = graph[id].inputs.filter { $0.map { !graph[$0].type.shape.contains(0) } ?? true }
        if !filled.isEmpty { graph[id].inputs = filled }
    }
}
