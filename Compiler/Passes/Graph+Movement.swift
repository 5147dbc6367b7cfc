import BNNMIR

// Movements in a graph: read from chains of Transposes and Reshapes, and written as such.

extension Graph {
    /// A value as the movement of another one that no Transpose or Reshape gives.
    struct Moved {
        let source: ValueID
        let movement: Movement
        let transposeCount: Int
        let nodeCount: Int

        /// Nodes of a chain at most. Chains are fused from the front, so that longer ones are met in parts.
        static let nodeLimit = 16
    }

    /// The longest chain of Transposes and Reshapes that ends in `value` and is one movement; nil where there is none.
    func moved(_ value: ValueID) -> Moved? {
        // From the end to the beginning: what each node does, and the value it does it to.
        var chain: [(node: Node, input: ValueID)] = []
        var source = value
        while chain.count < Moved.nodeLimit, let id = producer(of: source),
            self[id].op is Transpose || self[id].op is Reshape,
            let input = self[id].inputs[0], constant(input) == nil
        {
            chain.append((self[id], input))
            source = input
        }
        while let first = chain.last {
            if let movement = Movement(
                through: chain.map(\.node).reversed(), of: self[first.input].type.shape, in: self)
            {
                return Moved(
                    source: first.input, movement: movement,
                    transposeCount: chain.filter { $0.node.op is Transpose }.count, nodeCount: chain.count)
            }
            chain.removeLast()
        }
        return nil
    }

    /// Moves `value`, which has the shape of the movement's source: a Reshape, a Transpose and a Reshape at most.
    mutating func move(_ value: ValueID, by movement: Movement, name: String) throws -> ValueID {
        guard let steps = movement.steps else { return try reshape(value, to: movement.target, name: name) }
        let blocks = try reshape(value, to: steps.shape, name: name)
        let moved = try append(Transpose(permutation: steps.permutation), [blocks], name: name)[0]
        return try reshape(moved, to: movement.target, name: name)
    }

    /// Replaces each chain of Transposes and Reshapes by the shortest one that does the same, and merges equal ones.
    /// - Parameter isDense: whether a value stands element by element in memory, in row-major order.
    mutating func fuseMovements(where isDense: (Value) -> Bool = { _ in true }) throws {
        for id in schedule() where self[id].op is Transpose || self[id].op is Reshape {
            let value = self[id].outputs[0]
            guard isDense(self[value]), let chain = moved(value), chain.nodeCount > 1 || chain.movement.keepsMemoryOrder
            else { continue }
            let movement = chain.movement
            let steps = movement.steps
            let transposes = steps == nil ? 0 : 1
            let reshapes =
                steps.map { steps in
                    let turned = steps.permutation.map { steps.shape[$0] }
                    return (movement.source == steps.shape ? 0 : 1) + (movement.target == turned ? 0 : 1)
                } ?? (movement.source == movement.target ? 0 : 1)
            let old = chain.nodeCount - chain.transposeCount
            guard transposes < chain.transposeCount || transposes == chain.transposeCount && reshapes < old else {
                continue
            }
            replaceUses(of: value, with: try move(chain.source, by: movement, name: self[value].name))
        }
        mergeEqualMovements()
    }

    /// Makes Transposes and Reshapes that do the same to the same value one.
    mutating func mergeEqualMovements() {
        struct Key: Hashable {
            let input: ValueID?
            let permutation: [Int]?
            let shape: [Int]
        }
        var seen: [Key: ValueID] = [:]
        for id in schedule() where self[id].op is Transpose || self[id].op is Reshape {
            let value = self[id].outputs[0]
            let permutation = (self[id].op as? Transpose).map { $0.permutation ?? [] }
            let key = Key(input: self[id].inputs[0], permutation: permutation, shape: self[value].type.shape)
            if let first = seen[key] { replaceUses(of: value, with: first) } else { seen[key] = value }
        }
    }
}

extension Movement {
    /// What `nodes`, Transposes and Reshapes, do one after the other to a value of this shape.
    fileprivate init?(through nodes: [Graph.Node], of shape: [Int], in graph: Graph) {
        guard var movement = Movement(of: shape) else { return nil }
        for node in nodes {
            if let op = node.op as? Transpose {
                let permutation = op.permutation ?? Array(movement.target.indices.reversed())
                guard let next = movement.transposed(permutation) else { return nil }
                movement = next
            } else {
                movement = movement.reshaped(to: graph[node.outputs[0]].type.shape)
            }
        }
        self = movement
    }

    /// The shape under which one Transpose does it, and that Transpose; nil where memory order stays. Samples keep an
    /// axis of their own where they stay first.
    fileprivate var steps: (shape: [Int], permutation: [Int])? {
        guard !keepsMemoryOrder else { return nil }
        var blocks = self.blocks
        var samples: [Int] = []
        if let count = source.first, target.first == count {
            if count == 1 {
                samples = [1]
            } else if blocks[0].extent * blocks[0].stride == source.reduce(1, *), blocks[0].extent % count == 0 {
                samples = [count]
                blocks[0].extent /= count
            }
        }
        blocks.removeAll { $0.extent == 1 }
        let order = blocks.indices.sorted { blocks[$0].stride > blocks[$1].stride }
        let permutation = blocks.indices.map { order.firstIndex(of: $0)! + samples.count }
        return (samples + order.map { blocks[$0].extent }, Array(samples.indices) + permutation)
    }
}
