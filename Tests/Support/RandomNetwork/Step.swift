/// One step of a random network: what it does, and the seed of the numbers it draws.
public struct Step: Sendable, CustomStringConvertible {
    public let kind: StepKind
    public let seed: UInt64

    public init(_ kind: StepKind, seed: UInt64) {
        self.kind = kind
        self.seed = seed
    }

    public var description: String { kind.rawValue }
}

/// All kinds of steps, by family; each family has a file.
public enum StepKind: String, Sendable, CaseIterable {
    // Binarizers: what is real becomes two numbers.
    case sign, estimatedSign, comparisonWhere, comparisonCast, bipolarQuant, zeroIsPlusSign, rectifiedSign
    case code, twoValuedSign, scaledSign, channelScaledSign, classifier
    // Thresholds in front of a binarizer.
    case learnedShift, dynamicShift, scaledDynamicShift
    // Layers with binary weights.
    case convolution, groupedConvolution, signPadded, paddedConvolution, twoValuedConvolution, transposedConvolution,
        dense
    case twoValuedDense, computedWeights
    // Products of two activations.
    case attention, similarity
    // Layers with real weights, and what goes with them.
    case realConvolution, realDense, excitation, softmax, layerNormalization
    // Elementwise arithmetic behind a layer.
    case batchNormalization, bias, channelScale, scalarScale, parametricRectifier, shiftedRectifier, rectifier
    case leakyRectifier, clip, absolute, negation, squash, smoothActivation
    // Pools.
    case maxPool, averagePool, globalAveragePool, globalMaxPool
    // Sums and concatenations with earlier values.
    case keep, residualSum, concatenation
    // Movement of elements.
    case channelSlice, spatialSlice, splitSum, channelShuffle, spatialTranspose, pixelShuffle, spaceToDepth
    case nearestResize, toTokens, toImage, flatten
}

extension NetworkBuilder {
    /// Applies a step where it fits.
    mutating func apply(_ step: Step) throws {
        random = SeededRandom(seed: step.seed)
        switch step.kind {
        case .sign, .estimatedSign, .comparisonWhere, .comparisonCast, .bipolarQuant, .zeroIsPlusSign, .rectifiedSign,
            .code, .twoValuedSign, .scaledSign, .channelScaledSign, .classifier:
            try binarizer(step.kind)
        case .learnedShift, .dynamicShift, .scaledDynamicShift: try threshold(step.kind)
        case .convolution, .groupedConvolution, .signPadded, .paddedConvolution, .twoValuedConvolution,
            .transposedConvolution, .dense, .twoValuedDense, .computedWeights:
            try binaryLayer(step.kind)
        case .attention, .similarity: try activationProduct(step.kind)
        case .realConvolution, .realDense, .excitation, .softmax, .layerNormalization: try realLayer(step.kind)
        case .batchNormalization, .bias, .channelScale, .scalarScale, .parametricRectifier, .shiftedRectifier,
            .rectifier, .leakyRectifier, .clip, .absolute, .negation, .squash, .smoothActivation:
            try elementwise(step.kind)
        case .maxPool, .averagePool, .globalAveragePool, .globalMaxPool: try pool(step.kind)
        case .keep, .residualSum, .concatenation: try combination(step.kind)
        case .channelSlice, .spatialSlice, .splitSum, .channelShuffle, .spatialTranspose, .pixelShuffle, .spaceToDepth,
            .nearestResize, .toTokens, .toImage, .flatten:
            try movement(step.kind)
        }
    }
}
