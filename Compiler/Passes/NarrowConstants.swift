import BNNMIR

/// Makes axes along which a constant operand repeats itself 1, where broadcasting puts them back: with static shapes an
/// exporter expands a per-channel bias to a whole [N,C,H,W] tensor, which is still per channel.
public struct NarrowConstants: Pass {
    public let takes = Stage.canonical
    public init() {}

    public func run(_ graph: inout Graph, _ context: inout CompilationContext) throws {
        for id in graph.schedule() where Elementwise.isElementwise(graph[id].op) {
            let node = graph[id]
            for (position, input) in node.inputs.enumerated() {
                guard let input, let tensor = graph.constant(input) else { continue }
                let narrow = tensor.narrowed()
                guard narrow.shape != tensor.shape else { continue }
                var operands = node.inputs.map { $0.map { graph.operand($0) } }
                operands[position] = Operand(narrow)
                guard let types = try? node.op.inferTypes(operands), types == node.outputs.map({ graph[$0].type })
                else { continue }
                graph[id].inputs[position] = graph.addConstant(graph[input].name, narrow)
            }
        }
    }
}

extension Tensor {
    /// The same values with every axis along which they repeat reduced to 1; the rank stays.
    func narrowed() -> Tensor {
        var result = self
        for axis in shape.indices where result.shape[axis] > 1 {
            var first = result.shape
            first[axis] = 1
            let slice = result.gathered(shape: first, strides: result.shape.rowMajorStrides)
            if slice.broadcast(to: result.shape).isIdentical(to: result) { result = slice }
        }
        return result
    }
}

extension Tensor {
    /// Equality by bit pattern: −0 differs from 0, and a NaN equals itself.
    func isIdentical(to other: Tensor) -> Bool {
        guard type == other.type else { return false }
        switch (storage, other.storage) {
        case (.float(let a), .float(let b)): return zip(a, b).allSatisfy { $0.bitPattern == $1.bitPattern }
        case (.double(let a), .double(let b)): return zip(a, b).allSatisfy { $0.bitPattern == $1.bitPattern }
        case (.integer(let a), .integer(let b)): return a == b
        default: return false
        }
    }
}
