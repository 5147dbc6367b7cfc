import BNNMIR

/// Makes every convolution of two-valued inputs and two-valued weights a BinaryConv, and every product of two decisions
/// a BinaryMatMul, in execution order, and carries decisions through what only moves or pools them. Weights are snapped
/// here: from now on the graph's ±α are exact, and this graph is the reference of `bnnm verify`.
///
/// A PyTorch Sign that can see an exact zero by structure (`StructuralZeros`) gets a mask beside its decisions where only
/// binary convolutions read it; elsewhere it becomes a plain Sign again, so that what follows stays in float, unless the
/// user said what zero means.
public struct FormBinaryLayers: Pass {
    public let takes = Stage.binary
    public init() {}

    public func run(_ graph: inout Graph, _ context: inout CompilationContext) throws {
        let order = graph.schedule()
        context.binarizerOrder = order.filter { graph[$0].op is Binarize }.map { graph[graph[$0].outputs[0]].name }
        let awaited = AwaitedValues(graph)
        var zeros = StructuralZeros()
        for id in order {
            switch graph[id].op {
            case let binarize as Binarize where binarize.zero == .zero: try settleZero(id, &zeros, &graph, &context)
            case is Conv: try formConvolution(id, &graph, &context)
            case is MatMul: try formMatMul(id, &graph, &context)
            default: try carryThrough(id, awaited, &graph)
            }
        }
        // A probe of what stayed numbers has no decisions to show.
        let values = graph.values
        graph.keepProbes { values[$0.value.index].type.elementType == .binary }
    }
}

/// Products of one accumulator: below this, every accumulator is exact in float32 and int32.
enum AccumulatorLimit {
    static let products = 1 << 24
}

extension Graph {
    /// A BinaryPool over `bits` with the geometry of `pool`, whose result is `output`; `minimum` nil is a maximum in
    /// every channel. Ceiling mode is spelled as padding at the end, which never wins.
    mutating func binaryPool(_ bits: ValueID, like pool: MaxPool, output: ValueID, minimum: [Bool]?) throws -> ValueID {
        let input = self[bits].type.shape
        let window = pool.explicitWindow(input: input, output: self[output].type.shape)
        let flags = (minimum ?? [Bool](repeating: false, count: input[1])).map { Int64($0 ? 1 : 0) }
        let operand = addConstant(self[output].name + ".minimum", Tensor([input[1]], flags, .bool))
        return try append(BinaryPool(window: window), [bits, operand], name: self[output].name)[0]
    }
}
