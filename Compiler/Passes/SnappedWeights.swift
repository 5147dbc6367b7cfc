import BNNMIR

/// Weights that take two values in each output channel, made exactly so: μ + σ·v, v = ±1. Where |w| is one number, μ is 0
/// and σ is α. Training code leaves an ulp of noise: `α·sign(w) − clip(w) + clip(w)` differs from ±α where the
/// subtraction rounds.
///
/// *Source*: two-valued weights that are not symmetric: AdaBin, arXiv 2208.08084, section 3.2.
struct SnappedWeights {
    /// v: binary [M,...], +1 at the larger value (all +1 in a channel whose weights are all 0).
    let signs: Tensor
    /// σ of each output channel, ≥ 0: the median of |w|, or half the distance of the two values.
    let alpha: [Double]
    /// μ of each output channel: 0, or the mean of the two values.
    let center: [Double]
    let report: WeightSnap

    /// How far a weight may lie from its value, relative to σ.
    static let tolerance: Float = 1e-5

    /// Why weights do not take two values, for the report.
    struct Refusal: Error {
        let kind: FloatReason.Kind
        let description: String

        init(_ kind: FloatReason.Kind, _ description: String) {
            self.kind = kind
            self.description = description
        }
    }

    /// Whether weights take two values in each output channel. The first channel tells most others without sorting them.
    static func areTwoValued(_ weights: Tensor) -> Bool {
        guard weights.elementType == .float32, let channels = weights.shape.first, weights.elementCount > 0 else {
            return false
        }
        let first = weights.floats.prefix(weights.elementCount / channels)
        let ends = ValuePair(low: first.min() ?? 0, high: first.max() ?? 0)
        guard ends.largestDistance(in: first) <= 4 * tolerance * ends.largestMagnitude else { return false }
        return (try? snap(weights).get()) != nil
    }

    /// Snaps float32 weights [M,...].
    static func snap(_ weights: Tensor) -> Result<SnappedWeights, Refusal> {
        let channels = weights.shape.first ?? 0, count = channels == 0 ? 0 : weights.elementCount / channels
        guard weights.elementType == .float32, count > 0 else {
            return .failure(Refusal(.realWeights, "its weights \(weights.type) are not a non-empty float32 tensor"))
        }
        let w = weights.floats
        var signs: [Int64] = []
        signs.reserveCapacity(w.count)
        var alpha: [Double] = [], center: [Double] = []
        var noise: [Float] = []
        var worst: Float = 0
        for m in 0..<channels {
            let channel = w[m * count..<(m + 1) * count]
            guard channel.allSatisfy(\.isFinite) else {
                return .failure(Refusal(.infiniteWeights, "its weights are not finite in output channel \(m)"))
            }
            guard let pair = ValuePair(opposite: channel) ?? ValuePair(distinct: channel) else {
                return .failure(Refusal(.realWeights, refusal(of: channel, number: m)))
            }
            alpha.append((Double(pair.high) - Double(pair.low)) / 2)
            center.append((Double(pair.high) + Double(pair.low)) / 2)
            for weight in channel { signs.append(pair.isHigh(weight) ? 1 : -1) }
            worst = max(worst, pair.largestDistance(in: channel) / max(pair.spread, .leastNonzeroMagnitude))
            noise.append(Float(channel.reduce(0.0) { $0 + Double(pair.distance($1)) }))
        }
        return .success(
            SnappedWeights(
                signs: Tensor(TensorType(.binary, weights.shape), .integer(signs)), alpha: alpha, center: center,
                report: WeightSnap(relativeDeviation: worst, noise: noise)))
    }

    /// Names the first weight that is neither of the channel's extremes.
    private static func refusal(of channel: ArraySlice<Float>, number: Int) -> String {
        let low = channel.min() ?? 0, high = channel.max() ?? 0
        let pair = ValuePair(low: low, high: high)
        let other = channel.enumerated().first { pair.distance($0.element) > tolerance * pair.spread }
        return "its weights take more than two values: in output channel \(number), w is "
            + (other.map { "\($0.element) at element \($0.offset)" } ?? "noisy") + ", besides \(low) and \(high)"
    }
}

/// The two values that one channel's weights take.
private struct ValuePair {
    let low: Float
    let high: Float

    init(low: Float, high: Float) {
        self.low = low
        self.high = high
    }

    /// −α and α; nil where |w| is more than one number.
    init?(opposite weights: ArraySlice<Float>) {
        let first = abs(weights.first ?? 0)
        if weights.allSatisfy({ abs($0) == first }) {
            self.init(low: -first, high: first)
            return
        }
        var magnitudes = weights.map { abs($0) }
        let median = magnitudes.element(ranked: weights.count / 2)
        self.init(low: -median, high: median)
        guard largestDistance(in: weights) <= SnappedWeights.tolerance * median else { return nil }
    }

    /// The medians of the weights below and above the middle; nil where the weights are not as near to one of them as
    /// noise would be.
    init?(distinct weights: ArraySlice<Float>) {
        let sorted = weights.sorted()
        let middle = (Double(sorted[0]) + Double(sorted[sorted.count - 1])) / 2
        let below = sorted.filter { Double($0) <= middle }, above = sorted.filter { Double($0) > middle }
        guard !below.isEmpty, !above.isEmpty else { return nil }
        self.init(low: below[below.count / 2], high: above[above.count / 2])
        guard spread.isFinite, largestDistance(in: weights) <= SnappedWeights.tolerance * spread else { return nil }
    }

    var largestMagnitude: Float { max(abs(low), abs(high)) }

    /// Half the distance of the two.
    var spread: Float { (high - low) / 2 }

    /// −0 and 0 are high, as every weight is where both values are 0.
    func isHigh(_ weight: Float) -> Bool { low == -high ? weight >= 0 : abs(high - weight) < abs(weight - low) }

    func distance(_ weight: Float) -> Float { abs(weight - (isHigh(weight) ? high : low)) }

    func largestDistance(in weights: ArraySlice<Float>) -> Float { weights.lazy.map { distance($0) }.max() ?? 0 }
}
