import BNNMIR

extension OperatorDecoder {
    /// Every operator that the compiler reads, family by family.
    public static let all: [OperatorDecoder] =
        arithmetic + activations + comparisons + linearLayers + pools + normalizations + reductions + shapes + movement
        + constants + quantizers
}
