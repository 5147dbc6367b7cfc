import BNNMIR
import BNNMPasses

/// Reads one laid-out node that multiplies, as the report shows it.
struct LayerReader {
    /// One node's execution. Several may stand for one layer of the model.
    struct Execution {
        var name: String
        /// In the terms of ONNX, where the model's own node is not known.
        var `operator`: String
        var isBinary: Bool
        /// [N,C,H,W] of images.
        var inputShape: [Int]
        var outputShape: [Int]
        var macs: Int
        /// Of the weights, in float32.
        var weightBytesBefore = 0
        /// Of weights and constants, as packed.
        var weightBytesAfter = 0
        /// What becomes of a binary layer's accumulators.
        var folding: String
        /// What the same pass does behind it, and what it stores.
        var epilogue = ""
    }

    let graph: Graph

    init(_ graph: Graph) {
        self.graph = graph
    }

    /// nil for nodes that multiply neither by weights nor activations by each other.
    func execution(_ node: Graph.Node) -> Execution? {
        switch node.op {
        case is ChannelsLast<Conv>: return convolution(node, folding: nil)
        case let op as WithEpilogue<ChannelsLast<Conv>>:
            return convolution(node, folding: nil, values: values(op, node), epilogue: behind(op.epilogue))
        case is ChannelsLast<BinaryConvThen<Decide>>:
            return convolution(node, folding: "bits by " + comparisons(node.inputs.last!))
        case is ChannelsLast<BinaryConvThen<AccumulatorToFloat>>:
            return convolution(node, folding: scaled(node.inputs))
        case let op as WithEpilogue<ChannelsLast<BinaryConvThen<AccumulatorToFloat>>>:
            return convolution(
                node, folding: scaled(node.inputs.prefix(op.baseOperandCount)), values: values(op, node),
                epilogue: behind(op.epilogue))
        case is ChannelsLast<BinaryConv>:
            return convolution(node, folding: "int32 accumulators" + behindAccumulators(node))
        case is BinaryConvWithAverages:
            return convolution(node, folding: "int32 accumulators and their averages" + behindAccumulators(node))
        case let op as BinaryMatMulTransposed:
            let forms = [op.product.leftForm, op.product.rightForm].map { $0 == .signed ? "±1" : "0/1" }
            return product(node, folding: "\(forms[0]) · \(forms[1]) to \(op.result.rawValue)")
        case is MatMul: return product(node, folding: nil)
        default: return nil
        }
    }

    /// What goes through the epilogue, which need not be what it stores.
    private func values<Base: Operator>(_ op: WithEpilogue<Base>, _ node: Graph.Node) -> [Int]? {
        let operands = node.inputs.prefix(op.baseOperandCount).map { $0.map { graph.operand($0) } }
        return try? op.base.inferTypes(operands)[0].shape
    }

    /// - Parameter operands: input, weights, the mask of a ternary input where there is one, α and perhaps a bias.
    private func scaled(_ operands: some Collection<Graph.ValueID?>) -> String {
        let constants = operands.dropFirst().compactMap { $0 }.filter { graph[$0].type.elementType != .binary }
        return "float32 α·acc" + (constants.count > 1 ? " + bias" : "")
    }

    /// "scale, shift; add; PReLU → values, bits".
    private func behind(_ epilogue: Epilogue) -> String {
        let results = [
            epilogue.storesValues ? "values" : nil, epilogue.switchPoints != nil ? "bits" : nil,
            epilogue.storesAverages ? "averages" : nil,
        ]
        let stored = "→ " + results.compactMap { $0 }.joined(separator: ", ")
        return (epilogue.steps.map(\.description).joined(separator: "; ") + " " + stored).trimmed
    }

    /// - Parameter folding: of a binary layer; nil of a float one.
    private func convolution(
        _ node: Graph.Node, folding: String?, values: [Int]? = nil, epilogue: String = ""
    ) -> Execution {
        let input = ImageLayout.channelsFirst(graph[node.inputs[0]!].type.shape)
        let output = ImageLayout.channelsFirst(values ?? graph[node.outputs[0]].type.shape)
        let weights = graph.constant(node.inputs[1]!)!
        let products = weights.elementCount / weights.shape[0]
        let groups = input[1] / weights.shape[1]
        let constants = node.inputs.dropFirst(2).compactMap { $0.flatMap { graph.constant($0) } }
        // Packed: 64-bit words over input channels, blocks of 8 output channels, and what stands behind the accumulator.
        let words = (weights.shape[1] + 63) / 64 * weights.shape[2] * weights.shape[3]
        let blocks = (weights.shape[0] / groups + 7) / 8 * groups
        let after = folding != nil ? blocks * 8 * words * 8 : weights.elementCount * 4
        return Execution(
            name: node.name, operator: "Conv", isBinary: folding != nil, inputShape: input, outputShape: output,
            macs: output.reduce(1, *) * products, weightBytesBefore: weights.elementCount * 4,
            weightBytesAfter: after + constants.map { $0.elementCount * 4 }.reduce(0, +), folding: folding ?? "",
            epilogue: epilogue)
    }

    /// A product of activations [...,M,K] and [...,K,N], of which one may be several constant matrices.
    private func product(_ node: Graph.Node, folding: String?) -> Execution? {
        guard let input = node.inputs.compactMap({ $0 }).first(where: { graph.constant($0) == nil }),
            let depth = node.inputs[0].map({ graph[$0].type.shape.last ?? 1 }), let output = node.outputs.first
        else { return nil }
        let shape = graph[output].type.shape
        let bytes = node.inputs.compactMap { $0.flatMap { graph.constant($0)?.elementCount } }.reduce(0, +) * 4
        return Execution(
            name: node.name, operator: "MatMul", isBinary: folding != nil, inputShape: graph[input].type.shape,
            outputShape: shape, macs: shape.reduce(1, *) * depth, weightBytesBefore: bytes, weightBytesAfter: bytes,
            folding: folding ?? "")
    }

    /// "37 integer thresholds, 2 channels with switch points, 3 constant".
    private func comparisons(_ operand: Graph.ValueID?) -> String {
        guard let points = operand.flatMap({ graph.constant($0) }) else { return "computed thresholds" }
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
        return [
            (one, "integer threshold\(one == 1 ? "" : "s")"), (several, "with several integer switch points"),
            (constant, "constant"),
        ].filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
    }

    /// Nodes behind a layer that are looked at for what becomes of its accumulators, at most.
    private static let followedNodeLimit = 256

    /// What becomes of accumulators that leave the layer.
    private func behindAccumulators(_ node: Graph.Node) -> String {
        var value = node.outputs[0]
        var text = ""
        for _ in 0..<LayerReader.followedNodeLimit {
            guard let reader = graph.readers(of: value).first else { break }
            let next = graph[reader]
            if next.op is ChannelsLast<MaxPool> { text += ", max-pool" }
            if next.op is Decide { return text + ", bits by " + comparisons(next.inputs[1]) }
            if next.op is DecideBy {
                return text + ", bits by integer thresholds computed for each sample and channel"
            }
            value = next.outputs[0]
        }
        return text
    }
}

extension String {
    /// Without spaces at its ends.
    var trimmed: String {
        let front = drop { $0 == " " }
        return String(front.reversed().drop { $0 == " " }.reversed())
    }
}
