import BNNMIR

/// Element counts of shapes that come from a file, where a product may overflow.
enum TensorSize {
    /// The most elements a tensor may have: far beyond any memory, and small enough that the byte counts and index sums
    /// computed from it cannot overflow.
    static let elementLimit = 1 << 40

    /// The number of elements of a tensor of this shape; nil where a dimension is negative or the product, dimensions
    /// of 0 counted as 1, exceeds the limit.
    static func elementCount(_ shape: [Int]) -> Int? {
        var product = 1
        for dimension in shape {
            guard dimension >= 0 else { return nil }
            let (next, overflow) = product.multipliedReportingOverflow(by: max(dimension, 1))
            guard !overflow, next <= elementLimit else { return nil }
            product = next
        }
        return shape.contains(0) ? 0 : product
    }
}
