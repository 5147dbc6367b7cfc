// Orders in which the nodes of a graph can be executed.

extension Graph {
    /// The nodes that graph outputs depend on, each after all it depends on; otherwise in order of creation.
    /// Iterative, so that a deep graph cannot exhaust the stack. A cycle is the verifier's to report.
    public func schedule() -> [NodeID] { schedule(of: outputs.map(\.value)) }

    /// The nodes that some values depend on, ordered as in `schedule()`.
    public func schedule(of values: [ValueID]) -> [NodeID] {
        var visited = [Bool](repeating: false, count: nodes.count)
        return schedule(of: values) { id in
            defer { visited[id.index] = true }
            return !visited[id.index]
        }
    }

    /// The nodes that some values depend on and that were not visited, ordered as in `schedule()`.
    /// - Parameter visit: called with each node that is come upon, any number of times; whether it is new, and so it and
    ///   what it depends on are to be in the result.
    public func schedule(of values: [ValueID], where visit: (NodeID) -> Bool) -> [NodeID] {
        var order: [NodeID] = []
        for value in values {
            guard let root = producer(of: value), visit(root) else { continue }
            var stack: [(node: NodeID, next: Int)] = [(root, 0)]
            while let (id, next) = stack.last {
                guard let operand = operand(next, of: id) else {
                    order.append(id)
                    stack.removeLast()
                    continue
                }
                stack[stack.count - 1].next += 1
                if let input = operand, let child = producer(of: input), visit(child) { stack.append((child, 0)) }
            }
        }
        return order
    }

    /// A node's operand of this number, which may be absent; nil behind the last.
    private func operand(_ position: Int, of id: NodeID) -> ValueID?? {
        position < nodes[id.index]!.inputs.count ? .some(nodes[id.index]!.inputs[position]) : nil
    }
}
