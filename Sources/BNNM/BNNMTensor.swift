import CBNNM

/// Values with a shape: what goes into a model and what comes out. Nearly always float32; `values` has the others.
///
///     var image = try BNNMTensor(repeating: 0, shape: [1, 1, 8, 8])
///     image[0, 0, 3, 4] = 1
///     let words = try BNNMTensor([3, 1, 4] as [Int64], shape: [1, 3])
///
/// The shape is in the ONNX model's order of dimensions; elements are dense and row-major, the last dimension varying
/// fastest. Images are [N, C, H, W]. A value type, independent of models and sessions.
public struct BNNMTensor: Sendable, Equatable {
    /// Extents, the outermost first; none at all for a single value.
    public let shape: [Int]
    /// The values in row-major order; as many as the product of the shape.
    public private(set) var values: BNNMValues

    public var elementType: BNNMModel.ElementType { values.elementType }

    /// The values as float32, whatever their type: `BNNMValues.floats`.
    public var elements: [Float] { values.floats }

    /// The values, where they are of this type.
    ///
    /// - Throws: `BNNMError` with `.shapeMismatch` where they are of another.
    public func elements<Element: BNNMElement>(as type: Element.Type) throws(BNNMError) -> [Element] {
        if let elements = Element.elements(of: values) { return elements }
        throw BNNMError(BNNM_SHAPE_MISMATCH, "the tensor has \(elementType) values, not \(Element.elementType)")
    }

    /// - Throws: `BNNMError` with `.shapeMismatch` where an extent is negative, or their product is not the number of
    ///   elements.
    public init(_ elements: [Float], shape: [Int]) throws(BNNMError) { try self.init(.float32(elements), shape: shape) }

    /// Values of any type; errors as for float32.
    public init<Element: BNNMElement>(_ elements: [Element], shape: [Int]) throws(BNNMError) {
        try self.init(Element.values(elements), shape: shape)
    }

    /// Values of any type; errors as for float32.
    public init(_ values: BNNMValues, shape: [Int]) throws(BNNMError) {
        guard try Self.elementCount(shape) == values.count else {
            throw BNNMError(
                BNNM_SHAPE_MISMATCH,
                "shape \(shape) has \(try Self.elementCount(shape)) elements, but \(values.count) were given")
        }
        self.shape = shape
        self.values = values
    }

    /// - Throws: `BNNMError` with `.shapeMismatch` where an extent is negative, or their product no number of elements.
    public init(repeating value: Float, shape: [Int]) throws(BNNMError) {
        values = .float32([Float](repeating: value, count: try Self.elementCount(shape)))
        self.shape = shape
    }

    /// Where shape and values are known to agree.
    init(checked values: BNNMValues, shape: [Int]) {
        self.values = values
        self.shape = shape
    }

    /// The element at one index per dimension, as float32. As with an array, the indices must exist; only float32 tensors
    /// may be written to.
    public subscript(_ indices: Int...) -> Float {
        get {
            let position = position(indices)
            return values[position..<position + 1].floats[0]
        }
        set {
            let position = position(indices)
            guard case .float32(var elements) = values else {
                preconditionFailure("a tensor of \(elementType) values is made anew, not written to")
            }
            // The array has one holder while it is written to, so that it is not copied.
            values = .float32([])
            elements[position] = newValue
            values = .float32(elements)
        }
    }

    /// The elements behind one index of the outermost dimension, as float32: one sample of a batch. As with an array, it
    /// must exist.
    public func sample(_ index: Int) -> ArraySlice<Float> {
        precondition(!shape.isEmpty && (0..<shape[0]).contains(index), "no sample \(index) in shape \(shape)")
        let count = values.count / shape[0]
        if case .float32(let elements) = values { return elements[index * count..<(index + 1) * count] }
        return values[index * count..<(index + 1) * count].floats[...]
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
            // What Swift's arrays can hold, in int64.
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
