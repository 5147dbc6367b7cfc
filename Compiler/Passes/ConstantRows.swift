import BNNMIR

/// Folds chains over constants that work row by row and need much more memory between than at either end: a scalar
/// classifier sees millions of weights as [N,1], and its hidden layer makes [N,100] of them. A stretch of rows at a time
/// goes through the whole chain. Node in, the chain's last node and its result out, the same as node by node.
struct ConstantRows {
    /// Rows below which a chain is folded node by node, and rows of a stretch.
    private static let leastRows = 8192, stretch = 2048
    /// How much larger than its operand a result is that is worth the trouble.
    private static let expansion = 2

    let graph: Graph

    /// The chain that starts at `id`, whose operands are all constants; nil where there is none.
    func chain(from id: Graph.NodeID) -> [Graph.NodeID]? {
        guard let source = source(of: id), let count = source.shape.first, count >= ConstantRows.leastRows else {
            return nil
        }
        return chain(id, source)
    }

    /// The result of a chain; nil where it must be folded node by node.
    func fold(_ chain: [Graph.NodeID]) -> Tensor? {
        guard let source = chain.first.flatMap({ source(of: $0) }), let count = source.shape.first else { return nil }
        if let classes = classified(chain, source) { return classes }
        var parts: [Tensor] = []
        for first in stride(from: 0, to: count, by: ConstantRows.stretch) {
            var rows = source.rows(first..<min(first + ConstantRows.stretch, count))
            for link in chain {
                let operands = [rows] + graph[link].inputs.dropFirst().map { $0.flatMap { graph.constant($0) } }
                // Where an operator cannot take part of the rows, the chain is folded node by node.
                guard (try? graph[link].op.inferTypes(operands.map { $0.map { Operand($0) } })) != nil,
                    let result = try? graph[link].op.evaluate(operands).first, result.shape.first == rows.shape[0]
                else { return nil }
                rows = result
            }
            parts.append(rows)
        }
        guard let last = chain.last, let output = graph[last].outputs.first,
            let result = Tensor.stacked(parts, shape: graph[output].type.shape), result.type == graph[output].type
        else { return nil }
        return result
    }

    private func source(of id: Graph.NodeID) -> Tensor? {
        graph[id].inputs.first.flatMap { $0 }.flatMap { graph.constant($0) }
    }

    /// The result of a chain that ends by ArgMax over the two scores of a network on each number; nil for other chains.
    private func classified(_ chain: [Graph.NodeID], _ source: Tensor) -> Tensor? {
        guard let last = chain.last, let op = graph[last].op as? ArgMax, !op.selectLastIndex,
            let scores = graph[last].inputs.first.flatMap({ $0 }), graph[scores].type.shape == [source.shape[0], 2],
            op.axis == 1 || op.axis == -1, source.elementType == .float32, source.shape == [source.shape[0], 1]
        else { return nil }
        let layers = chain.dropLast().map { link in
            ScalarClassifier.Layer(
                op: graph[link].op,
                operands: [nil] + graph[link].inputs.dropFirst().map { $0.flatMap { graph.constant($0) } })
        }
        guard let classes = (try? ClassifiedConstants(layers)?.classes(of: source.floats)) ?? nil else { return nil }
        return Tensor(graph[graph[last].outputs[0]].type.shape, classes)
    }

    /// The nodes from `id` on, each the only reader of the one before by its first operand, until a result is as small
    /// again as `source`.
    private func chain(_ id: Graph.NodeID, _ source: Tensor) -> [Graph.NodeID]? {
        var links: [Graph.NodeID] = []
        var link = id
        while let output = rowByRow(link, rows: source.shape[0]) {
            links.append(link)
            let size = graph[output].type.elementCount
            if links.count == 1, size < ConstantRows.expansion * source.elementCount { return nil }
            if size <= source.elementCount { return links }
            guard !graph.isOutput(output), graph.readerCount(of: output) == 1,
                let reader = graph.readers(of: output).first,
                graph[reader].inputs.first == output
            else { return nil }
            link = reader
        }
        return nil
    }

    /// The result of a node that makes each row of it from the same row of its first operand and from constants; nil
    /// where it is not known to.
    private func rowByRow(_ id: Graph.NodeID, rows: Int) -> Graph.ValueID? {
        let node = graph[id]
        guard node.outputs.count == 1, graph[node.outputs[0]].type.shape.first == rows,
            node.inputs.dropFirst().allSatisfy({ $0 == nil || graph.constant($0!) != nil })
        else { return nil }
        let operands = node.inputs.enumerated().map { index, input in
            input.map { index == 0 ? Operand(graph[$0].type) : graph.operand($0) }
        }
        return node.op.keepsSamplesApart(operands) ? node.outputs[0] : nil
    }
}

extension Tensor {
    /// Some rows: elements of axis 0. Precondition: in range.
    fileprivate func rows(_ range: Range<Int>) -> Tensor {
        let size = shape[0] == 0 ? 0 : elementCount / shape[0]
        let elements = range.lowerBound * size..<range.upperBound * size
        let part: Storage =
            switch storage {
            case .float(let a): .float(Array(a[elements]))
            case .double(let a): .double(Array(a[elements]))
            case .integer(let a): .integer(Array(a[elements]))
            }
        return Tensor(TensorType(elementType, [range.count] + shape.dropFirst()), part)
    }

    /// Tensors of one element type one after the other, as `shape`; nil where they do not fit it.
    fileprivate static func stacked(_ parts: [Tensor], shape: [Int]) -> Tensor? {
        guard let first = parts.first, parts.allSatisfy({ $0.elementType == first.elementType }),
            parts.reduce(0, { $0 + $1.elementCount }) == shape.reduce(1, *)
        else { return nil }
        let type = TensorType(first.elementType, shape)
        switch first.storage {
        case .float: return Tensor(type, .float(parts.flatMap(\.floats)))
        case .double: return Tensor(type, .double(parts.flatMap(\.doubles)))
        case .integer: return Tensor(type, .integer(parts.flatMap { $0.integers ?? [] }))
        }
    }
}
