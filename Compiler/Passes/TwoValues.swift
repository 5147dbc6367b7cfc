import BNNMIR

/// A float32 value of which every element is one of two numbers by a decision: what elementwise chains with constants
/// compute from BinaryToFloat, on the way moved by Reshape and Transpose and pooled by MaxPool. Found by evaluating the
/// chains at −1 and at +1.
///
///     bits → BinaryToFloat → chain → Reshape, Transpose, Slice, MaxPool … → chain → … → value
///
/// *Source*: activations α·(sign(x) + β), AdaBin, arXiv 2208.08084; 0/1 attention maps, BiT, arXiv 2205.13016.
struct TwoValues {
    /// The decisions before anything moves them.
    private let bits: Graph.ValueID
    /// Nodes that move, pick or pool elements, up to the value, in execution order.
    private var movement: [Graph.NodeID] = []
    /// What stands for −1 and for +1 at the value: one number each, or one for each channel (axis 1).
    private(set) var minus: [Double] = [-1]
    private(set) var plus: [Double] = [1]
    /// For each pool in `movement`, whether a channel's decision falls as its number rises.
    private var falls: [Graph.NodeID: [Bool]] = [:]

    /// nil where `value` is not two-valued, or takes other values at other places of a channel.
    init?(_ value: Graph.ValueID, in graph: Graph) throws {
        guard graph[value].type.elementType == .float32 else { return nil }
        enum Step {
            case chain(Chain)
            case movement(Graph.NodeID)
        }
        // Upwards, then evaluated downwards.
        var steps: [Step] = []
        var source = value
        while graph.producer(of: source, as: BinaryToFloat.self) == nil {
            if let id = graph.producer(of: source), let inner = graph[id].inputs.first ?? nil,
                graph[id].isMovement(rank: graph[source].type.rank)
            {
                steps.append(.movement(id))
                source = inner
                continue
            }
            let chain = Chain.ending(in: source, of: graph)
            guard !chain.nodes.isEmpty else { return nil }
            steps.append(.chain(chain))
            source = chain.source
        }
        guard let bits = graph.producer(of: source, as: BinaryToFloat.self)?.node.inputs[0],
            graph[bits].type.rank >= 1
        else { return nil }
        self.bits = bits
        for step in steps.reversed() {
            switch step {
            case .movement(let id):
                // Channels keep their meaning under a pool only.
                guard minus.count == 1 || graph[id].op is MaxPool else { return nil }
                movement.append(id)
                falls[id] = zip(minus, plus).map { $0 > $1 }
            case .chain(let chain):
                guard try pass(through: chain, graph) else { return nil }
            }
        }
        guard zip(minus, plus).allSatisfy({ $0 != $1 }) else { return nil }
    }

    /// Makes the two numbers those behind the chain; false where they then differ within a channel.
    private mutating func pass(through chain: Chain, _ graph: Graph) throws -> Bool {
        var shape = chain.sampleShape(graph)
        if minus.count > 1 {
            guard !shape.isEmpty else { return false }
            shape[0] = minus.count
        }
        let count = shape.reduce(1, *), channels = shape.first ?? 1
        guard count > 0 else { return false }
        let plane = count / channels
        func spread(_ numbers: [Double]) -> [Float] {
            (0..<count).map { Float(numbers.count == 1 ? numbers[0] : numbers[$0 / plane]) }
        }
        let candidates = Tensor([2] + shape, spread(minus) + spread(plus))
        let result = try chain.evaluate(candidates, in: graph)
        guard result.elementType == .float32, result.elementCount == 2 * count, result.floats.allSatisfy(\.isFinite)
        else { return false }
        let numbers = result.doubles
        guard let low = Self.ofChannels(numbers[..<count], plane), let high = Self.ofChannels(numbers[count...], plane)
        else { return false }
        let isUniform = (low + high).indices.allSatisfy { index in
            index < channels ? low[index] == low[0] : high[index - channels] == high[0]
        }
        (minus, plus) = isUniform ? ([low[0]], [high[0]]) : (low, high)
        return true
    }

    /// The number of each channel; nil where a channel has several.
    private static func ofChannels(_ values: ArraySlice<Double>, _ plane: Int) -> [Double]? {
        let values = Array(values)
        guard values.indices.allSatisfy({ values[$0] == values[$0 / plane * plane] }) else { return nil }
        return stride(from: 0, to: values.count, by: plane).map { values[$0] }
    }

    /// The two numbers of a channel.
    func pair(ofChannel channel: Int) -> (minus: Double, plus: Double) {
        minus.count == 1 ? (minus[0], plus[0]) : (minus[channel], plus[channel])
    }

    /// The decisions moved and pooled as the value's elements are.
    func movedBits(_ graph: inout Graph) throws -> Graph.ValueID {
        try movement.reduce(bits) { bits, id in
            let node = graph[id]
            guard let pool = node.op as? MaxPool, let falls = falls[id] else {
                return try graph.append(node.op, [bits] + node.inputs.dropFirst(), name: node.name)[0]
            }
            let channels = graph[bits].type.shape[1]
            let minimum = falls.count == 1 ? [Bool](repeating: falls[0], count: channels) : falls
            return try graph.binaryPool(bits, like: pool, output: node.outputs[0], minimum: minimum)
        }
    }
}

extension Graph.Node {
    /// Whether this moves, drops or repeats elements, or is a MaxPool of an image.
    fileprivate func isMovement(rank: Int) -> Bool {
        switch op {
        case is Reshape, is Transpose, is Slice, is DepthToSpace: outputs.count == 1
        case let pad as Pad: pad.mode != .constant
        case is MaxPool: rank == 4
        default: false
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
