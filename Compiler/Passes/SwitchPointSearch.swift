import BNNMIR

/// Finds every float32 number at which a scalar classifier's decision changes.
///
/// Interval arithmetic in float64 over the network gives, for a range of numbers, bounds of the score difference and of
/// its derivative. A range whose difference cannot be 0 has no switch point; one whose derivative cannot be 0 has at most
/// one, which bisection over float32 numbers finds by the network's own float32 arithmetic; any other is halved, down to
/// neighbouring numbers. So none is missed, and each is exact to the last float32 number.
///
/// *Source*: Moore, Methods and Applications of Interval Analysis, chapters 2 and 5.
struct SwitchPointSearch {
    /// Ranges looked at before the search gives up, as for scores that are equal over a whole stretch.
    static let rangeLimit = 200_000

    private let classifier: ScalarClassifier
    private let layers: [Layer]

    /// nil where a layer is neither linear nor a known monotone activation.
    init?(_ classifier: ScalarClassifier) {
        self.classifier = classifier
        let layers = classifier.layers.compactMap { Layer($0.op, $0.operands) }
        guard layers.count == classifier.layers.count else { return nil }
        self.layers = layers
    }

    /// nil where the search gave up.
    func run() throws -> (points: [Float], startsAtPlus: Bool)? {
        // Beyond these ends sums would overflow; no trained threshold lies there, and a decision does not change there.
        let ends = [-Float.greatestFiniteMagnitude.squareRoot(), Float.greatestFiniteMagnitude.squareRoot()]
        var pending = [(low: OrderedFloat.key(ends[0]), high: OrderedFloat.key(ends[1]))]
        var points: [Float] = []
        var looked = 0
        while let (low, high) = pending.popLast() {
            looked += 1
            guard looked <= SwitchPointSearch.rangeLimit else { return nil }
            let range = difference(OrderedFloat.value(low), OrderedFloat.value(high))
            if !range.value.containsZero { continue }
            if !range.slope.containsZero || Int64(high) - Int64(low) <= 1 {
                if let point = try bisect(low, high) { points.append(point) }
                continue
            }
            let middle = Int32((Int64(low) + Int64(high)) >> 1)
            // The lower half first, so that points come out ascending.
            pending.append((middle, high))
            pending.append((low, middle))
        }
        return (points, try decision(ends[0]))
    }

    private func decision(_ x: Float) throws -> Bool { try classifier.evaluate([x])[0] > 0 }

    /// The first number that decides as `high` does, where that is otherwise than `low`.
    private func bisect(_ low: Int32, _ high: Int32) throws -> Float? {
        let start = try decision(OrderedFloat.value(low))
        guard try decision(OrderedFloat.value(high)) != start else { return nil }
        var below = low, above = high
        while Int64(above) - Int64(below) > 1 {
            let middle = Int32((Int64(below) + Int64(above)) >> 1)
            if try decision(OrderedFloat.value(middle)) == start { below = middle } else { above = middle }
        }
        return OrderedFloat.value(above)
    }

    /// Bounds of score₂ − score₁ and of its derivative over a range.
    private func difference(_ low: Float, _ high: Float) -> Feature {
        let x = Feature(value: Interval(Double(low), Double(high)), slope: Interval(1, 1))
        let scores = layers.reduce([x]) { $1.apply($0) }
        return scores[1] + scores[0] * -1
    }
}

extension SwitchPointSearch {
    struct Interval {
        var low: Double
        var high: Double

        init(_ a: Double, _ b: Double) {
            low = min(a, b)
            high = max(a, b)
        }

        /// With room for float64's roundings.
        var containsZero: Bool {
            let slack = 1e-13 * max(abs(low), abs(high))
            return !(low > slack || high < -slack)
        }

        static func + (a: Interval, b: Interval) -> Interval { Interval(a.low + b.low, a.high + b.high) }
        static func * (a: Interval, factor: Double) -> Interval { Interval(a.low * factor, a.high * factor) }
        static func * (a: Interval, b: Interval) -> Interval {
            let products = [a.low * b.low, a.low * b.high, a.high * b.low, a.high * b.high]
            return Interval(products.min()!, products.max()!)
        }
    }

    /// One feature's value and its derivative by the network's input.
    struct Feature {
        var value: Interval
        var slope: Interval

