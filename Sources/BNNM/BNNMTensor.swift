import CBNNM

/// float32 values with a shape: what goes into a model and what comes out.
///
///     var image = try BNNMTensor(repeating: 0, shape: [1, 1, 8, 8])
///     image[0, 0, 3, 4] = 1
///
/// The shape is in the ONNX model's order of dimensions; elements are dense and row-major, the last dimension varying
/// fastest. Images are [N, C, H, W]. A value type, independent of models and sessions.
public struct BNNMTensor: Sendable, Equatable {
    /// Extents, the outermost first; none at all for a single value.
    public let shape: [Int]
    /// The values in row-major order; as many as the product of the shape.
    public private(set) var elements: [Float]

    /// - Throws: `BNNMError` with `.shapeMismatch` where an extent is negative, or their product is not the number of
    ///   elements.
    public init(_ elements: [Float], shape: [Int]) throws(BNNMError) {
        guard try Self.elementCount(shape) == elements.count else {
            throw BNNMError(
                BNNM_SHAPE_MISMATCH,
                "shape \(shape) has \(try Self.elementCount(shape)) elements, but \(elements.count) were given")
        }
        self.shape = shape
        self.elements = elements
    }

    /// - Throws: `BNNMError` with `.shapeMismatch` where an extent is negative, or their product no number of elements.
    public init(repeating value: Float, shape: [Int]) throws(BNNMError) {
        elements = [Float](repeating: value, count: try Self.elementCount(shape))
        self.shape = shape
    }

    /// Where shape and elements are known to agree.
    init(checked elements: [Float], shape: [Int]) {
        self.elements = elements
        self.shape = shape
    }

    /// The element at one index per dimension. As with an array, the indices must exist.
    public subscript(_ indices: Int...) -> Float {
        get { elements[position(indices)] }
        set { elements[position(indices)] = newValue }
    }

    /// The elements behind one index of the outermost dimension: one sample of a batch. As with an array, it must exist.
    public func sample(_ index: Int) -> ArraySlice<Float> {
        precondition(!shape.isEmpty && (0..<shape[0]).contains(index), "no sample \(index) in shape \(shape)")
        let count = elements.count / shape[0]
        return elements[index * count..<(index + 1) * count]
    }

    private func position(_ indices: [Int]) -> Int {
        precondition(indices.count == shape.count, "\(indices.count) indices for shape \(shape)")
        return zip(indices, shape).reduce(0) { position, axis in
            precondition((0..<axis.1).contains(axis.0), "indices \(indices) for shape \(shape)")
            return position * axis.1 + axis.0
        }
    }

    private static func elementCount(_ shape: [Int]) throws(BNNMError) -> Int {
        var count = 1
        for extent in shape {
            let (product, overflow) = count.multipliedReportingOverflow(by: extent)
            // What Swift's arrays can hold, in float32.
            guard extent >= 0, !overflow, product <= Int.max / 8 else {
                throw BNNMError(
                    BNNM_SHAPE_MISMATCH,
                    "shape \(shape): extents must be 0 or more, and their product a number of elements that fits memory"
                )
            }
            count = product
        }
        return count
    }
}
