import BNNMIR

/// Decides to which of two classes a small network puts each of many constants, as weights that are binarized by a
/// classifier need it millions of times: for whole ranges of numbers at once where the decision is certain, and by the
/// network itself for the few numbers near its switch points. Used by `ConstantRows`.
///
/// Why a range is certain: interval arithmetic bounds the difference of the two scores in real arithmetic, d; the float32
/// evaluation lies within e of it, where e is carried through the layers. With u = 2⁻²⁴, a linear layer rounds once behind
/// float64 sums, E(y) = Σ|w|E(x) + 2u·(Σ|w|(|x| + E(x)) + |b|); activations of a slope of at most 1 round once or twice,
/// E(y) = E(x) + 2u·|y|. Where all of d is beyond ±e, the
/// evaluation has d's sign. Bounds of d are themselves computed in float64, whose roundings the factor 2 covers too.
///
/// *Source*: Higham, Accuracy and Stability of Numerical Algorithms, 2nd ed., chapter 3; Moore, Methods and Applications
/// of Interval Analysis, chapter 2.
struct ClassifiedConstants {
    private typealias Interval = SwitchPointSearch.Interval
    private typealias Feature = SwitchPointSearch.Feature

    /// Ranges looked at, at most; what is undecided then is left to the network.
    private static let rangeLimit = 1 << 14
    /// Numbers that go through the network at a time.
    private static let stretch = 2048
    private static let unit = 0x1p-24
    /// Below this, float32 rounds absolutely.
    private static let underflow = 0x1p-140
    /// Above this, sums might overflow: nothing is certain.
    private static let overflow = 1e30

    private let classifier: ScalarClassifier
    private let layers: [SwitchPointSearch.Layer]

    /// nil where a layer is neither linear nor an activation whose slope is known.
    init?(_ layers: [ScalarClassifier.Layer]) {
        classifier = ScalarClassifier(layers: layers)
        self.layers = layers.compactMap { SwitchPointSearch.Layer($0.op, $0.operands) }
        guard self.layers.count == layers.count else { return nil }
    }

    /// Of each number 1 where the second score is greater, else 0; nil where the network has not two finite scores.
    func classes(of numbers: [Float]) throws -> [Int64]? {
        guard let least = numbers.min(), let greatest = numbers.max(), numbers.allSatisfy(\.isFinite),
            let ranges = ranges(least, greatest)
        else { return nil }
        var classes = [Int64](repeating: 0, count: numbers.count)
        var open: [Int] = []
        for (index, number) in numbers.enumerated() {
            switch ranges.decisions[ranges.position(of: number)] {
            case true?: classes[index] = 1
            case false?: continue
            case nil: open.append(index)
            }
        }
        for first in stride(from: 0, to: open.count, by: Self.stretch) {
            let part = open[first..<min(first + Self.stretch, open.count)]
            let differences = try classifier.evaluate(part.map { numbers[$0] })
            guard differences.allSatisfy(\.isFinite) else { return nil }
            for (index, difference) in zip(part, differences) where difference > 0 { classes[index] = 1 }
        }
        return classes
    }

    /// Ranges side by side, each with its decision or nil where that is not certain.
    private struct Ranges {
        /// The least number of each, ascending.
        var starts: [Float] = []
        var decisions: [Bool?] = []

        /// The last range that starts at or before `number`. Precondition: there is one.
        func position(of number: Float) -> Int {
            var low = 0, high = starts.count
            while high - low > 1 {
                let middle = (low + high) / 2
                if starts[middle] <= number { low = middle } else { high = middle }
            }
            return low
        }

        mutating func append(_ start: Float, _ decision: Bool?) {
            if let last = decisions.last, last == decision { return }
            starts.append(start)
            decisions.append(decision)
        }
    }

    /// nil where the network has not two scores.
    private func ranges(_ least: Float, _ greatest: Float) -> Ranges? {
        var result = Ranges()
        var pending = [(low: OrderedFloat.key(least), high: OrderedFloat.key(greatest))]
        var looked = 0
        while let (low, high) = pending.popLast() {
            looked += 1
            let ends = (OrderedFloat.value(low), OrderedFloat.value(high))
            guard let bounds = difference(ends.0, ends.1) else { return nil }
            let decision = bounds.value.low > bounds.error ? true : bounds.value.high < -bounds.error ? false : nil
            // Halved by value, not by count: numbers about 0 are many and decide alike.
            let middle = OrderedFloat.key(Float((Double(ends.0) + Double(ends.1)) / 2))
            let isNarrow = bounds.value.high - bounds.value.low < bounds.error / 8
            guard decision == nil, !isNarrow, low < middle, middle < high, looked < Self.rangeLimit else {
                result.append(ends.0, decision)
                continue
            }
            // The lower half first, so that ranges come out ascending.
            pending.append((middle, high))
            pending.append((low, middle))
        }
        return result
    }

    /// Bounds of score₂ − score₁ over a range, and of what its float32 evaluation differs by; nil where there are not two
    /// scores. Those of the values are met with those of the mean value theorem, d(middle) ± |d′|·radius, which is much
    /// closer on a small range.
    private func difference(_ low: Float, _ high: Float) -> (value: Interval, error: Double)? {
        guard let whole = propagated(Double(low), Double(high)) else { return nil }
        let middle = (Double(low) + Double(high)) / 2
        guard whole.error.isFinite, let center = propagated(middle, middle) else { return (whole.value, whole.error) }
        let reach = whole.slope.magnitude * max(Double(high) - middle, middle - Double(low))
        let least = max(whole.value.low, center.value.low - reach)
        let greatest = min(whole.value.high, center.value.high + reach)
        guard least <= greatest else { return (whole.value, whole.error) }
        return (Interval(least, greatest), whole.error)
    }

    /// The difference over a range and its derivative by interval arithmetic, and the bound of rounding, which is infinite
    /// where sums may overflow.
    private func propagated(_ low: Double, _ high: Double) -> (value: Interval, slope: Interval, error: Double)? {
        var features = [Feature(value: Interval(low, high), slope: Interval(1, 1))]
        var errors = [0.0]
        for layer in layers {
            let next = layer.apply(features)
            switch layer {
            case .linear(let weights, let bias):
                errors = zip(weights, bias).map { row, bias in
                    var carried = 0.0, magnitude = abs(bias)
                    for (weight, (feature, error)) in zip(row, zip(features, errors)) {
                        carried += abs(weight) * error
                        magnitude += abs(weight) * (feature.value.magnitude + error)
                    }
                    return carried + 2 * Self.unit * magnitude + Self.underflow
                }
            case .bias, .activation:
                errors = zip(errors, zip(features, next)).map { error, values in
                    error + 2 * Self.unit * (max(values.0.value.magnitude, values.1.value.magnitude) + error)
                        + Self.underflow
                }
            }
            features = next
            guard zip(features, errors).allSatisfy({ $0.value.magnitude + $1 < Self.overflow }) else {
                return (Interval(-.infinity, .infinity), Interval(-.infinity, .infinity), .infinity)
            }
        }
        guard features.count == 2 else { return nil }
        let difference = features[1] + features[0] * -1
        return (difference.value, difference.slope, errors[0] + errors[1])
    }
}

extension SwitchPointSearch.Interval {
    /// The largest magnitude.
    fileprivate var magnitude: Double { max(abs(low), abs(high)) }
}
