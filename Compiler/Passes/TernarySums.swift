import BNNMIR

/// Follows what is computed from sums of ternary decisions: a convolution of codes in {−1, 0, +1} with ±α weights takes
/// few values, evenly spaced, so the number behind it can be exactly zero as often as an accumulator can. Which of them
/// do is not enumerated; every sign behind such a sum counts as one that can see a zero. Nodes come in execution order.
struct TernarySums {
    private var codes = Set<Graph.ValueID>()
    /// The sum that a value is computed from, by name.
    private var sums: [Graph.ValueID: String] = [:]

    /// Why a followed number is a function of such sums alone; nil where it is not.
    func reason(_ x: Graph.ValueID) -> String? {
        sums[x].map { "it is computed from the sum of ternary decisions '\($0)', which can cancel" }
    }

    mutating func follow(_ node: Graph.Node, _ graph: Graph) {
        let computed = node.inputs.compactMap { $0 }.filter { graph.constant($0) == nil }
        guard let output = node.outputs.first, let first = computed.first else { return }
        switch node.op {
        case is Sign: codes.insert(output)
        case is MaxPool, is Concat:
            if computed.contains(where: codes.contains) { codes.insert(output) }
            sums[output] = computed.compactMap { sums[$0] }.first
        case _ where node.movesElements:
            if codes.contains(first) { codes.formUnion(node.outputs) }
            for output in node.outputs { sums[output] = sums[first] }
        case is AveragePool, is GlobalAveragePool:
            sums[output] = sums[first] ?? (codes.contains(first) ? graph[output].name : nil)
        case is Conv, is MatMul, is Gemm:
            if computed.contains(where: codes.contains) { sums[output] = graph[output].name }
        case is Mul where computed.contains { sums[$0] != nil }:
            // Zero where either factor is, whatever the other one.
            sums[output] = computed.compactMap { sums[$0] }.first
        case let op where Elementwise.isElementwise(op):
            // A code computed from codes: scaled, say.
            if computed.allSatisfy(codes.contains) { codes.insert(output) }
            if computed.allSatisfy({ sums[$0] != nil || codes.contains($0) }) {
                sums[output] = computed.compactMap { sums[$0] }.first ?? graph[output].name
            }
        default: break
        }
    }
}
