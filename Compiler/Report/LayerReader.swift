import BNNMIR
import BNNMPasses

/// Reads one laid-out node as a layer of the report.
struct LayerReader {
    let graph: Graph
    let context: CompilationContext

    /// nil for nodes that multiply neither by weights nor activations by each other.
    func layer(_ node: Graph.Node) -> CompilationReport.Layer? {
        switch node.op {
        case is ChannelsLast<Conv>:
            return describe(node, "Conv", .float, note: context.floatReasons[node.name] ?? "")
        case let op as WithEpilogue<ChannelsLast<Conv>>:
            return describe(
                node, "Conv", .float, note: context.floatReasons[node.name] ?? "", values: values(op, node),
                epilogue: behind(op.epilogue))
        case is ChannelsLast<BinaryConvThen<Decide>>:
            return describe(
                node, "BinaryConv", .binary, note: "to bits: " + comparisons(graph.constant(node.inputs[2]!)!))
        case is ChannelsLast<BinaryConvThen<AccumulatorToFloat>>:
            return describe(node, "BinaryConv", .binary, note: "to float32: " + scaled(node, operandCount: 4))
        case let op as WithEpilogue<ChannelsLast<BinaryConvThen<AccumulatorToFloat>>>:
            return describe(
                node, "BinaryConv", .binary, note: "to float32: " + scaled(node, operandCount: op.baseOperandCount),
                values: values(op, node), epilogue: behind(op.epilogue))
        case is ChannelsLast<BinaryConv>:
            return describe(node, "BinaryConv", .binary, note: "to int32 accumulators" + behindAccumulators(node))
        case is BinaryConvWithAverages:
            return describe(node, "BinaryConv", .binary, note: "to int32 accumulators and averages")
        case let op as BinaryMatMulTransposed:
            let forms = [op.product.leftForm, op.product.rightForm].map { $0 == .signed ? "±1" : "0/1" }
            return product(node, "BinaryMatMul", .binary, note: "\(forms[0]) · \(forms[1]) to \(op.result.rawValue)")
        case is MatMul where node.inputs.allSatisfy({ $0.flatMap { graph.constant($0) } == nil }):
            return product(node, "MatMul", .float, note: context.floatReasons[node.name] ?? "")
        default: return nil
        }
    }

    /// What goes through the epilogue, which need not be what it stores.
    private func values<Base: Operator>(_ op: WithEpilogue<Base>, _ node: Graph.Node) -> [Int]? {
        let operands = node.inputs.prefix(op.baseOperandCount).map { $0.map { graph.operand($0) } }
        return try? op.base.inferTypes(operands)[0].shape
    }

    private func scaled(_ node: Graph.Node, operandCount: Int) -> String {
        "α·acc" + (node.inputs.prefix(operandCount).dropFirst(3).contains { $0 != nil } ? " + bias" : "")
    }

    /// "scale, shift; add; PReLU → values, bits".
    private func behind(_ epilogue: Epilogue) -> String {
        let results = [
            epilogue.storesValues ? "values" : nil, epilogue.switchPoints != nil ? "bits" : nil,
            epilogue.storesAverages ? "averages" : nil,
        ]
        let steps = epilogue.steps.map(\.description).joined(separator: "; ")
        return steps + " → " + results.compactMap { $0 }.joined(separator: ", ")
    }

    private func describe(
        _ node: Graph.Node, _ name: String, _ kind: CompilationReport.Layer.Kind, note: String, values: [Int]? = nil,
        epilogue: String = ""
    ) -> CompilationReport.Layer {
        let kind = context.windowSums.contains(node.name) ? .windowSum : kind
        let input = ImageLayout.channelsFirst(graph[node.inputs[0]!].type.shape)
        let output = ImageLayout.channelsFirst(values ?? graph[node.outputs[0]].type.shape)
        let weights = graph.constant(node.inputs[1]!)!
        let products = weights.elementCount / weights.shape[0]
        let groups = input[1] / weights.shape[1]
        let constants = node.inputs.dropFirst(2).compactMap { $0.flatMap { graph.constant($0) } }
        // Packed: 64-bit words over input channels, blocks of 8 output channels, and what stands behind the accumulator.
        let words = (weights.shape[1] + 63) / 64 * weights.shape[2] * weights.shape[3]
        let blocks = (weights.shape[0] / groups + 7) / 8 * groups
        let after = kind != .float ? blocks * 8 * words * 8 : weights.elementCount * 4
        return CompilationReport.Layer(
            name: node.name, operator: name, kind: kind, inputShape: input, outputShape: output,
            macs: output.reduce(1, *) * products, weightBytesBefore: kind == .windowSum ? 0 : weights.elementCount * 4,
            weightBytesAfter: after + constants.map { $0.elementCount * 4 }.reduce(0, +), note: note,
            epilogue: epilogue)
    }

    /// A product of two activations [...,M,K] and [...,K,N].
    private func product(
        _ node: Graph.Node, _ name: String, _ kind: CompilationReport.Layer.Kind, note: String
    ) -> CompilationReport.Layer? {
        guard let left = node.inputs[0].map({ graph[$0].type.shape }), let output = node.outputs.first else {
            return nil
        }
        let shape = graph[output].type.shape
        return CompilationReport.Layer(
            name: node.name, operator: name, kind: kind, inputShape: left, outputShape: shape,
            macs: shape.reduce(1, *) * (left.last ?? 1), weightBytesBefore: 0, weightBytesAfter: 0, note: note,
            epilogue: "")
    }

    /// "38 comparisons, 2 constant".
    private func comparisons(_ points: Tensor) -> String {
        let columns = points.elementCount / points.shape[0]
        let values = points.integers!
        var one = 0, several = 0, constant = 0
        for column in 0..<columns {
            let finite = (0..<points.shape[0]).filter {
                let point = values[$0 * columns + column]
                return point != Int64(Int32.min) && point != Int64(Int32.max)
            }.count
            if finite == 0 { constant += 1 } else if finite == 1 { one += 1 } else { several += 1 }
        }
        let parts = [(one, "comparisons"), (several, "with several switch points"), (constant, "constant")]
        return parts.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
    }

    /// What becomes of accumulators that leave the layer.
    private func behindAccumulators(_ node: Graph.Node) -> String {
        var value = node.outputs[0]
        var text = ""
        while let reader = graph.uses()[value]?.first {
            let next = graph[reader]
            if next.op is ChannelsLast<MaxPool> { text += ", max-pool" }
            if next.op is Decide { return text + ", to bits: " + comparisons(graph.constant(next.inputs[1]!)!) }
            value = next.outputs[0]
        }
        return text
    }
}
