import BNNMIR

/// Negates the weights of output channels whose decision falls as the accumulator rises, so that one comparison in one
/// direction serves: acc < t becomes −acc ≥ 1 − t.
///
/// *Source*: larq compute-engine does the same for γ < 0.
public struct OrientChannels: Pass {
    public let takes = Stage.fused
    public init() {}

    public func run(_ graph: inout Graph, _ context: inout CompilationContext) throws {
        for id in graph.schedule() {
            let node = graph[id]
            guard node.op is Decide, let acc = node.inputs[0], let operand = node.inputs[1],
                graph.producer(of: acc, as: BinaryConv.self) != nil, graph.readerCount(of: acc) == 1,
                !graph.isOutput(acc), let points = graph.constant(operand), points.shape[0] == 2,
                points.elementCount == 2 * points.shape[1]
            else { continue }
            let channels = points.shape[1]
            let values = points.integers!
            let always = Int64(Int32.min), never = Int64(Int32.max)
            let first = values[..<channels], second = values[channels...]
            // Two rows only because some channel starts at +1: exactly those have a finite second point.
            guard zip(first, second).allSatisfy({ $0 == always || $1 == never }) else { continue }
            let falls = zip(first, second).map { $0 == always && $1 != never }
            guard falls.contains(true) else { continue }
            let oriented = zip(zip(first, second), falls).map { pair, falls in falls ? 1 - pair.1 : pair.0 }
            let newAcc = try graph.negatingChannels(falls, of: acc)
            let newPoints = graph.addConstant(
                graph[operand].name, Tensor([1] + points.shape.dropFirst(), oriented, .int32))
            graph[id].inputs = [newAcc, newPoints]
        }
    }
}
