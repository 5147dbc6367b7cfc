/// One spatial axis of a transposed convolution over a given input, its padding resolved: the geometry of `ConvTranspose`
/// and `VolumeConv`.
public struct TransposedAxis: Sendable {
    /// Its padding is what is cut off.
    public var axis: Window.Axis
    public let input: Int
    public let output: Int

    init(axis: Window.Axis, input: Int, output: Int) {
        self.axis = axis
        self.input = input
        self.output = output
    }

    /// Where the product of `input` and kernel `tap` is added; nil where that is cut off.
    func target(input: Int, tap: Int) -> Int? {
        let target = input * axis.stride + tap * axis.dilation - axis.padBegin
        return target >= 0 && target < output ? target : nil
    }

    /// The input whose product with kernel `tap` is added to `output`; nil where there is none.
    func source(output: Int, tap: Int) -> Int? {
        let steps = output + axis.padBegin - tap * axis.dilation
        guard steps >= 0, steps % axis.stride == 0, steps / axis.stride < input else { return nil }
        return steps / axis.stride
    }

    /// The spatial axes of `x`, one for each of `axes`.
    ///
    /// - Parameters:
    ///   - outputPadding: elements added at the end of each axis of the result.
    ///   - outputShape: the result's extents where the padding follows from them; nil where the axes have the padding.
    ///   - autoPad: with `outputShape`, where an odd element of padding goes; without, `explicit` uses the axes' padding
    ///     and the others give as many elements as the input times the stride.
    /// - Throws: `OperatorError` where they do not fit together.
    static func all(
        _ axes: some Collection<Window.Axis>, of x: TensorType, outputPadding: some Collection<Int>,
        outputShape: [Int]?, autoPad: AutoPad
    ) throws -> [TransposedAxis] {
        if let outputShape,
            outputShape.count != axes.count || !outputShape.allSatisfy({ $0 > 0 && $0 <= TensorType.elementLimit })
        {
            throw OperatorError("output_shape \(outputShape) must be \(axes.count) numbers of at least 1")
        }
        return try zip(axes, outputPadding).enumerated().map { position, axis in
            try TransposedAxis(
                axis.0, outputPadding: axis.1, input: x.shape[2 + position], requested: outputShape?[position],
                autoPad: autoPad)
        }
    }

    private init(_ axis: Window.Axis, outputPadding: Int, input: Int, requested: Int?, autoPad: AutoPad) throws {
        guard input > 0 else { throw OperatorError("X has no elements along a spatial axis") }
        guard outputPadding >= 0, outputPadding < max(axis.stride, axis.dilation) else {
            throw OperatorError(
                "output_padding \(outputPadding) must be 0 or more"
                    + " and less than stride \(axis.stride) or dilation \(axis.dilation)"
            )
        }
        // Strides are at most 2³⁰ and axes at most 2⁴⁰ long, but their product may still be too long.
        let (steps, overflow) = (input - 1).multipliedReportingOverflow(by: axis.stride)
        guard !overflow, steps <= TensorType.elementLimit else {
            throw OperatorError("the result would be too long along a spatial axis")
        }
        let full = steps + axis.span + outputPadding
        guard let output = requested ?? (autoPad == .explicit ? nil : input * axis.stride) else {
            let output = full - axis.padBegin - axis.padEnd
            guard output > 0 else {
                throw OperatorError(
                    "pads \(axis.padBegin) and \(axis.padEnd) leave nothing of the \(full) results along an axis")
            }
            self.init(axis: axis, input: input, output: output)
            return
        }
        guard requested != nil || full >= output else {
            throw OperatorError(
                "auto_pad is to give \(output) elements along an axis that has \(full)"
                    + " without padding; give pads or output_shape instead"
            )
        }
        // A result longer than all products reach ends with the bias alone.
        let total = max(0, full - output)
        var padded = axis
        padded.padBegin = autoPad == .sameUpper ? total / 2 : total - total / 2
        padded.padEnd = total - padded.padBegin
        self.init(axis: padded, input: input, output: output)
    }
}
