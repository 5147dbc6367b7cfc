/// Names for the nodes of a model, no two alike: reports and messages say which node they mean.
enum NodeNames {
    /// Each node's own name; one that several nodes share, with the name of the node's first result, which no other value
    /// has; where a node has no name, its operator and place in the file.
    static func unique(_ nodes: [ONNXNodeProto]) -> [String] {
        var counts: [String: Int] = [:]
        for node in nodes { counts[node.name, default: 0] += 1 }
        var taken = Set(counts.filter { $0.value == 1 }.keys)
        return nodes.enumerated().map { index, node in
            if !node.name.isEmpty, counts[node.name] == 1 { return node.name }
            var name = node.name.isEmpty ? "\(node.opType)_\(index)" : "\(node.name) of \(node.output.first ?? "")"
            while !taken.insert(name).inserted { name += "_\(index)" }
            return name
        }
    }
}
