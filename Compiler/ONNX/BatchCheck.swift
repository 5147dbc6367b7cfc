import BNNMIR

/// Checks that a graph whose number of samples N is open means the same when it is executed once for each sample. Takes
/// the graph built for one sample and for two, gives the nodes that mix samples or compute with N.
///
/// Each value is one of four: the same for every N; *batched*, sample n's part being slice n of axis 0; a *count*,
/// made of N itself (`Shape` and what follows from it); or unclear, behind a node already reported. A node with a
/// batched operand must keep samples apart (`Operator.keepsSamplesApart`, asked for two samples), and its result must
/// be twice as long along axis 0 for two samples. Counts may only say how large a result is.
struct BatchCheck {
    private enum Kind { case same, batched, count, unclear }

    let single: Graph
    /// Node by node and value by value the same as `single`, but for the shapes.
    let double: Graph

    /// Operators that take sizes as operands after the first; those in `replicators` fill what they enlarge with
    /// copies.
    private static let sizeTakers: Set<String> = ["Reshape", "Expand", "Tile", "Slice", "Resize", "ConstantOfShape"]
    private static let replicators: Set<String> = ["Expand", "Tile", "ConstantOfShape"]

    /// What is at fault, in the order of the file; empty where samples are independent.
    func problems() -> [ImportError.Entry] {
        var kinds = [Kind](repeating: .same, count: single.values.count)
        for input in single.inputs { kinds[input.index] = .batched }
        var entries: [ImportError.Entry] = []
        for case (let one?, let two?) in zip(single.nodes, double.nodes) {
            let operands = one.inputs.map { $0.map { kinds[$0.index] } ?? .same }
            if operands.contains(where: { $0 != .same }), let known = kindsOfKnownResults(one, two) {
                for (output, kind) in zip(one.outputs, known) { kinds[output.index] = kind }
                continue
            }
            var kind = Kind.unclear
            if !operands.contains(.unclear) {
                if let reason = fault(of: two, kinds: operands) ?? faultOfShapes(one, two, kinds: operands) {
                    entries.append(
                        ImportError.Entry(.node(operator: type(of: one.op).name), one.name, reason))
                } else {
                    kind = operands.allSatisfy { $0 == .same } ? .same : .batched
                }
            }
            for output in one.outputs { kinds[output.index] = kind }
        }
        for output in single.outputs {
            switch kinds[output.value.index] {
            case .batched, .unclear: break
            case .same: entries.append(ImportError.Entry(.output, output.name, "is the same for any number of samples"))
            case .count: entries.append(ImportError.Entry(.output, output.name, "depends on the number of samples"))
            }
        }
        return entries
    }

    /// What the results are where both graphs know them; nil where they do not.
    private func kindsOfKnownResults(_ one: Graph.Node, _ two: Graph.Node) -> [Kind]? {
        var result: [Kind] = []
        for (first, second) in zip(one.outputs, two.outputs) {
            guard let a = single.operand(first).constant, let b = double.operand(second).constant else { return nil }
            result.append(a == b ? .same : isTwice(b, a) ? .batched : .count)
        }
        return result
    }

    /// Whether `long` is `short` twice, one after the other along axis 0.
    private func isTwice(_ long: Tensor, _ short: Tensor) -> Bool {
        guard isTwice(long.type, short.type) else { return false }
        let once = Array(0..<short.elementCount)
        return long == short.gathered(once + once, shape: long.shape)
    }

    private func isTwice(_ long: TensorType, _ short: TensorType) -> Bool {
        guard let first = short.shape.first, long.elementType == short.elementType else { return false }
        return long.shape == [2 * first] + short.shape.dropFirst()
    }

    /// Why the node, in the graph for two samples, does not keep them apart; nil where it does.
    private func fault(of node: Graph.Node, kinds: [Kind]) -> String? {
        let op = type(of: node.op).name
        for (index, kind) in kinds.enumerated() where kind == .count {
            guard Self.sizeTakers.contains(op), index > 0 || op == "ConstantOfShape" else {
                return "computes with the number of samples"
            }
        }
        guard kinds.contains(.batched) else {
            return kinds.contains(.count) && !Self.replicators.contains(op)
                ? "computes with the number of samples" : nil
        }
        let operands = zip(node.inputs, kinds).map { input, kind in
            input.map { kind == .batched ? Operand(double[$0].type) : double.operand($0) }
        }
        return node.op.keepsSamplesApart(operands) ? nil : "mixes samples"
    }

    /// Why the results do not grow with the number of samples as they must; nil where they do.
    private func faultOfShapes(_ one: Graph.Node, _ two: Graph.Node, kinds: [Kind]) -> String? {
        let independent = kinds.allSatisfy { $0 == .same }
        for (first, second) in zip(one.outputs, two.outputs) {
            let (a, b) = (single[first].type, double[second].type)
            guard independent ? a == b : isTwice(b, a) else {
                return "gives \(a) for one sample and \(b) for two: axis 0 is not the samples'"
            }
        }
        return nil
    }
}
