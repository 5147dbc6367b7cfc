import BNNMIR

/// The places of a convolution's result, grouped by the taps that lie on the input: with zero padding, a constant added
/// to every input shows at the border as fewer taps, and differs there from class to class only. A 3×3 window with one
/// pixel of padding has at most 3×3 classes, however large the map.
struct BorderClasses {
    /// The different ranges of taps along each axis.
    let rows: [Range<Int>]
    let columns: [Range<Int>]
    /// For each row and column of the result, the number of its range.
    let rowIndices: [Int]
    let columnIndices: [Int]

    /// - Parameter countsPadding: padding counts as input, as where its value is one of the input's.
    init(_ window: Window, input: [Int], output: [Int], countsPadding: Bool) {
        (rows, rowIndices) = Self.classes(window.vertical, input[2], output[2], countsPadding)
        (columns, columnIndices) = Self.classes(window.horizontal, input[3], output[3], countsPadding)
    }

    private static func classes(
        _ axis: Window.Axis, _ input: Int, _ output: Int, _ countsPadding: Bool
    ) -> ([Range<Int>], [Int]) {
        var ranges: [Range<Int>] = []
        let indices = (0..<output).map { place -> Int in
            let taps = countsPadding ? 0..<axis.kernel : axis.validTaps(output: place, input: input)
            // Where no tap lies on the input, the taps are the same: none.
            let range = taps.isEmpty ? 0..<0 : taps
            if let known = ranges.firstIndex(of: range) { return known }
            ranges.append(range)
            return ranges.count - 1
        }
        return (ranges, indices)
    }

    var count: Int { rows.count * columns.count }

    /// For each class, row by row: the number of products, and each output channel's sum of ±1 weights [M,C,kh,kw].
    func sums(of weights: Tensor) -> [(products: Int, weights: [Int])] {
        let (m, c, kh, kw) = (weights.shape[0], weights.shape[1], weights.shape[2], weights.shape[3])
        let values = weights.integers ?? []
        // Summed over input channels first: [M,kh,kw].
        var taps = [Int](repeating: 0, count: m * kh * kw)
        for output in 0..<m {
            for input in 0..<c {
                let from = (output * c + input) * kh * kw
                for tap in 0..<kh * kw { taps[output * kh * kw + tap] += Int(values[from + tap]) }
            }
        }
        return rows.flatMap { rows in
            columns.map { columns in
                let sums = (0..<m).map { output in
                    rows.reduce(0) { sum, y in
                        columns.reduce(sum) { $0 + taps[(output * kh + y) * kw + $1] }
                    }
                }
                return (rows.count * columns.count * c, sums)
            }
        }
    }
}
