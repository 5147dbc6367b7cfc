import BNNMIR

/// Some elements that stand for a value of a graph: draws from the distribution its elements have, in the value's element
/// type. Elements of one index go together, so that `x − f(x) + f(x)` is `x`.
struct Sample {
    static let count = 1024

    /// Of shape [count].
    let tensor: Tensor

    /// Elements at even distances from a tensor; nil where it has none.
    init?(of tensor: Tensor) {
        let count = tensor.elementCount
        guard count > 0 else { return nil }
        // Neighbours for few elements, a stride for many; the stride never overflows, since `count` is a real size.
        let indices = (0..<Sample.count).map { count <= Sample.count ? $0 % count : count / Sample.count * $0 }
        self.tensor = tensor.gathered(indices, shape: [Sample.count])
    }

    /// - Parameter values: `count` numbers.
    init(_ values: [Double], _ elementType: ElementType) {
        tensor =
            elementType.isFloat
            ? .rounding(values, to: elementType, shape: [Sample.count])
            : Tensor(
                TensorType(elementType, [Sample.count]), .integer(values.map { Int64(exactly: $0.rounded()) ?? 0 }))
    }

    /// Of shape [count]; nil where it is not.
    init?(shaped tensor: Tensor) {
        guard tensor.shape == [Sample.count] else { return nil }
        self.tensor = tensor
    }

    var values: [Double] { tensor.doubles }

    /// The mean; 0 where it is no finite number.
    var mean: Double { Sample.mean(values) ?? 0 }

    /// Where a threshold decides both ways: halfway from the median to the mean. The median alone would leave what half of
    /// the numbers are, as 0 behind a ReLU, on one side; the mean lies far from the middle of a skewed distribution.
    var center: Double {
        let median = values.sorted()[Sample.count / 2]
        return median.isFinite ? (mean + median) / 2 : mean
    }

    /// The mean of squares; 1 where it is no finite number.
    var meanSquare: Double { Sample.mean(values.map { $0 * $0 }) ?? 1 }

    /// The variance; 1 where it is no finite number above 0.
    var variance: Double {
        let centre = mean
        guard let variance = Sample.mean(values.map { ($0 - centre) * ($0 - centre) }), variance > 1e-30 else {
            return 1
        }
        return variance
    }

    /// What `reduce` makes of groups of elements, `size` each, picked from all over the sample.
    func grouped(_ size: Int, _ reduce: ([Double]) -> Double) -> Sample {
        let values = self.values
        let size = max(1, min(size, 256))
        return Sample(
            (0..<Sample.count).map { first in
                reduce((0..<size).map { values[(first + $0 * 389) % Sample.count] })
            }, tensor.elementType)
    }

    private static func mean(_ values: [Double]) -> Double? {
        let mean = values.reduce(0, +) / Double(values.count)
        return mean.isFinite ? mean : nil
    }
}
