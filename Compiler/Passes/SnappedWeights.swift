import BNNMIR

/// Weights that are ±α in each output channel, made exactly so. Training code leaves an ulp of noise:
/// `α·sign(w) − clip(w) + clip(w)` differs from ±α where the subtraction rounds.
struct SnappedWeights {
    /// binary [M,...], +1 where the weight is positive (all +1 in a channel whose weights are all 0).
    let signs: Tensor
    /// The median of |w| of each output channel, ≥ 0.
    let alpha: [Float]
    let report: WeightSnap

    /// How far |w| may lie from α, relative to α.
    static let tolerance: Float = 1e-5

    struct Refusal: Error, CustomStringConvertible {
        let description: String
    }

    /// Snaps float32 weights [M,...].
    static func snap(_ weights: Tensor) -> Result<SnappedWeights, Refusal> {
        let channels = weights.shape[0], count = channels == 0 ? 0 : weights.elementCount / channels
        guard weights.elementType == .float32, count > 0 else {
            return .failure(Refusal(description: "its weights \(weights.type) are not a non-empty float32 tensor"))
        }
        let w = weights.floats
        var signs = [Int64](repeating: 1, count: w.count)
        var alpha: [Float] = []
        var noise: [Float] = []
        var worst: Float = 0
        for m in 0..<channels {
            let channel = w[m * count..<(m + 1) * count]
            guard channel.allSatisfy(\.isFinite) else {
                return .failure(Refusal(description: "its weights are not finite in output channel \(m)"))
            }
            var magnitudes = channel.map { abs($0) }
            let median = magnitudes.element(ranked: count / 2)
            var deviation: Double = 0
            for (offset, value) in channel.enumerated() {
                let distance = abs(abs(value) - median)
                guard distance <= tolerance * median else {
                    return .failure(
                        Refusal(
                            description:
                                "its weights are not ±α: in output channel \(m), |w| is \(abs(value)) at element \(offset) but \(median) in the median"
                        ))
                }
                if median > 0 { worst = max(worst, distance / median) }
                deviation += Double(distance)
                signs[m * count + offset] = value < 0 ? -1 : 1
            }
            alpha.append(median)
            noise.append(Float(deviation))
        }
        return .success(
            SnappedWeights(
                signs: Tensor(TensorType(.binary, weights.shape), .integer(signs)), alpha: alpha,
                report: WeightSnap(relativeDeviation: worst, noise: noise)))
    }
}
