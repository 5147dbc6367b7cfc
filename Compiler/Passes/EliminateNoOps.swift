import BNNMIR

/// Removes nodes that give back their operand: Identity, Dropout at inference, Cast and Reshape to the same type.
public struct EliminateNoOps: Pass {
    public let takes = Stage.canonical
    public init() {}

    public func run(_ graph: inout Graph, _ context: inout CompilationContext) throws {
        for id in graph.schedule() {
            let node = graph[id]
            guard let input = node.inputs.first ?? nil, node.outputs.count >= 1 else { continue }
            let output = node.outputs[0]
            let isNoOp =
                switch node.op {
                case is Identity, is Dropout: true
                case is Cast, is CastLike, is Reshape, is Flatten, is Squeeze, is Unsqueeze, is Expand:
                    graph[input].type == graph[output].type
                case let op as Transpose: op.isIdentity(rank: graph[input].type.rank)
                default: false
                }
            if isNoOp { graph.replaceUses(of: output, with: input) }
        }
    }
}
