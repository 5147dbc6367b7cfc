import BNNMIR

/// Reads the nodes of a model one by one: attributes, then the operator's decoder. Knows nothing of operand types
/// yet, so that each node can fail on its own.
struct NodeDecoder {
    /// One node, and what its operator turned out to be or why it could not be read.
    struct DecodedNode {
        let name: String
        /// The operator for messages, with a domain that is not the standard one.
        let opName: String
        let inputs: [String]
        let outputs: [String]
        let result: Result<OperatorDecoder.Decoded, OperatorError>
    }

    private let decoders: [String: [OperatorDecoder]]
    private let functions: Set<String>
    private let opsets: OpsetImports
    private let readNames: Set<String>
    private let attributes: AttributeReader

    /// - Parameter readNames: the values that a node or the model's outputs read.
    init(
        decoders: [OperatorDecoder], functions: [ONNXFunctionProto], opsets: OpsetImports, readNames: Set<String>,
        attributes: AttributeReader
    ) {
        self.decoders = Dictionary(grouping: decoders) {
            Self.opName(domain: OpsetImports.canonical($0.domain), $0.opType)
        }
        self.functions = Set(functions.map { Self.opName(domain: OpsetImports.canonical($0.domain), $0.name) })
        self.opsets = opsets
        self.readNames = readNames
        self.attributes = attributes
    }

    func decode(_ node: ONNXNodeProto, name: String) -> DecodedNode {
        let domain = OpsetImports.canonical(node.domain)
        let result: Result<OperatorDecoder.Decoded, OperatorError>
        do {
            result = .success(try operation(of: node, name: name, domain: domain))
        } catch let error as OperatorError {
            result = .failure(error)
        } catch {
            result = .failure(OperatorError("\(error)"))
        }
        return DecodedNode(
            name: name, opName: Self.opName(domain: domain, node.opType), inputs: node.input, outputs: node.output,
            result: result)
    }

    private func operation(of node: ONNXNodeProto, name: String, domain: String) throws -> OperatorDecoder.Decoded {
        let opName = Self.opName(domain: domain, node.opType)
        guard !functions.contains(opName) else {
            throw OperatorError("is a function of the model's own; inline functions before compiling")
        }
        guard let candidates = decoders[opName] else { throw OperatorError("the operator is not supported") }
        guard let opset = opsets.versions[domain] else {
            throw OperatorError("the model imports no version of the operator's domain '\(domain)'")
        }
        guard let decoder = candidates.first(where: { $0.opsets.contains(opset) }) else {
            let accepted = candidates.map { "\($0.opsets.lowerBound) to \($0.opsets.upperBound)" }
            throw OperatorError(
                "the operator is not supported in opset \(opset), only in \(accepted.joined(separator: " and "))")
        }
        return try decoder.decode(
            ONNXNode(
                name: name, opType: node.opType, domain: domain, opset: opset, inputs: node.input, outputs: node.output,
                readNames: readNames, attributes: try attributes.read(node.attribute)))
    }

    private static func opName(domain: String, _ opType: String) -> String {
        domain.isEmpty ? opType : "\(domain).\(opType)"
    }
}
