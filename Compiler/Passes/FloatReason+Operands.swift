import BNNMIR

/// The reasons that lie in what a layer multiplies, told before its form is looked at.
extension FloatReason {
    /// Of a convolution whose input, without its padding, does not take two values in each channel by one decision.
    init(ofInput x: Graph.ValueID, weights w: Graph.ValueID, _ graph: Graph) throws {
        let weightsAreTwoValued = try graph.isTwoValued(w)
        guard let origin = DecisionOrigin(x, in: graph) else {
            // Two numbers always take two values.
            let shape = graph[w].type.shape
            self =
                weightsAreTwoValued && shape.dropFirst().reduce(1, *) > 2
                ? FloatReason(
                    .realInput, "its weights take two values, but its input is real-valued", isFallback: false)
                : FloatReason(.realOperands, "its input and its weights are real-valued", isFallback: false)
            return
        }
        if let weights = graph.constant(w), !weightsAreTwoValued,
            case .failure(let refusal) = SnappedWeights.snap(weights)
        {
            self.init(
                refusal.kind, "its input is made of decisions, but \(refusal.description)", isFallback: false)
            return
        }
        self = origin.reason("its input", isFallback: weightsAreTwoValued, graph)
    }

    /// Of a product of which an operand is constant, or does not take two values by one decision.
    init(ofProduct node: Graph.Node, _ a: Graph.ValueID, _ b: Graph.ValueID, _ graph: Graph) throws {
        let binary = [try graph.isMadeOfDecisions(a), try graph.isMadeOfDecisions(b)]
        guard binary.contains(true) else {
            self.init(.realOperands, "its operands are real-valued", isFallback: false)
            return
        }
        guard binary.contains(false) else {
            let operands = [a, b], words = ["its left operand", "its right operand"]
            for (operand, word) in zip(operands, words) where try TwoValues(operand, in: graph) == nil {
                guard let origin = DecisionOrigin(operand, in: graph) else { continue }
                self = origin.reason(word, isFallback: true, graph)
                return
            }
            let shapes = operands.map { "[\(graph[$0].type.shape.map(String.init).joined(separator: ","))]" }
            self.init(
                .severalMatrices,
                "its operands are binary, but of forms that no convolution has: \(shapes[0]) · \(shapes[1]), one of them constant",
                isFallback: true)
            return
        }
        let isWeights = graph.constant(binary[0] ? b : a) != nil
        if isWeights {
            self.init(.realWeights, "its input is binary, but its weights take more than two values", isFallback: false)
        } else if graph.constant(binary[0] ? a : b) != nil {
            self.init(.realInput, "its weights take two values, but its input is real-valued", isFallback: false)
        } else {
            let words = binary[0] ? ("left", "right") : ("right", "left")
            self.init(
                .realOperand, "its \(words.0) operand is binary, but its \(words.1) operand is not",
                isFallback: false)
        }
    }
}

extension Graph {
    /// Whether weights, constant or computed, are known to take two values in each output channel.
    func isTwoValued(_ weights: ValueID) throws -> Bool {
        if let constant = constant(weights) { return SnappedWeights.areTwoValued(constant) }
        if try TwoValues(weights, in: self) != nil { return true }
        return DecisionOrigin(weights, in: self)?.isTwoValued(self) ?? false
    }

    /// Whether a product's operand is made of decisions, or of constants that take two values.
    fileprivate func isMadeOfDecisions(_ operand: ValueID) throws -> Bool {
        if let constant = constant(operand) { return SnappedWeights.areTwoValued(constant) }
        return try TwoValues(operand, in: self) != nil || DecisionOrigin(operand, in: self) != nil
    }
}
