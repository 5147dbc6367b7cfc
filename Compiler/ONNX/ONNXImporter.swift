import BNNMIR
import Foundation
import SwiftProtobuf

/// Turns an ONNX file into the compiler's graph: the first step of the flow. The graph holds the file's operators as
/// they are; nothing is folded or simplified.
///
///     let model = try ONNXImporter.load(path: "model.onnx")
///     print(model.graph.text)
///
/// Every node that cannot be imported is reported at once (`ImportError`).
public struct ONNXImporter {
    /// What the user may say about a model beyond its file.
    public struct Options: Sendable {
        /// Shapes by input name: they win over the declared ones, and an open number of samples becomes fixed.
        public var shapes: [String: [Int]]
        /// Graph inputs that are bound to a value and so become constants.
        public var constantInputs: [String: Tensor]
        /// Whether tensors may be read from files beside the model, as the model asks for.
        public var loadsExternalData: Bool
        /// The seed of random numbers for float initializers whose file is absent; nil makes such a file an error.
        public var randomSeed: UInt64?
        /// How the image input is taken as bytes; nil leaves it as it is.
        public var byteInput: ByteInput?

        public init(
            shapes: [String: [Int]] = [:], constantInputs: [String: Tensor] = [:], loadsExternalData: Bool = true,
            randomSeed: UInt64? = nil, byteInput: ByteInput? = nil
        ) {
            self.shapes = shapes
            self.constantInputs = constantInputs
            self.loadsExternalData = loadsExternalData
            self.randomSeed = randomSeed
            self.byteInput = byteInput
        }
    }

    /// Imports the model in the file at `path`.
    /// - Throws: `ImportError` naming file, places at fault, and what would be valid.
    public static func load(
        path: String, options: Options = Options(), decoders: [OperatorDecoder] = OperatorDecoder.all
    ) throws -> ImportedModel {
        let url = URL(fileURLWithPath: path)
        let folder = options.loadsExternalData ? url.deletingLastPathComponent().path : nil
        return try importModel(
            try ModelFile.read(path: path), file: url.lastPathComponent, folder: folder, options: options,
            decoders: decoders)
    }

    /// Imports a parsed model. `file` names it in messages; external data is looked for in `folder`.
    static func importModel(
        _ model: ONNXModelProto, file: String, folder: String?, options: Options, decoders: [OperatorDecoder]
    ) throws -> ImportedModel {
        let opsets = try OpsetImports(model.opsetImport, file: file)
        let proto = model.graph
        let nodeNames = NodeNames.unique(proto.node)
        try NameCheck(graph: proto, file: file, nodeNames: nodeNames).run()

        let tensors = TensorDecoder(externalData: ExternalData(folder: folder))
        var initializers = Initializers(proto, tensors: tensors, allowsAbsent: options.randomSeed != nil)
        let inputs = try GraphInputs(
            proto.input.filter { !initializers.names.contains($0.name) }, options: options, file: file)
        let outputNames = proto.output.map(\.name)
        let readNames = Set(proto.node.flatMap(\.input) + outputNames).subtracting([""])
        let nodeDecoder = NodeDecoder(
            decoders: decoders, functions: model.functions, opsets: opsets, readNames: readNames,
            attributes: AttributeReader(tensors: tensors))
        var builder = GraphBuilder(
            name: proto.name.isEmpty ? file : proto.name, constants: inputs.constants + initializers.tensors,
            nodes: zip(proto.node, nodeNames).map { nodeDecoder.decode($0, name: $1) },
            outputNames: outputNames, readNames: readNames)

        var outcome = builder.build(inputs: inputs.types(sampleCount: 1), batch: inputs.open.batch)
        let failures = initializers.failures + outcome.failures + declaredOutputFailures(proto.output, outcome.graph)
        guard failures.isEmpty else {
            throw ImportError(
                "\(file): \(failures.count == 1 ? "1 place" : "\(failures.count) places") cannot be imported",
                entries: failures, dependentNodeCount: outcome.dependentNodeCount)
        }
        if let seed = options.randomSeed, !initializers.absentNames.isEmpty {
            var weights = RandomWeights(seed: seed, graph: outcome.graph, names: initializers.absentNames)
            initializers.fill(weights.tensors())
            builder.constants = inputs.constants + initializers.tensors
            outcome = builder.build(inputs: inputs.types(sampleCount: 1), batch: inputs.open.batch)
        }
        if case .symbolic(let name) = outcome.graph.batch {
            try checkBatch(outcome.graph, name: name, file: file) {
                builder.build(inputs: inputs.types(sampleCount: 2), batch: inputs.open.batch)
            }
        }
        try options.byteInput?.apply(to: &outcome.graph, file: file)
        return ImportedModel(
            graph: outcome.graph, opsets: opsets.versions, irVersion: Int(model.irVersion),
            producer: [model.producerName, model.producerVersion].filter { !$0.isEmpty }.joined(separator: " "),
            weightByteCount: initializers.byteCount, externalByteCount: initializers.externalByteCount,
            randomSeed: initializers.absentNames.isEmpty ? nil : options.randomSeed)
    }

    /// Outputs of another element type than the file declares: then file and compiler disagree about some operator.
    private static func declaredOutputFailures(
        _ declared: [ONNXValueInfoProto], _ graph: Graph
    ) -> [ImportError.Entry] {
        let computed = Dictionary(
            graph.outputs.map { ($0.name, graph[$0.value].type.elementType) }, uniquingKeysWith: { first, _ in first })
        return declared.compactMap { output in
            guard let type = computed[output.name], output.type.hasTensorType, output.type.tensorType.elemType != 0
            else { return nil }
            let name = TensorDataType.name(ofCode: output.type.tensorType.elemType)
            guard name != type.rawValue else { return nil }
            return ImportError.Entry(.output, output.name, "is declared as \(name), but its node computes \(type)")
        }
    }

    private static func checkBatch(
        _ graph: Graph, name: String, file: String, double: () -> GraphBuilder.Outcome
    ) throws {
        let two = double()
        let problems = two.failures.isEmpty ? BatchCheck(single: graph, double: two.graph).problems() : two.failures
        guard problems.isEmpty else {
            let inputs = graph.inputs.map { input in
                "--shape \(graph[input].name)=\(graph[input].type.shape.map(String.init).joined(separator: "x"))"
            }
            throw ImportError(
                "\(file): the number of samples ('\(name)') is open, but the samples are not independent of each "
                    + "other; fix it with \(inputs.joined(separator: " "))",
                entries: problems, dependentNodeCount: two.dependentNodeCount)
        }
    }
}
