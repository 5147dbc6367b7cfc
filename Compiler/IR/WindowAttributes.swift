/// The window attributes of an ONNX node, as far as they are given: lists with a number for each spatial axis. What is
/// absent follows from the operands or has a default.
public struct WindowAttributes: Sendable {
    public var kernelShape: [Int]?
    public var strides: [Int]?
    public var dilations: [Int]?
    /// All begins, then all ends.
    public var pads: [Int]?

    public init(kernelShape: [Int]? = nil, strides: [Int]? = nil, dilations: [Int]? = nil, pads: [Int]? = nil) {
        self.kernelShape = kernelShape
        self.strides = strides
        self.dilations = dilations
        self.pads = pads
    }

    /// The window over one or two spatial axes.
    /// - Parameter kernel: the kernel's shape where the attributes do not give one.
    /// - Throws: `OperatorError` where lists have wrong lengths or numbers, or there is no kernel shape.
    public func window(kernel: [Int]? = nil) throws -> Window {
        if let kernel = kernelShape ?? kernel, kernel.count != 1, kernel.count != 2 {
            throw OperatorError("kernel \(kernel) has \(kernel.count) axes; 1 and 2 spatial axes are supported")
        }
        return Window(over: try axes(kernel: kernel))
    }

    /// The window's axes, any number of at least one.
    /// - Parameter kernel: the kernel's shape where the attributes do not give one.
    /// - Throws: `OperatorError` where lists have wrong lengths or numbers, or there is no kernel shape.
    public func axes(kernel: [Int]? = nil) throws -> [Window.Axis] {
        guard let kernel = kernelShape ?? kernel else { throw OperatorError("attribute 'kernel_shape' is missing") }
        guard !kernel.isEmpty else { throw OperatorError("attribute 'kernel_shape' is empty") }
        let count = kernel.count
        for (name, list, length) in [
            ("strides", strides, count), ("dilations", dilations, count), ("pads", pads, 2 * count),
        ] {
            if let list, list.count != length {
                throw OperatorError(
                    "attribute '\(name)' has \(list.count) numbers; for kernel \(kernel) it must have \(length)")
            }
        }
        return try kernel.indices.map { axis in
            let result = Window.Axis(
                kernel: kernel[axis], stride: strides?[axis] ?? 1, dilation: dilations?[axis] ?? 1,
                padBegin: pads?[axis] ?? 0, padEnd: pads?[axis + count] ?? 0)
            try Window(result, result).validate()
            return result
        }
    }
}
