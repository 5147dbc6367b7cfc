import BNNMIR
import BNNMPasses

/// The layers of a model, in execution order: one for each node of the model that multiplies, whatever it is executed as.
///
/// The phases of a transposed convolution are one layer, and so are a binary layer and the window sums it needs. Where
/// only some phases are binary, there are two: one of the binary phases, one of the others.
struct LayerList {
    private(set) var layers: [CompilationReport.Layer] = []

    private struct Key: Hashable {
        let name: String
        let isBinary: Bool
    }

    /// What is known of a layer while its executions go by.
    private struct Group {
        var key: Key
        var members: [(execution: LayerReader.Execution, role: LayerPart.Role?)]
    }

    init(_ source: Graph, _ graph: Graph, _ context: CompilationContext) {
        let reader = LayerReader(graph)
        var groups: [Group] = []
        var numbers: [Key: Int] = [:]
        for id in graph.schedule() {
            guard let execution = reader.execution(graph[id]) else { continue }
            let (name, role) = LayerList.owner(of: execution.name, context)
            let key = Key(name: name, isBinary: execution.isBinary)
            if let number = numbers[key], role != nil || groups[number].members.contains(where: { $0.role != nil }) {
                groups[number].members.append((execution, role))
            } else {
                numbers[key] = groups.count
                groups.append(Group(key: key, members: [(execution, role)]))
            }
        }
        let nodes = SourceLayers(source)
        layers = groups.map { LayerList.layer($0, nodes, context) }
    }

    /// The model's layer that a node belongs to, and as what; nil where it is that layer.
    private static func owner(
        of name: String, _ context: CompilationContext
    ) -> (layer: String, role: LayerPart.Role?) {
        guard let part = context.parts[name] else { return (name, nil) }
        // A window sum of a phase is a window sum.
        return (owner(of: part.layer, context).layer, part.role)
    }

    private static func layer(
        _ group: Group, _ nodes: SourceLayers, _ context: CompilationContext
    ) -> CompilationReport.Layer {
        let counted = group.members.filter { $0.role != .windowSum }
        let main = (counted.first ?? group.members[0]).execution
        let source = nodes[group.key.name]
        let reason = counted.lazy.compactMap { context.floatLayers[$0.execution.name] }.first
        let isSeveral = group.members.contains { $0.role != nil }
        return CompilationReport.Layer(
            name: group.key.name, operator: source?.operator ?? main.operator,
            kind: group.key.isBinary ? .binary : .float, inputShape: source?.inputShape ?? main.inputShape,
            outputShape: source?.outputShape ?? main.outputShape,
            macs: counted.map(\.execution.macs).reduce(0, +),
            weightBytesBefore: counted.map(\.execution.weightBytesBefore).reduce(0, +),
            weightBytesAfter: group.members.map(\.execution.weightBytesAfter).reduce(0, +), note: main.folding,
            reason: group.key.isBinary
                ? nil
                : reason.map {
                    CompilationReport.Reason(code: $0.kind.rawValue, text: $0.text, isFallback: $0.isFallback)
                },
            epilogue: main.epilogue, parts: isSeveral ? group.members.map { part($0.execution, $0.role ?? .main) } : [])
    }

    private static func part(_ execution: LayerReader.Execution, _ role: LayerPart.Role) -> CompilationReport.Part {
        CompilationReport.Part(
            name: execution.name, role: role, inputShape: execution.inputShape, outputShape: execution.outputShape,
            macs: execution.macs, weightBytesAfter: execution.weightBytesAfter, note: execution.folding,
            epilogue: execution.epilogue)
    }
}

/// The nodes of the imported graph that multiply, by name. A name that two of them have stands for neither.
private struct SourceLayers {
    struct Layer {
        let `operator`: String
        let inputShape: [Int]
        let outputShape: [Int]
    }

    private var layers: [String: Layer?] = [:]

    init(_ graph: Graph) {
        for id in graph.schedule() {
            let node = graph[id]
            guard let name = SourceLayers.onnxName(node.op),
                let input = node.inputs.compactMap({ $0 }).first(where: { graph.constant($0) == nil }),
                let output = node.outputs.first
            else { continue }
            let layer = Layer(
                operator: name, inputShape: graph[input].type.shape,
                outputShape: graph[output].type.shape)
            layers.updateValue(layers.keys.contains(node.name) ? nil : layer, forKey: node.name)
        }
    }

    /// The ONNX operator of a layer; nil of what is none.
    private static func onnxName(_ op: any Operator) -> String? {
        switch op {
        case is Conv, is ConvTranspose, is Gemm, is MatMul: type(of: op).name
        case let volume as VolumeConv: volume.isTransposed ? ConvTranspose.name : Conv.name
        default: nil
        }
    }

    subscript(name: String) -> Layer? { layers[name] ?? nil }
}
