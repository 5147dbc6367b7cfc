extension Graph {
    /// The textual form: one line a node, values as `%index`, types spelled out, constants by type or, where small, by
    /// value. Deterministic, so that tests can compare it.
    public var text: String {
        var lines = ["graph \(name) stage=\(stage) batch=\(batch)"]
        for input in inputs { lines.append("  \(input) = input '\(self[input].name)' : \(self[input].type)") }
        for id in schedule() {
            let node = self[id]
            let outputs = node.outputs.map { "\($0)" }.joined(separator: ", ")
            let inputs = node.inputs.map { $0.map(reference) ?? "_" }.joined(separator: ", ")
            let attributes = node.op.attributes.map { "\($0.name)=\($0.value)" }.joined(separator: " ")
            let types = node.outputs.map { "\(self[$0].type)" }.joined(separator: ", ")
            lines.append(
                "  \(outputs) = \(type(of: node.op).name)(\(inputs))\(attributes.isEmpty ? "" : " {\(attributes)}") : \(types)"
                    + (node.name.isEmpty ? "" : "  # \(node.name)"))
        }
        for output in outputs { lines.append("  output '\(output.name)' = \(reference(output.value))") }
        return lines.joined(separator: "\n") + "\n"
    }

    private func reference(_ value: ValueID) -> String {
        guard let tensor = constant(value) else { return "\(value)" }
        guard tensor.elementCount <= 4 else { return "const \(tensor.type)" }
        let elements = tensor.integers.map { $0.map(String.init) } ?? tensor.doubles.map { "\($0)" }
        return "const \(tensor.type)(\(elements.joined(separator: ",")))"
    }
}
