import BNNMIR

/// The types of the graph inputs: what the file declares, with the user's `--shape`, and which inputs leave the
/// number of samples open. Takes the file's declarations, gives the importer one type per input and the graph's
/// batch.
struct InputShapes {
    struct Input {
        let name: String
        /// With one sample where the number of samples is open.
        let type: TensorType
        /// The name of the open first dimension; nil where every dimension is fixed.
        let batchName: String?
    }

    let inputs: [Input]
    let batch: Graph.Batch

    /// - Parameters:
    ///   - declared: the model's inputs, without initializers.
    ///   - overrides: shapes by input name; they win over what is declared.
    /// - Throws: `ImportError` naming every input whose shape is not known, or the disagreement.
    init(_ declared: [ONNXValueInfoProto], overrides: [String: [Int]], file: String) throws {
        let names = declared.map(\.name)
        for name in overrides.keys.sorted() where !names.contains(name) {
            let valid = names.isEmpty ? "it has none" : "its inputs are " + Self.quoted(names)
            throw ImportError("\(file): --shape names '\(name)', which is not an input of the model; \(valid)")
        }
        var inputs: [Input] = []
        var entries: [ImportError.Entry] = []
        for info in declared {
            do {
                inputs.append(try Self.input(info, override: overrides[info.name]))
            } catch let error as OperatorError {
                entries.append(ImportError.Entry(.input, info.name, error.description))
            }
        }
        guard entries.isEmpty else {
            throw ImportError("\(file): the type of an input is not usable", entries: entries)
        }
        self.inputs = inputs
        self.batch = try Self.commonBatch(inputs, file: file)
    }

    /// The type of `input` for this many samples.
    static func type(of input: Input, sampleCount: Int) -> TensorType {
        guard input.batchName != nil else { return input.type }
        return TensorType(input.type.elementType, [sampleCount] + input.type.shape.dropFirst())
    }

    private static func input(_ info: ONNXValueInfoProto, override: [Int]?) throws -> Input {
        guard info.hasType, info.type.hasTensorType else {
            throw OperatorError("is not a tensor; only tensors are accepted")
        }
        let elementType = try TensorDataType.elementType(ofCode: info.type.tensorType.elemType)
        let dimensions = info.type.tensorType.hasShape ? info.type.tensorType.shape.dim.map(Dimension.init) : nil
        if let override {
            try check(override, against: dimensions)
            return Input(name: info.name, type: TensorType(elementType, override), batchName: nil)
        }
        guard let dimensions else {
            throw OperatorError("has no shape; give it one: --shape \(info.name)=1x3x224x224")
        }
        let open = dimensions.indices.filter { dimensions[$0].size == nil }
        guard open.allSatisfy({ $0 == 0 }) else {
            let example = dimensions.indices.map { "\(dimensions[$0].size ?? ($0 == 0 ? 1 : 224))" }
            throw OperatorError(
                "has shape \(text(dimensions)), of which only the first dimension may be left open; give all sizes: "
                    + "--shape \(info.name)=\(example.joined(separator: "x"))")
        }
        let shape = dimensions.map { $0.size ?? 1 }
        guard TensorSize.elementCount(shape) != nil else {
            throw OperatorError("has shape \(text(dimensions)), more than \(TensorSize.elementLimit) elements")
        }
        return Input(
            name: info.name, type: TensorType(elementType, shape),
            batchName: open.isEmpty ? nil : dimensions[0].name ?? "batch")
    }

    private static func check(_ override: [Int], against declared: [Dimension]?) throws {
        if let declared, declared.count != override.count {
            throw OperatorError(
                "has \(declared.count) dimensions, \(text(declared)), but --shape gives \(override.count): \(override)")
        }
        guard override.allSatisfy({ $0 >= 1 }), TensorSize.elementCount(override) != nil else {
            throw OperatorError(
                "gets the shape \(override) from --shape; sizes must be 1 or more, of at most "
                    + "\(TensorSize.elementLimit) elements in all")
        }
    }

    /// The batch all inputs agree on.
    private static func commonBatch(_ inputs: [Input], file: String) throws -> Graph.Batch {
        let batchNames = Set(inputs.compactMap(\.batchName))
        guard let name = batchNames.first else { return .fixed }
        guard batchNames.count == 1, inputs.allSatisfy({ $0.batchName != nil }) else {
            throw ImportError(
                "\(file): inputs disagree on the number of samples; fix it for all of them with --shape",
                entries: inputs.map { input in
                    let first = input.type.shape.first.map { "is \($0)" } ?? "does not exist"
                    return ImportError.Entry(
                        .input, input.name, "its first dimension \(input.batchName.map { "is '\($0)'" } ?? first)")
                })
        }
        return .symbolic(name: name)
    }

    private static func quoted(_ names: [String]) -> String { names.map { "'\($0)'" }.joined(separator: ", ") }

    private static func text(_ dimensions: [Dimension]) -> String {
        "[\(dimensions.map { $0.size.map(String.init) ?? $0.name ?? "?" }.joined(separator: ","))]"
    }

    /// One declared dimension: a size, a name, or neither. A negative size, as some exporters write, means neither.
    private struct Dimension {
        let size: Int?
        let name: String?

        init(_ proto: ONNXTensorShapeProto.Dimension) {
            switch proto.value {
            case .dimValue(let value):
                size = value >= 0 ? Int(value) : nil
                name = nil
            case .dimParam(let param):
                size = nil
                name = param.isEmpty ? nil : param
            case nil:
                size = nil
                name = nil
            }
        }
    }
}
