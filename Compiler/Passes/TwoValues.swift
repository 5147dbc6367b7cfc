import BNNMIR

/// A float32 value of which every element is one of two numbers by a decision: what an elementwise chain with constants
/// computes from BinaryToFloat, moved by Reshape and Transpose. Found by evaluating the chain at −1 and at +1.
///
///     bits → BinaryToFloat → elementwise chain → Reshape, Transpose … → value
///
/// *Source*: activations α·(sign(x) + β), AdaBin, arXiv 2208.08084; 0/1 attention maps, BiT, arXiv 2205.13016.
struct TwoValues {
    /// The decisions before anything moves them.
    let bits: Graph.ValueID
    /// Reshape and Transpose nodes between the chain and the value, in execution order.
    let movement: [Graph.NodeID]
    /// What stands for −1 and for +1: one number each, or one for each channel (axis 1).
    let minus: [Double]
    let plus: [Double]

    /// nil where `value` is not two-valued, or takes other values at other places of a channel.
    init?(_ value: Graph.ValueID, in graph: Graph) throws {
        guard graph[value].type.elementType == .float32 else { return nil }
        var result = value
        var movement: [Graph.NodeID] = []
        while let id = graph.producer(of: result), graph[id].op is Reshape || graph[id].op is Transpose,
            let inner = graph[id].inputs.first ?? nil
        {
            movement.insert(id, at: 0)
            result = inner
        }
        let chain = Chain.ending(in: result, of: graph)
        guard let (_, unpacked) = graph.producer(of: chain.source, as: BinaryToFloat.self),
            let bits = unpacked.inputs[0], graph[bits].type.rank >= 1
        else { return nil }
        self.bits = bits
        self.movement = movement
        if chain.nodes.isEmpty {
            (minus, plus) = ([-1], [1])
            return
        }
        let shape = chain.sampleShape(graph)
        let count = shape.reduce(1, *)
        let decisions = [Float](repeating: -1, count: count) + [Float](repeating: 1, count: count)
        let numbers = try chain.evaluate(Tensor([2] + shape, decisions), in: graph)
        guard numbers.elementCount == 2 * count, count > 0 else { return nil }
        let channels = shape.first ?? 1
        func ofChannels(_ values: ArraySlice<Float>) -> [Double]? {
            let values = values.map { Double($0) }
            let plane = count / channels
            let first = stride(from: 0, to: count, by: plane).map { values[$0] }
            guard values.indices.allSatisfy({ values[$0] == first[$0 / plane] }) else { return nil }
            return first.allSatisfy { $0 == first[0] } ? [first[0]] : first
        }
        guard let low = ofChannels(numbers.floats[..<count]), let high = ofChannels(numbers.floats[count...]),
            (low + high).allSatisfy(\.isFinite)
        else { return nil }
        let width = max(low.count, high.count)
        minus = low.count == width ? low : [Double](repeating: low[0], count: width)
        plus = high.count == width ? high : [Double](repeating: high[0], count: width)
        // Channels keep their meaning only where nothing moves them.
        guard zip(minus, plus).allSatisfy({ $0 != $1 }), width == 1 || movement.isEmpty else { return nil }
    }

    /// The two numbers of a channel.
    func pair(ofChannel channel: Int) -> (minus: Double, plus: Double) {
        minus.count == 1 ? (minus[0], plus[0]) : (minus[channel], plus[channel])
    }

    /// The decisions moved as the value's elements are.
    func movedBits(_ graph: inout Graph) throws -> Graph.ValueID {
        try movement.reduce(bits) { bits, id in
            let node = graph[id]
            return try graph.append(node.op, [bits] + node.inputs.dropFirst(), name: node.name)[0]
        }
    }
}

extension Chain {
    /// The shape of a sample that stands for all samples and places: an axis along which no constant differs is 1.
    fileprivate func sampleShape(_ graph: Graph) -> [Int] {
        let rank = graph[source].type.rank
        var shape = [Int](repeating: 1, count: rank)
        for case let input? in nodes.flatMap({ graph[$0].inputs }) {
            guard let constant = graph.constant(input)?.shape else { continue }
            for (offset, extent) in constant.reversed().enumerated() where extent != 1 && offset < rank {
                shape[rank - 1 - offset] = extent
            }
        }
        return [Int](shape.dropFirst())
    }
}
