import BNNM
import BNNMFormat

extension Network {
    /// Reads a compiled model: names, sizes and multiply-accumulates as the runtime tells them, the edges between layers
    /// and what is folded into each from the file itself.
    ///
    /// - Throws: `PageError`, or what opening the model throws.
    public init(path: String) throws {
        let file = try ModelFile(path: path)
        let model = try BNNMModel(path: path)
        let tensors = file.tensors, operators = file.operators
        var sources = Dictionary(
            file.inputs.enumerated().map { (Int($1.tensor), -1 - $0) }, uniquingKeysWith: { first, _ in first })
        for (index, op) in operators.enumerated() { for result in op.results { sources[result] = index } }
        let decided = Dictionary(grouping: file.probes) { sources[Int($0.tensor)] ?? .min }

        inputs = file.inputs.map { Port(name: String(cString: $0.name), result: tensors[Int($0.tensor)].text) }
        outputs = file.outputs.map {
            Port(
                name: String(cString: $0.name), result: tensors[Int($0.tensor)].text, source: sources[Int($0.tensor)])
        }
        layers = zip(operators, model.layers).enumerated().map { index, pair in
            let (op, layer) = pair
            let operands = op.reads.map { tensors[$0] }
            var reads: [Int] = []
            for source in op.reads.compactMap({ sources[$0] }) where !reads.contains(source) { reads.append(source) }
            let fold = FoldedSteps(op, tensors, file)
            return Layer(
                name: layer.name, operator: layer.operatorName, kind: Kind(op, operands.first),
                result: tensors[Int(op.output)].text, reads: reads, macs: layer.multiplyAccumulates,
                constantBytes: layer.weightByteCount,
                readBytes: operands.filter { !$0.isConstant }.map(\.byteCount).reduce(0, +),
                writtenBytes: op.results.map { tensors[$0].byteCount }.reduce(0, +), folded: fold.text,
                decisions: fold.decisions, decides: (decided[index] ?? []).map { String(cString: $0.name) })
        }
    }
}

extension Network.Kind {
    fileprivate init(_ op: bnnmf_op, _ operand: bnnmf_tensor?) {
        switch op.operation {
        case BNNMF_OP_TRANSPOSE, BNNMF_OP_RESHAPE, BNNMF_OP_CONCAT, BNNMF_OP_GATHER: self = .movement
        default: self = operand?.isBits == true ? .binary : .float
        }
    }
}

extension bnnmf_tensor {
    /// `bits[1,56,56,64]`.
    fileprivate var text: String {
        let type =
            switch bnnmf_element_type(rawValue: element_type) {
            case BNNMF_BITS: "bits"
            case BNNMF_INT32: "int32"
            case BNNMF_INT64: "int64"
            case BNNMF_BOOL: "bool"
            default: "float32"
            }
        return "\(type)[\(shape.map(String.init).joined(separator: ","))]"
    }
}
