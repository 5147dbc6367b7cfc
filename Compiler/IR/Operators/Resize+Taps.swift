/// How each element of a resampled axis is made of the elements before: Σ weight · x[index] over its taps.
public struct AxisTaps: Sendable {
    /// [count][taps]; indices are within the axis.
    public private(set) var rows: [[(index: Int, weight: Double)]] = []
    /// Which elements lie outside the input and hold the extrapolation value.
    public private(set) var isOutside: [Bool] = []

    public var hasOutside: Bool { isOutside.contains(true) }

    /// Where every element is one of the elements before: which, nil for the extrapolation value.
    public var picks: [Int?]? {
        guard rows.allSatisfy({ $0.count == 1 && $0[0].weight == 1 }) else { return nil }
        return zip(rows, isOutside).map { $1 ? nil : $0[0].index }
    }

    /// int32 [count,taps].
    public var indices: Tensor {
        Tensor([rows.count, tapCount], rows.flatMap { padded($0).map { Int64($0.index) } }, .int32)
    }

    /// float32 [count,taps].
    public var weights: Tensor {
        Tensor([rows.count, tapCount], rows.flatMap { padded($0).map { Float($0.weight) } })
    }

    private var tapCount: Int { rows.map(\.count).max() ?? 1 }

    private func padded(_ row: [(index: Int, weight: Double)]) -> [(index: Int, weight: Double)] {
        row + [(index: Int, weight: Double)](repeating: (row[0].index, 0), count: tapCount - row.count)
    }

    mutating func append(_ row: [(index: Int, weight: Double)], isOutside outside: Bool) {
        rows.append(row)
        isOutside.append(outside)
    }

    /// A float64 tensor resampled along one axis.
    func applied(to x: Tensor, axis: Int) -> Tensor {
        var shape = x.shape
        shape[axis] = rows.count
        let inner = shape[(axis + 1)...].reduce(1, *), outer = shape[..<axis].reduce(1, *)
        let values = x.doubles
        var result: [Double] = []
        result.reserveCapacity(outer * rows.count * inner)
        for block in 0..<outer {
            for row in rows {
                for element in 0..<inner {
                    result.append(
                        row.reduce(0) { $0 + $1.weight * values[(block * x.shape[axis] + $1.index) * inner + element] })
                }
            }
        }
        return Tensor(TensorType(.float64, shape), .double(result))
    }
}

extension Resize {
    /// For each axis what its elements are made of; nil where the axis stays as it is.
    public func taps(_ operands: [Operand?]) throws -> [AxisTaps?] {
        try scaling(operands).map { axis in
            guard !axis.isIdentity, axis.input > 0 else { return nil }
            var taps = AxisTaps()
            for output in 0..<axis.output {
                let x = source(output, axis)
                let isOutside = transformation == .cropAndResize && (x < 0 || x > Double(axis.input - 1))
                taps.append(isOutside ? [(0, 1)] : row(x, axis), isOutside: isOutside)
            }
            return taps
        }
    }

    private func source(_ output: Int, _ axis: Scaling) -> Double {
        let o = Double(output), last = Double(axis.input - 1)
        switch transformation {
        case .halfPixel: return (o + 0.5) / axis.scale - 0.5
        case .halfPixelSymmetric:
            let middle = Double(axis.input) / 2
            let adjustment = Double(axis.output) / (axis.scale * Double(axis.input))
            return middle * (1 - adjustment) + (o + 0.5) / axis.scale - 0.5
        case .pytorchHalfPixel: return axis.output > 1 ? (o + 0.5) / axis.scale - 0.5 : 0
        case .alignCorners: return axis.output > 1 ? o * last / Double(axis.output - 1) : 0
        case .asymmetric: return o / axis.scale
        case .cropAndResize:
            let (start, end) = axis.region
            guard axis.output > 1 else { return (start + end) * last / 2 }
            return start * last + o * (end - start) * last / Double(axis.output - 1)
        }
    }

    private func row(_ x: Double, _ axis: Scaling) -> [(index: Int, weight: Double)] {
        func clamped(_ index: Double) -> Int { Int(min(max(index, 0), Double(axis.input - 1))) }
        if mode == .nearest { return [(clamped(rounded(x)), 1)] }
        // x lies in (base, base + 1].
        let base = x.rounded(.up) - 1
        let (first, weights) = kernel(x - base, scale: axis.scale)
        var row = weights.enumerated().map { (position: base + Double(first + $0.offset), weight: $0.element) }
        if excludesOutside {
            row = row.map { $0.position < 0 || $0.position > Double(axis.input - 1) ? ($0.position, 0) : $0 }
            let sum = row.reduce(0) { $0 + $1.weight }
            row = row.map { ($0.position, $0.weight / sum) }
        }
        var merged: [(index: Int, weight: Double)] = []
        for (position, weight) in row where weight != 0 {
            let index = clamped(position)
            if let last = merged.last, last.index == index {
                merged[merged.count - 1].weight += weight
            } else {
                merged.append((index, weight))
            }
        }
        return merged.isEmpty ? [(clamped(x), 0)] : merged
    }

    private func rounded(_ x: Double) -> Double {
        switch rounding {
        case .roundPreferFloor: (x - 0.5).rounded(.up)
        case .roundPreferCeil: (x + 0.5).rounded(.down)
        case .floor: x.rounded(.down)
        case .ceil: x.rounded(.up)
        }
    }

    /// Weights of the elements from `base + first` on, for a coordinate `ratio` in (0, 1] behind the element `base`.
    private func kernel(_ ratio: Double, scale: Double) -> (first: Int, weights: [Double]) {
        let a = Double(cubicCoefficient)
        func weight(_ distance: Double) -> Double {
            let d = abs(distance)
            guard mode == .cubic else { return max(0, 1 - d) }
            if d <= 1 { return ((a + 2) * d - (a + 3)) * d * d + 1 }
            return d < 2 ? ((a * d - 5 * a) * d + 8 * a) * d - 4 * a : 0
        }
        let reach = mode == .cubic ? 2.0 : 1
        let shrink = antialiases ? min(scale, 1) : 1
        let first = Int((-reach / shrink).rounded(.down)) + 1
        let weights = (first...1 - first).map { weight((Double($0) - ratio) * shrink) }
        let sum = antialiases ? weights.reduce(0, +) : 1
        return (first, weights.map { $0 / sum })
    }
}
