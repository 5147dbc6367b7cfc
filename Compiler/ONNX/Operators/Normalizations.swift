import BNNMIR

extension OperatorDecoder {
    /// Normalizations, at inference.
    static let normalizations: [OperatorDecoder] = [
        .checked(
            "BatchNormalization", inputs: 5...5, attributes: ["epsilon", "momentum", "training_mode"],
            restrictions: "inference only"
        ) { node in
            guard try !node.flag("training_mode") else {
                throw OperatorError("attribute 'training_mode' is 1; export the model for inference")
            }
            return BatchNormalization(epsilon: try node.attributes.float("epsilon", default: 1e-5))
        },
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
}
