import BNNMIR

/// Moves a Reshape that keeps the batch behind the elementwise operators that read it, reshaping their constants: the
/// chain between two layers then has one shape from end to end, and the Reshape meets the next layer.
public struct SinkReshapes: Pass {
    public let takes = Stage.binary
    public init() {}

    public func run(_ graph: inout Graph, _ context: inout CompilationContext) throws {
        for id in graph.schedule() { try sink(id, &graph) }
    }

    private func sink(_ id: Graph.NodeID, _ graph: inout Graph) throws {
        let node = graph[id]
        guard Elementwise.isElementwise(node.op) || node.op is Binarize || node.op is BinaryToFloat,
            node.outputs.count == 1
        else { return }
        let shape = graph[node.outputs[0]].type.shape
        // Every computed operand must be the same kind of Reshape, of the result's own shape.
        let computed = node.inputs.compactMap { $0 }.filter { graph.constant($0) == nil }
        let sources = computed.map { value -> Graph.ValueID? in
            guard let (_, reshape) = graph.producer(of: value, as: Reshape.self), graph[value].type.shape == shape
            else { return nil }
            return reshape.inputs[0]
        }
        guard let first = sources.first ?? nil, sources.allSatisfy({ $0 != nil }) else { return }
        let inner = graph[first].type.shape
        guard inner.first == shape.first, sources.allSatisfy({ graph[$0!].type.shape == inner }) else { return }

        var inputs: [Graph.ValueID?] = []
        var nextSource = sources.makeIterator()
        for (position, input) in node.inputs.enumerated() {
            guard let input else {
                inputs.append(nil)
                continue
            }
            guard let constant = graph.constant(input) else {
                inputs.append(nextSource.next()!)
                continue
            }
            guard
                let reshaped = constant.reshapedAlong(
                    from: shape, to: inner, isScaleShift: node.op is ScaleShift && position > 0)
            else { return }
            inputs.append(graph.addConstant(graph[input].name, reshaped))
        }
        let name = graph[node.outputs[0]].name
        guard let y = try? graph.append(node.op, inputs, name: node.name, outputNames: [name])[0],
            graph[y].type.shape == inner
        else { return }
        try graph.replace(node.outputs[0], withReshapeOf: y)
    }
}

extension Tensor {
    /// This constant operand of an elementwise operator over `shape`, for the same operator over `inner` (the same
    /// elements in the same order); nil where it cannot be.
    fileprivate func reshapedAlong(from shape: [Int], to inner: [Int], isScaleShift: Bool) -> Tensor? {
        if elementCount == 1 {
            return isScaleShift
                ? reshaped([Int](repeating: 1, count: inner.count - 1))
                : reshaped([Int](repeating: 1, count: inner.count))
        }
        let sample = [1] + shape.dropFirst(), innerSample = [1] + inner.dropFirst()
        // A ScaleShift's constants have no batch axis; another operator's align at the right, and may have one of 1.
        let full = isScaleShift ? reshaped([1] + self.shape) : self
        guard full.shape.broadcast(with: sample) == sample else { return nil }
        let narrow = full.broadcast(to: sample).reshaped(innerSample).narrowed()
        return isScaleShift ? narrow.reshaped([Int](narrow.shape.dropFirst())) : narrow
    }
}
