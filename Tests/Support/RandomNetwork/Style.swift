/// How the steps of a random network follow each other.
public enum Style: Sendable {
    /// Binarizer, layer, arithmetic, one behind the other, with exactly ±α weights: what passes keep bit by bit.
    case chain
    /// Blocks with residual sums, dynamic thresholds, classifiers and excitation, bit by bit as well.
    case residual
    /// Everything, mixed.
    case any
}

extension RandomNetwork {
    /// The network of this seed.
    public init(_ style: Style, seed: UInt64) {
        var drawing = Drawing(seed: seed)
        switch style {
        case .chain: drawing.chain()
        case .residual: drawing.residual()
        case .any: drawing.anything()
        }
        var seeds = drawing.random
        self.init(
            seed: seed, form: drawing.form, extents: drawing.extents, executions: drawing.executions,
            steps: drawing.kinds.map { Step($0, seed: seeds.next()) })
        if style != .any { widthLimit = 12 }
    }
}

/// Draws the kinds of steps, in order, and the input they start from.
private struct Drawing {
    var random: SeededRandom
    var form = RandomNetwork.Form.image
    var extents: [Int]
    var executions: Int?
    var kinds: [StepKind] = []

    init(seed: UInt64) {
        random = SeededRandom(seed: seed)
        extents = [1, random.pick([1, 3, 5]), random.below(6) + 5, random.below(6) + 5]
    }

    private mutating func perhaps(_ kind: StepKind, _ numerator: Int, in denominator: Int) {
        if random.chance(numerator, in: denominator) { kinds.append(kind) }
    }

    private mutating func one(of choices: [StepKind]) { kinds.append(random.pick(choices)) }

    // MARK: - Styles

    mutating func chain() {
        if random.chance(1, in: 2) { kinds += [.realConvolution, .batchNormalization] }
        for _ in 0..<(random.below(3) + 1) {
            one(of: [.sign, .estimatedSign, .comparisonWhere, .comparisonWhere])
            perhaps(.maxPool, 1, in: 4)
            one(of: [.convolution, .convolution, .groupedConvolution, .signPadded])
            perhaps(.maxPool, 1, in: 4)
            perhaps(.batchNormalization, 3, in: 4)
            if random.chance(5, in: 8) {
                one(of: [.rectifier, .parametricRectifier, .leakyRectifier, .absolute, .negation, .clip])
            }
            perhaps(.maxPool, 1, in: 4)
            perhaps(.bias, 1, in: 3)
        }
        if random.chance(1, in: 2) {
            perhaps(.flatten, 1, in: 2)
            one(of: [.sign, .estimatedSign, .comparisonWhere])
            kinds.append(.dense)
            perhaps(.batchNormalization, 1, in: 2)
        }
    }

    mutating func residual() {
        extents = [random.chance(1, in: 5) ? 2 : 1, 3, random.below(5) + 5, random.below(5) + 5]
        kinds = [.realConvolution]
        for _ in 0..<(random.below(3) + 1) {
            kinds.append(.keep)
            if random.chance(2, in: 3) {
                one(of: [.learnedShift, .dynamicShift, .dynamicShift, .scaledDynamicShift])
            }
            one(of: [.sign, .sign, .sign, .sign, .classifier])
            kinds.append(.convolution)
            perhaps(.batchNormalization, 3, in: 4)
            if random.chance(1, in: 5) { activation() }
            perhaps(.excitation, 1, in: 4)
            if random.chance(1, in: 5) {
                kinds += [.dynamicShift, .sign, .convolution]
                perhaps(.batchNormalization, 1, in: 2)
            }
            one(of: [.residualSum, .residualSum, .residualSum, .residualSum, .concatenation])
            activation()
        }
        if random.chance(1, in: 2) { kinds += [.globalAveragePool, .flatten, .realDense] }
    }

    private mutating func activation() {
        if random.chance(2, in: 3) {
            one(of: [.parametricRectifier, .shiftedRectifier, .leakyRectifier, .clip, .squash, .absolute])
        }
    }

    mutating func anything() {
        form = random.pick([.image, .image, .image, .image, .image, .sequence, .tokens, .tokens, .flat])
        extents = [
            random.chance(1, in: 6) ? 2 : 1, random.pick([1, 2, 3, 3, 4, 5, 8, 9, 16, 31, 64, 65]),
            random.below(8) + 2, random.below(8) + 2,
        ]
        if random.chance(1, in: 6) {
            extents[0] = 1
            executions = 2
        }
        perhaps(form == .image || form == .sequence ? .realConvolution : .realDense, 1, in: 2)
        for _ in 0..<(random.below(4) + 1) { block() }
        if random.chance(1, in: 6) { kinds += [.globalAveragePool, .flatten, .realDense] }
    }

    private mutating func block() {
        perhaps(.keep, 1, in: 2)
        if random.chance(1, in: 14) {
            one(of: [.attention, .attention, .similarity])
            perhaps(.residualSum, 1, in: 2)
        }
        if random.chance(1, in: 4) {
            one(of: [.learnedShift, .dynamicShift, .scaledDynamicShift])
        }
        one(of: [
            .sign, .sign, .sign, .sign, .estimatedSign, .comparisonWhere, .comparisonWhere, .comparisonCast,
            .bipolarQuant, .zeroIsPlusSign, .rectifiedSign, .code, .twoValuedSign, .scaledSign, .channelScaledSign,
            .classifier,
        ])
        if random.chance(1, in: 4) { between() }
        one(of: [
            .convolution, .convolution, .convolution, .convolution, .groupedConvolution, .groupedConvolution,
            .paddedConvolution, .twoValuedConvolution, .transposedConvolution, .computedWeights, .dense,
        ])
        for _ in 0..<random.below(4) { behind() }
        if random.chance(2, in: 5) { one(of: [.residualSum, .residualSum, .residualSum, .concatenation]) }
        perhaps(.excitation, 1, in: 12)
        if random.chance(1, in: 5) { behind() }
        if random.chance(1, in: 8) { between() }
    }

    /// What moves or pools, on either side of a binarizer.
    private mutating func between() {
        one(of: [
            .maxPool, .maxPool, .averagePool, .globalAveragePool, .globalMaxPool, .channelSlice, .spatialSlice,
            .splitSum, .channelShuffle, .spatialTranspose, .pixelShuffle, .spaceToDepth, .nearestResize, .toTokens,
            .toImage, .flatten, .concatenation,
        ])
    }

    private mutating func behind() {
        one(of: [
            .batchNormalization, .batchNormalization, .batchNormalization, .bias, .channelScale, .scalarScale,
            .parametricRectifier, .shiftedRectifier, .rectifier, .leakyRectifier, .clip, .absolute, .negation,
            .squash, .smoothActivation, .maxPool, .averagePool, .layerNormalization, .softmax, .realConvolution,
        ])
    }
}
