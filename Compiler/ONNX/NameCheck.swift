/// Checks that the names in a model's graph make it a program: every value has one origin, and every node reads only
/// what inputs, initializers and earlier nodes give. Runs before any node is looked at more closely.
struct NameCheck {
    let graph: ONNXGraphProto
    let file: String
    /// The node's name for messages, by index.
    let nodeNames: [String]

    /// - Throws: `ImportError` listing every violation of one kind: names first, then order.
    func run() throws {
        let producers = try uniqueProducers()
        try checkReads(producers)
        try checkOrder(producers)
    }

    /// The node that computes each value; -1 for inputs and initializers.
    private func uniqueProducers() throws -> [String: Int] {
        var producers: [String: Int] = [:]
        var entries: [ImportError.Entry] = []
        for input in graph.input where producers.updateValue(-1, forKey: input.name) != nil || input.name.isEmpty {
            entries.append(ImportError.Entry(.input, input.name, "the name is empty or belongs to two inputs"))
        }
        var initializers = Set<String>()
        for tensor in graph.initializer + graph.sparseInitializer.map(\.values) {
            producers[tensor.name] = -1
            if !initializers.insert(tensor.name).inserted || tensor.name.isEmpty {
                entries.append(
                    ImportError.Entry(.initializer, tensor.name, "the name is empty or belongs to two initializers"))
            }
        }
        for (index, node) in graph.node.enumerated() {
            for output in node.output where !output.isEmpty {
                guard let earlier = producers.updateValue(index, forKey: output) else { continue }
                let origin = earlier < 0 ? "an input or initializer" : "a result of node '\(nodeNames[earlier])'"
                entries.append(entry(index, "its result '\(output)' has the name of \(origin)"))
            }
        }
        var outputs = Set<String>()
        for output in graph.output where !outputs.insert(output.name).inserted {
            entries.append(ImportError.Entry(.output, output.name, "the name belongs to two outputs"))
        }
        guard entries.isEmpty else {
            throw ImportError("\(file): every value must have one name and one origin", entries: entries)
        }
        return producers
    }

    private func checkReads(_ producers: [String: Int]) throws {
        var entries: [ImportError.Entry] = []
        for (index, node) in graph.node.enumerated() {
            for input in node.input where !input.isEmpty && producers[input] == nil {
                entries.append(entry(index, "reads '\(input)', which nothing in the model computes"))
            }
        }
        for output in graph.output where producers[output.name] == nil {
            entries.append(ImportError.Entry(.output, output.name, "nothing in the model computes it"))
        }
        guard entries.isEmpty else { throw ImportError("\(file): values are missing", entries: entries) }
    }

    private func checkOrder(_ producers: [String: Int]) throws {
        var entries: [ImportError.Entry] = []
        for (index, node) in graph.node.enumerated() {
            for input in node.input {
                guard let producer = producers[input], producer >= index else { continue }
                entries.append(entry(index, "reads '\(input)' of node '\(nodeNames[producer])', which comes later"))
            }
        }
        guard !entries.isEmpty else { return }
        if let cycle = cycle(producers) {
            throw ImportError(
                "\(file): the graph has a cycle",
                entries: cycle.map { entry($0.node, "reads '\($0.input)', which depends on this node's result") })
        }
        throw ImportError("\(file): nodes must come after those whose results they read", entries: entries)
    }

    /// The nodes of one cycle, each with the input through which it depends on the next; nil where there is none.
    private func cycle(_ producers: [String: Int]) -> [(node: Int, input: String)]? {
        var readers = [[Int]](repeating: [], count: graph.node.count)
        var missing = [Int](repeating: 0, count: graph.node.count)
        for (index, node) in graph.node.enumerated() {
            for input in node.input {
                guard let producer = producers[input], producer >= 0 else { continue }
                readers[producer].append(index)
                missing[index] += 1
            }
        }
        var ready = missing.indices.filter { missing[$0] == 0 }
        while let node = ready.popLast() {
            for reader in readers[node] {
                missing[reader] -= 1
                if missing[reader] == 0 { ready.append(reader) }
            }
        }
        // What is left waits for something that is left: walking back from any of it must come around.
        guard var node = missing.firstIndex(where: { $0 > 0 }) else { return nil }
        var path: [(node: Int, input: String)] = []
        var position: [Int: Int] = [:]
        while position[node] == nil {
            position[node] = path.count
            let waiting = graph.node[node].input.first { producers[$0].map { $0 >= 0 && missing[$0] > 0 } ?? false }
            guard let input = waiting, let producer = producers[input] else { return nil }
            path.append((node, input))
            node = producer
        }
        return Array(path[(position[node] ?? 0)...])
    }

    private func entry(_ node: Int, _ reason: String) -> ImportError.Entry {
        ImportError.Entry(.node(operator: graph.node[node].opType), nodeNames[node], reason)
    }
}
