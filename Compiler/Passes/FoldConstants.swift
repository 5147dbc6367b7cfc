import BNNMIR

/// Evaluates every node that no graph input reaches, and every result that follows from types alone (shapes): binary
/// weights arrive as live sub-graphs over latent weights, shape arithmetic as chains of small nodes.
public struct FoldConstants: Pass {
    public let takes = Stage.imported
    public let gives = Stage.canonical
    public init() {}

    public func run(_ graph: inout Graph, _ context: inout CompilationContext) throws {
        for id in graph.schedule() {
            let node = graph[id]
            let operands = node.inputs.map { $0.map { graph.operand($0) } }
            let results: [Tensor]
            if let known = node.op.evaluateFromTypes(operands) {
                results = known
            } else if node.inputs.allSatisfy({ $0 == nil || graph.constant($0!) != nil }) {
                do {
                    results = try node.op.evaluate(node.inputs.map { $0.flatMap { graph.constant($0) } })
                } catch let error as OperatorError {
                    throw NodeError(node: node.name, op: type(of: node.op).name, reason: error.description)
                }
            } else {
                continue
            }
            for (output, result) in zip(node.outputs, results) { graph.setConstant(output, result) }
        }
    }
}
