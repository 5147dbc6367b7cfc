import CBNNM

/// Runs with shaped values: by position, by name, or one to one.

extension BNNMSession {
    /// Runs the model on its inputs, in the model's order, and gives its outputs in the model's order.
    ///
    /// - Parameter inputs: one tensor for each of `model.inputs`. Where the batch is open, the first dimension says how
    ///   many samples there are, the same number in every input; outputs then have as many.
    /// - Throws: `BNNMError` with `.shapeMismatch` naming the input, its shape or type and the one expected.
    public func run(_ inputs: [BNNMTensor]) throws(BNNMError) -> [BNNMTensor] {
        var executions: Int?
        for (index, (input, port)) in zip(inputs, model.inputs).enumerated() {
            guard let count = port.executions(of: input.shape) else {
                throw BNNMError(
                    BNNM_SHAPE_MISMATCH,
                    "input \(index) '\(port.name)' must have the shape \(port.shapeText), not \(input.shape)")
            }
            if let executions, port.isBatchOpen, executions != count {
                throw BNNMError(
                    BNNM_SHAPE_MISMATCH,
                    "input \(index) '\(port.name)' must have \(executions) samples, as the others have, not \(count)")
            }
            if port.isBatchOpen { executions = count }
        }
        let count = executions ?? 1
        let outputs = try run(values: inputs.map(\.values), executions: count)
        return zip(outputs, model.outputs).map { values, port in
            // A single value for each of several samples has no dimension of its own to tell them.
            let shape = port.shape.isEmpty && count > 1 ? [count] : port.shape(executions: count)
            return BNNMTensor(checked: values, shape: shape)
        }
    }

    /// Runs the model on its inputs by name, and gives its outputs by name.
    ///
    /// - Parameter inputs: a tensor for each of `model.inputs`; shapes as for `run(_:)` of an array.
    /// - Throws: `BNNMError` with `.notFound` where a name is not the model's or one is missing, `.invalidArgument`
    ///   where the file's names are stripped or not unique, and `.shapeMismatch` where a shape does not fit.
    public func run(_ inputs: [String: BNNMTensor]) throws(BNNMError) -> [String: BNNMTensor] {
        try Self.requireUniqueNames("input", model.inputs)
        try Self.requireUniqueNames("output", model.outputs)
        for name in inputs.keys.sorted() where model.input(named: name) == nil {
            let known = model.inputs.map { "'\($0.name)' \($0.shapeText)" }.joined(separator: ", ")
            throw BNNMError(BNNM_NOT_FOUND, "there is no input '\(name)'; the model's inputs are \(known)")
        }
        var ordered: [BNNMTensor] = []
        for port in model.inputs {
            guard let tensor = inputs[port.name] else {
                throw BNNMError(BNNM_NOT_FOUND, "input '\(port.name)' \(port.shapeText) is missing")
            }
            ordered.append(tensor)
        }
        let outputs = try run(ordered)
        return Dictionary(zip(model.outputs.map(\.name), outputs), uniquingKeysWith: { first, _ in first })
    }

    /// Runs a model that has one input and one output.
    ///
    /// - Throws: `BNNMError` with `.invalidArgument` where it has more, and `.shapeMismatch` where the shape does not
    ///   fit.
    public func run(_ input: BNNMTensor) throws(BNNMError) -> BNNMTensor {
        guard model.inputs.count == 1, model.outputs.count == 1 else {
            throw BNNMError(
                BNNM_INVALID_ARGUMENT,
                "the model has \(model.inputs.count) inputs and \(model.outputs.count) outputs; this needs one of each")
        }
        return try run([input])[0]
    }

    private static func requireUniqueNames(_ what: String, _ ports: [BNNMModel.Port]) throws(BNNMError) {
        guard Set(ports.map(\.name)).count != ports.count || ports.contains(where: { $0.name.isEmpty }) else { return }
        throw BNNMError(
            BNNM_INVALID_ARGUMENT,
            "the model's \(what)s have no names or share one; give tensors in the model's order instead")
    }
}
