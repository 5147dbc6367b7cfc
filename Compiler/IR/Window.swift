/// The geometry that convolutions and pools share: a window that slides over the last two axes of an NCHW tensor.
///
/// Output extent along an axis: ⌊(in + padBegin + padEnd − dilation·(kernel − 1) − 1) / stride⌋ + 1.
public struct Window: Hashable, Sendable {
    /// One spatial axis of a window.
    public struct Axis: Hashable, Sendable {
        public var kernel: Int
        public var stride: Int
        public var dilation: Int
        public var padBegin: Int
        public var padEnd: Int

        public init(kernel: Int, stride: Int = 1, dilation: Int = 1, padBegin: Int = 0, padEnd: Int = 0) {
            self.kernel = kernel
            self.stride = stride
            self.dilation = dilation
            self.padBegin = padBegin
            self.padEnd = padEnd
        }

        /// Extent from the first to the last tap, both included.
        public var span: Int { dilation * (kernel - 1) + 1 }

        /// Positions of this window over `input` elements; nil where not even one fits.
        public func outputCount(input: Int) -> Int? {
            let room = input + padBegin + padEnd - span
            return room < 0 ? nil : room / stride + 1
        }

        /// The same positions and taps over `input` elements with the smallest numbers: a stride that leads beyond the input
        /// goes just so far, and the dilation of a single tap is 1.
        public func reduced(input: Int) -> Axis {
            var axis = self
            axis.stride = min(stride, max(1, input + padBegin + padEnd - span + 1))
            if kernel == 1 { axis.dilation = 1 }
            return axis
        }

        /// The taps of the window at `output` that lie on the input: a contiguous range, possibly empty.
        public func validTaps(output: Int, input: Int) -> Range<Int> {
            let start = output * stride - padBegin
            let first = start >= 0 ? 0 : (-start + dilation - 1) / dilation
            let end = start >= input ? 0 : (input - 1 - start) / dilation + 1
            return min(first, kernel)..<max(min(first, kernel), min(end, kernel))
        }

        /// The input coordinate that `tap` reads for `output`; outside 0..<input on padding.
        public func coordinate(output: Int, tap: Int) -> Int { output * stride - padBegin + tap * dilation }
    }

    public var vertical: Axis
    public var horizontal: Axis

    public init(_ vertical: Axis, _ horizontal: Axis) {
        self.vertical = vertical
        self.horizontal = horizontal
    }

    /// A window over the last one or two of `axes`; a single one slides along a row.
    public init(over axes: [Axis]) {
        self.init(axes.count > 1 ? axes[axes.count - 2] : Axis(kernel: 1), axes.last ?? Axis(kernel: 1))
    }

    /// A window whose two axes are alike.
    public init(kernel: Int, stride: Int = 1, dilation: Int = 1, pad: Int = 0) {
        let axis = Axis(kernel: kernel, stride: stride, dilation: dilation, padBegin: pad, padEnd: pad)
        self.init(axis, axis)
    }

    public var hasPadding: Bool {
        vertical.padBegin > 0 || vertical.padEnd > 0 || horizontal.padBegin > 0 || horizontal.padEnd > 0
    }

    /// Spatial shape of the result over an input of `height` × `width`.
    /// - Throws: `OperatorError` where the window does not fit even once.
    public func outputShape(height: Int, width: Int) throws -> (height: Int, width: Int) {
        try validate()
        guard let h = vertical.outputCount(input: height), let w = horizontal.outputCount(input: width) else {
            throw OperatorError(
                "a window of \(vertical.span)x\(horizontal.span)"
                    + " does not fit the \(height)x\(width) input with its padding"
            )
        }
        return (h, w)
    }

    /// Checks the numbers themselves, so that nothing computed from them overflows.
    /// - Throws: `OperatorError` where kernel, stride or dilation is less than 1, or a pad negative.
    public func validate() throws {
        let limit = 1 << 30
        for axis in [vertical, horizontal] {
            for (role, value) in [("kernel", axis.kernel), ("stride", axis.stride), ("dilation", axis.dilation)] {
                guard value >= 1, value <= limit else {
                    throw OperatorError("a \(role) of the window is \(value); valid are 1 to \(limit)")
                }
            }
            for pad in [axis.padBegin, axis.padEnd] {
                guard pad >= 0, pad <= limit else {
                    throw OperatorError("a pad of the window is \(pad); valid are 0 to \(limit)")
                }
            }
        }
    }

    /// Whether the vertical axis does nothing, as it must over a tensor with a single spatial axis.
    public var isHorizontal: Bool { vertical == Axis(kernel: 1) }

    public var attributes: [Attribute] {
        [
            Attribute("kernel", [vertical.kernel, horizontal.kernel]),
            Attribute("strides", [vertical.stride, horizontal.stride]),
            Attribute("dilations", [vertical.dilation, horizontal.dilation]),
            Attribute("pads", [vertical.padBegin, horizontal.padBegin, vertical.padEnd, horizontal.padEnd]),
        ]
    }
}
