import BNNMIR

/// Spells Flatten, Squeeze and Unsqueeze as Reshape to the shape they give, and merges a Reshape of a Reshape.
public struct CanonicalizeReshapes: Pass {
    public let takes = Stage.binary
    public init() {}

    public func run(_ graph: inout Graph, _ context: inout CompilationContext) throws {
        for id in graph.schedule() {
            let node = graph[id]
            guard node.op is Reshape || node.op is Flatten || node.op is Squeeze || node.op is Unsqueeze,
                let input = node.inputs.first ?? nil
            else { continue }
            try graph.replace(node.outputs[0], withReshapeOf: input)
        }
    }
}

extension Graph {
    /// Makes the readers of `value` read `source` under `value`'s shape: itself where it has that shape already. A probe
    /// of `value` moves to `source`, whose elements are the same in the same order.
    mutating func replace(_ value: ValueID, withReshapeOf source: ValueID) throws {
        updateProbes(of: value) { $0.value = source }
        replaceUses(of: value, with: try reshape(source, to: self[value].type.shape, name: self[value].name))
    }

    /// `value` under another shape of as many elements; a Reshape it comes from is looked through.
    mutating func reshape(_ value: ValueID, to shape: [Int], name: String) throws -> ValueID {
        var source = value
        while let (_, node) = producer(of: source, as: Reshape.self), let inner = node.inputs[0] { source = inner }
        if self[source].type.shape == shape { return source }
        if let tensor = constant(source) { return addConstant(self[source].name, tensor.reshaped(shape)) }
        let operand = addConstant(name + ".shape", Tensor([shape.count], shape.map { Int64($0) }))
        return try append(Reshape(allowZero: true), [source, operand], name: name)[0]
    }
}
