import BNNMIR

/// What a layer of two-valued inputs s·d + c and two-valued weights σ·v + μ computes in each output channel, d and v ±1:
///
///     y = s·σ·acc + s·μ·sum + c·(σ·Σv + μ·products) + bias
///
/// acc the accumulator of d and v, sum that of d alone, Σv and products over the taps that lie on the input. Written as
/// gain·(accumulator·acc + windowSum·sum + offset) + shift: where the ratios c/s and μ/σ are halves or whole numbers (0/1
/// codes), all inside the parentheses is exact in float32, so that a y that is exactly zero stays so; elsewhere gain is 1.
struct LayerTerms {
    /// ≥ 0, with the weights' signs turned where s is negative.
    private(set) var accumulator: [Double] = []
    private(set) var windowSum: [Double] = []
    /// By border class, then channel; without the bias.
    private(set) var offsets: [[Double]]
    private(set) var gain: [Double] = []
    private(set) var bias: [Double]
    /// The channels whose gain is a factor of its own, behind which their bias is added.
    private(set) var isScaled: [Bool] = []
    /// What the layer computes in real numbers, from which its exact zeros follow.
    private(set) var lattice: AccumulatorLattice

    /// - Parameters:
    ///   - inputs: the input's two numbers, for each output channel.
    ///   - sums: of each border class, by the unturned weights.
    init(
        inputs: [(minus: Double, plus: Double)], weights: SnappedWeights, bias: [Float]?,
        sums: [(products: Int, weights: [Int])]
    ) {
        let channels = inputs.count
        self.bias = bias?.map { Double($0) } ?? [Double](repeating: 0, count: channels)
        offsets = sums.map { _ in [Double](repeating: 0, count: channels) }
        lattice = AccumulatorLattice(channels: [])
        let products = sums.map(\.products).max() ?? 0
        for m in 0..<channels {
            let s = (inputs[m].plus - inputs[m].minus) / 2, c = (inputs[m].plus + inputs[m].minus) / 2
            let sigma = weights.alpha[m], mu = weights.center[m], sign: Double = s < 0 ? -1 : 1
            let real = sums.map { c * (sigma * Double($0.weights[m]) + mu * Double($0.products)) }
            let inputRatio = Self.ratio(c, to: abs(s)), weightRatio = Self.ratio(mu, to: sigma)
            // (1 + |t|)(1 + |r|)·products, in quarters, must be exact.
            if let r = inputRatio, let t = weightRatio, c != 0 || mu != 0,
                (1 + abs(t)) * (1 + abs(r)) * Double(products) * 4 <= Double(AccumulatorLimit.products),
                !Self.isExact(abs(s) * sigma, mu: mu, offsets: real.map { $0 + self.bias[m] })
            {
                accumulator.append(1)
                windowSum.append(sign * t)
                gain.append(abs(s) * sigma)
                for (index, sum) in sums.enumerated() {
                    offsets[index][m] = r * (Double(sum.weights[m]) + t * Double(sum.products))
                }
                isScaled.append(true)
            } else {
                accumulator.append(abs(s) * sigma)
                windowSum.append(s * mu)
                gain.append(1)
                isScaled.append(false)
                for index in sums.indices { offsets[index][m] = real[index] }
            }
            lattice.channels.append(
                AccumulatorLattice.Channel(
                    noise: weights.report.noise[m], accumulator: abs(s) * sigma, windowSum: s * mu,
                    classes: sums.enumerated().map { index, sum in
                        let turned = Int(sign) * sum.weights[m]
                        return .init(
                            plus: (sum.products + turned) / 2, minus: (sum.products - turned) / 2,
                            offset: real[index] + self.bias[m])
                    }))
        }
    }

    var needsWindowSums: Bool { windowSum.contains { $0 != 0 } }
    var hasOffsets: Bool { offsets.contains { $0.contains { $0 != 0 } } }
    var hasGain: Bool { isScaled.contains(true) }

    /// Whether float32 holds every coefficient.
    var isFinite: Bool {
        ([accumulator, windowSum, gain, bias] + offsets).allSatisfy { $0.allSatisfy { Float($0).isFinite } }
    }

    /// Whether a single multiplication and addition gives the number exactly where that number is zero.
    private static func isExact(_ scale: Double, mu: Double, offsets: [Double]) -> Bool {
        mu == 0 && ([scale] + offsets).allSatisfy { Double(Float($0)) == $0 }
    }

    /// a/b where that is a whole number of halves; nil elsewhere.
    private static func ratio(_ a: Double, to b: Double) -> Double? {
        guard b != 0 else { return nil }
        let ratio = a / b
        return ratio * b == a && ratio * 2 == (ratio * 2).rounded() && abs(ratio) <= 256 ? ratio : nil
    }
}
