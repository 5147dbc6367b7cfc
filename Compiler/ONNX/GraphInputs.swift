import BNNMIR

/// The graph inputs after the user's options: those bound to a value are constants, the others have a type.
struct GraphInputs {
    let constants: [(name: String, tensor: Tensor)]
    let open: InputShapes

    /// - Parameter declared: the model's inputs, without initializers.
    /// - Throws: `ImportError` where an option names no input, or an input's type is not known.
    init(_ declared: [ONNXValueInfoProto], options: ONNXImporter.Options, file: String) throws {
        let byName = Dictionary(declared.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        for (name, tensor) in options.constantInputs.sorted(by: { $0.key < $1.key }) {
            guard let input = byName[name] else {
                throw ImportError("\(file): a value is given for '\(name)', which is not an input of the model")
            }
            let declaredType = TensorDataType.name(ofCode: input.type.tensorType.elemType)
            guard declaredType == tensor.elementType.rawValue else {
                throw ImportError(
                    "\(file): input '\(name)' is \(declaredType), but a \(tensor.elementType) value is given")
            }
        }
        constants = declared.compactMap { input in options.constantInputs[input.name].map { (input.name, $0) } }
        open = try InputShapes(
            declared.filter { options.constantInputs[$0.name] == nil }, overrides: options.shapes, file: file)
    }

    /// Name and type of every input that is open, for this many samples where their number is.
    func types(sampleCount: Int) -> [(name: String, type: TensorType)] {
        open.inputs.map { ($0.name, InputShapes.type(of: $0, sampleCount: sampleCount)) }
    }
}
