import BNNMIR

/// Rebuilds the graph of runtime operators: images channel-last, every BinaryConv joined with the comparison or scaling
/// behind it, per-channel arithmetic with constants as ScaleShift. Operators that the runtime lacks are reported all at
/// once.
public struct LayOut: Pass {
    public let takes = Stage.fused
    public let gives = Stage.laidOut
    public init() {}

    public func run(_ graph: inout Graph, _ context: inout CompilationContext) throws {
        var builder = LayoutBuilder(graph)
        var errors: [NodeError] = []
        for id in graph.schedule() {
            let node = graph[id]
            do {
                try builder.lower(node)
            } catch let error as OperatorError {
                errors.append(NodeError(node: node.name, op: type(of: node.op).name, reason: error.description))
                builder.assumeResults(of: node)
            }
        }
        guard errors.isEmpty else { throw UnsupportedNodes(errors: errors) }
        graph = try builder.finish()
    }
}

/// Nodes that depend on the model's input and that the runtime has no operator for.
public struct UnsupportedNodes: Error, CustomStringConvertible {
    public let errors: [NodeError]

    /// Nodes that `description` spells out; of the others it gives the number.
    static let printedLimit = 200

    public var description: String {
        "\(errors.count) node\(errors.count == 1 ? "" : "s") cannot run on the device:\n"
            + errors.prefix(Self.printedLimit).map { "  \($0)" }.joined(separator: "\n")
            + (errors.count > Self.printedLimit ? "\n  and \(errors.count - Self.printedLimit) more" : "")
    }
}
