/// Checks what every graph must be at its stage. A failure is a bug of the compiler, never of the model.
///
/// 1. Every operand and output names an existing value; every node result names its node.
/// 2. No cycle: in schedule order, each operand is an input, a constant, or the result of an earlier node.
/// 3. The recorded type of each result is what the operator infers from its operands.
/// 4. The operator is legal at the graph's stage.
/// 5. Graph outputs have distinct names.
public struct Verifier {
    /// What is wrong, one line each; empty when the graph is well-formed.
    public static func problems(_ graph: Graph) -> [String] {
        var problems: [String] = []
        func exists(_ id: Graph.ValueID) -> Bool { graph.values.indices.contains(id.index) }

        for (index, node) in graph.nodes.enumerated() {
            guard let node else { continue }
            for case let input? in node.inputs where !exists(input) {
                problems.append("node '\(node.name)' reads \(input), which does not exist")
            }
            for (result, output) in node.outputs.enumerated() {
                guard exists(output) else {
                    problems.append("node '\(node.name)' writes \(output), which does not exist")
                    continue
                }
                if case .constant = graph[output].origin { continue }
                guard case .node(let id, result: result) = graph[output].origin, id.index == index else {
                    problems.append("result \(output) of node '\(node.name)' does not name it as its origin")
                    continue
                }
            }
        }
        for output in graph.outputs where !exists(output.value) {
            problems.append("output '\(output.name)' is \(output.value), which does not exist")
        }
        if Set(graph.outputs.map(\.name)).count != graph.outputs.count { problems.append("two outputs share a name") }
        guard problems.isEmpty else { return problems }

        var defined = Set<Graph.NodeID>()
        for id in graph.schedule() {
            let node = graph[id]
            for case let input? in node.inputs {
                if let producer = graph.producer(of: input), !defined.contains(producer) {
                    problems.append("node '\(node.name)' reads \(input) before it is computed: there is a cycle")
                }
            }
            defined.insert(id)
            if !graph.stage.allows(node.op) {
                problems.append("node '\(node.name)': \(type(of: node.op).name) is not legal at stage \(graph.stage)")
            }
            do {
                let types = try node.op.inferTypes(node.inputs.map { $0.map { graph.operand($0) } })
                let recorded = node.outputs.map { graph[$0].type }
                if types != recorded {
                    problems.append("node '\(node.name)' gives \(types), recorded as \(recorded)")
                }
            } catch {
                problems.append("node '\(node.name)': \(error)")
            }
        }
        return problems
    }
}
