// Data movement over any number of axes: the base of Slice, Gather, Pad, Tile, Split, Resize and Concat.

extension Tensor {
    /// Element (i₀, i₁, …) of the result is this tensor's element (coordinates[0][i₀], coordinates[1][i₁], …), or the
    /// filler's only element where one of them is nil. Precondition: a list for every axis, coordinates in range, and a
    /// filler of the same element type where any is nil.
    func picked(_ coordinates: [[Int?]], filler: Tensor? = nil) -> Tensor {
        let strides = shape.rowMajorStrides
        let outside = elementCount
        var indices = [0]
        for (axis, list) in coordinates.enumerated() {
            let offsets = list.map { $0.map { $0 * strides[axis] } }
            var next: [Int] = []
            next.reserveCapacity(indices.count * list.count)
            for base in indices {
                for offset in offsets { next.append(base == outside ? outside : offset.map { base + $0 } ?? outside) }
            }
            indices = next
        }
        let source = filler.map { Tensor.joined([self, $0]) } ?? self
        return source.gathered(indices, shape: coordinates.map(\.count))
    }

    /// As `picked`, with coordinates along one axis alone and all other axes as they are.
    public func picked(_ coordinates: [Int], axis: Int) -> Tensor {
        picked(shape.indices.map { $0 == axis ? coordinates : Array(0..<shape[$0]) })
    }

    /// The elements of these tensors, one tensor after the other, as a tensor of rank 1. Precondition: at least one
    /// tensor, and all of one element type.
    static func joined(_ tensors: [Tensor]) -> Tensor {
        let type = TensorType(tensors[0].elementType, [tensors.reduce(0) { $0 + $1.elementCount }])
        switch tensors[0].storage {
        case .float: return Tensor(type, .float(tensors.flatMap(\.floats)))
        case .double: return Tensor(type, .double(tensors.flatMap(\.doubles)))
        case .integer: return Tensor(type, .integer(tensors.flatMap { $0.integers ?? [] }))
        }
    }
}
