import BNNMIR

extension OperatorDecoder {
    /// Normalizations.
    static let normalizations: [OperatorDecoder] = [
        .checked(
            "BatchNormalization", inputs: 5...5, attributes: ["epsilon", "momentum", "training_mode"],
            batchNormalization),
        .checked(
            "LayerNormalization", inputs: 2...3, attributes: ["axis", "epsilon", "stash_type"],
            opsets: 17...SupportedOpsets.newest
        ) { node in
            guard try node.attributes.int("stash_type", default: 1) == 1 else {
                throw OperatorError("attribute 'stash_type' must be 1 (float32)")
            }
            return LayerNormalization(
                axis: try node.attributes.int("axis", default: -1),
                epsilon: try node.attributes.float("epsilon", default: 1e-5))
        },
    ]

    @Sendable private static func batchNormalization(_ node: ONNXNode) throws -> any Operator {
        let epsilon = try node.attributes.float("epsilon", default: 1e-5)
        let resultCount = node.outputs.count { !$0.isEmpty }
        guard node.opset >= 14 || resultCount == 1 else {
            throw OperatorError(
                "has \(resultCount) results, which asks for training in opset \(node.opset); export the model for "
                    + "inference, with 1 result, or with opset 14 or later")
        }
        guard try node.flag("training_mode") else { return BatchNormalization(epsilon: epsilon) }
        return BatchNormalizationTraining(
            epsilon: epsilon, momentum: try node.attributes.float("momentum", default: 0.9))
    }
}
