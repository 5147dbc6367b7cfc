// Groups of elements that lie along some axes: the base of reductions, ArgMax and Softmax.

extension Tensor {
    /// The elements of a tensor in groups: each group runs over `axes`, in row-major order, and the groups follow one
    /// another in row-major order of the other axes.
    struct Grouping {
        /// Flat index of each group's first element.
        let starts: [Int]
        /// Distance of each element of a group from the first.
        let offsets: [Int]

        /// Precondition: axes are in range and distinct.
        init(shape: [Int], axes: [Int]) {
            let strides = shape.rowMajorStrides
            let kept = shape.indices.filter { !axes.contains($0) }
            let grouped = shape.indices.filter { axes.contains($0) }
            starts = Tensor.stridedIndices(shape: kept.map { shape[$0] }, strides: kept.map { strides[$0] })
            offsets = Tensor.stridedIndices(shape: grouped.map { shape[$0] }, strides: grouped.map { strides[$0] })
        }

        /// What `body` gives for the elements of each group.
        func map<T, R>(_ elements: [T], _ body: ([T]) throws -> R) rethrows -> [R] {
            guard let first = elements.first else { return try starts.map { _ in try body([]) } }
            var group = [T](repeating: first, count: offsets.count)
            return try starts.map { start in
                for (position, offset) in offsets.enumerated() { group[position] = elements[start + offset] }
                return try body(group)
            }
        }

        /// All elements, those of each group replaced by what `body` gives for them.
        func replacing<T>(_ elements: [T], _ body: ([T]) -> [T]) -> [T] {
            var result = elements
            for (start, replacements) in zip(starts, map(elements, body)) {
                for (offset, value) in zip(offsets, replacements) { result[start + offset] = value }
            }
            return result
        }
    }
}
