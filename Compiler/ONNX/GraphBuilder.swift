import BNNMIR

/// Builds the graph from decoded nodes and constants, inferring types as it goes, and collects every node that does not
/// fit instead of stopping at the first.
struct GraphBuilder {
    /// A graph, which is complete only where nothing failed.
    struct Outcome {
        var graph: Graph
        var failures: [ImportError.Entry] = []
        /// Nodes left out since they read results of nodes that failed.
        var dependentNodeCount = 0
    }

    let name: String
    var constants: [(name: String, tensor: Tensor)]
    let nodes: [NodeDecoder.DecodedNode]
    let outputNames: [String]
    /// The values that a node or the model's outputs read.
    let readNames: Set<String>

    /// Builds the graph for inputs of these types. Nodes must be in execution order and their names resolved
    /// (`NameCheck`); a name that is missing here belongs to a constant or node that failed.
    func build(inputs: [(name: String, type: TensorType)], batch: Graph.Batch) -> Outcome {
        var outcome = Outcome(graph: Graph(name: name, stage: .imported, batch: batch))
        var values: [String: Graph.ValueID] = [:]
        for input in inputs { values[input.name] = outcome.graph.addInput(input.name, input.type) }
        for constant in constants { values[constant.name] = outcome.graph.addConstant(constant.name, constant.tensor) }

        for node in nodes {
            switch node.result {
            case .failure(let error): outcome.failures.append(entry(node, error.description))
            case .success(let decoded):
                guard node.inputs.allSatisfy({ $0.isEmpty || values[$0] != nil }) else {
                    outcome.dependentNodeCount += 1
                    continue
                }
                do {
                    let results = try append(node, decoded, to: &outcome.graph, values: values)
                    for (name, value) in zip(node.outputs, results) where !name.isEmpty { values[name] = value }
                } catch let error as NodeError {
                    outcome.failures.append(entry(node, error.reason))
                } catch {
                    outcome.failures.append(entry(node, "\(error)"))
                }
            }
        }
        outcome.graph.outputs = outputNames.compactMap { name in
            values[name].map { Graph.Output(name: name, value: $0) }
        }
        return outcome
    }

    private func append(
        _ node: NodeDecoder.DecodedNode, _ decoded: OperatorDecoder.Decoded, to graph: inout Graph,
        values: [String: Graph.ValueID]
    ) throws -> [Graph.ValueID] {
        let operands = decoded.operands.map { operand -> Graph.ValueID? in
            switch operand {
            case .input(let index): node.inputs.indices.contains(index) ? values[node.inputs[index]] : nil
            case .constant(let tensor): graph.addConstant(node.name, tensor)
            }
        }
        let known = operands.map { $0.map { graph.operand($0) } }
        let op = try (decoded.op as? any ShapeDependentOperator)?.resolved(known) ?? decoded.op
        let types = try op.inferTypes(known)
        for type in types where TensorSize.elementCount(type.shape) == nil {
            throw OperatorError("its result of shape \(type.shape) has more than \(TensorSize.elementLimit) elements")
        }
        // A result that nothing reads (a dropout mask) need not be one that the operator computes.
        for (index, name) in node.outputs.enumerated().dropFirst(types.count) where readNames.contains(name) {
            throw OperatorError("its result '\(name)' (number \(index)) is not supported")
        }
        return try graph.append(op, operands, name: node.name, outputNames: node.outputs)
    }

    private func entry(_ node: NodeDecoder.DecodedNode, _ reason: String) -> ImportError.Entry {
        ImportError.Entry(.node(operator: node.opName), node.name, reason)
    }
}