        static func + (a: Feature, b: Feature) -> Feature {
            Feature(value: a.value + b.value, slope: a.slope + b.slope)
        }
        static func * (a: Feature, factor: Double) -> Feature {
            Feature(value: a.value * factor, slope: a.slope * factor)
        }
    }

    /// A layer in real arithmetic.
    enum Layer {
        /// One row of weights for each output feature.
        case linear(weights: [[Double]], bias: [Double])
        case bias([Double])
        /// A non-decreasing function and its derivative, which rises up to 0 and falls behind it, or only rises.
        case activation(@Sendable (Double) -> Double, slope: @Sendable (Double) -> Double, peaksAtZero: Bool)

        /// - Parameter operands: nil where the data stands.
        init?(_ op: any Operator, _ operands: [Tensor?]) {
            func matrix(_ transposed: Bool) -> [[Double]]? {
                guard let w = operands.count > 1 ? operands[1] : nil, w.shape.count == 2 else { return nil }
                return (transposed ? w : w.permuted([1, 0])).rows
            }
            switch op {
            case let op as Gemm:
                guard !op.transA, operands[0] == nil, let rows = matrix(op.transB) else { return nil }
                var bias = [Double](repeating: 0, count: rows.count)
                if operands.count > 2, let c = operands[2] {
                    guard let row = c.asRow(of: rows.count) else { return nil }
                    bias = row.map { $0 * Double(op.beta) }
                }
                self = .linear(weights: rows.map { $0.map { $0 * Double(op.alpha) } }, bias: bias)
            case is MatMul:
                guard operands[0] == nil, let rows = matrix(false) else { return nil }
                self = .linear(weights: rows, bias: [Double](repeating: 0, count: rows.count))
            case is Add:
                guard let c = operands.compactMap({ $0 }).first, let count = c.shape.last,
                    let row = c.asRow(of: count)
                else { return nil }
                self = .bias(row)
            case let op as Tanh:
                self = .activation(
                    { op.apply($0) },
                    slope: {
                        let t = op.apply($0); return 1 - t * t
                    }, peaksAtZero: true)
            case let op as Sigmoid:
                self = .activation(
                    { op.apply($0) },
                    slope: {
                        let s = op.apply($0); return s * (1 - s)
                    }, peaksAtZero: true)
            case let op as Relu:
                self = .activation({ op.apply($0) }, slope: { $0 > 0 ? 1 : 0 }, peaksAtZero: false)
            case let op as LeakyRelu where op.alpha >= 0 && op.alpha <= 1:
                self = .activation(
                    { op.apply($0) }, slope: { $0 > 0 ? 1 : Double(op.alpha) }, peaksAtZero: false)
            default: return nil
            }
        }

        func apply(_ features: [Feature]) -> [Feature] {
            switch self {
            case .linear(let weights, let bias):
                zip(weights, bias).map { row, bias in
                    let constant = Feature(value: Interval(bias, bias), slope: Interval(0, 0))
                    return zip(row, features).reduce(constant) { $0 + $1.1 * $1.0 }
                }
            case .bias(let bias):
                features.indices.map { index in
                    let shift = bias[bias.count == 1 ? 0 : index]
                    return features[index] + Feature(value: Interval(shift, shift), slope: Interval(0, 0))
                }
            case .activation(let function, let slope, let peaksAtZero):
                features.map { feature in
                    let (low, high) = (feature.value.low, feature.value.high)
                    var steepness = Interval(slope(low), slope(high))
                    if peaksAtZero, low < 0, high > 0 { steepness.high = slope(0) }
                    return Feature(value: Interval(function(low), function(high)), slope: steepness * feature.slope)
                }
            }
        }
    }
}

extension Tensor {
    /// The rows of a matrix.
    fileprivate var rows: [[Double]] {
        let values = doubles
        return (0..<shape[0]).map { Array(values[$0 * shape[1]..<($0 + 1) * shape[1]]) }
    }

    /// A constant that is added to every row of `count` features; nil where it differs from row to row.
    fileprivate func asRow(of count: Int) -> [Double]? {
        guard elementCount == 1 || elementCount == count, shape.dropLast().allSatisfy({ $0 == 1 }),
            elementCount == 1 || shape.last == count
        else { return nil }
        return elementCount == 1 ? [Double](repeating: doubles[0], count: count) : doubles
    }
}
