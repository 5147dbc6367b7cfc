import BNNMFormat
import BNNMKernels
import CBNNM

/// The sliding window of an operator over images [N,H,W,C]: its check against the tensors, and the kernels' form of it.
struct WindowGeometry {
    private let window: bnnmf_window
    private let input: Dims
    private let output: Dims

    /// The largest kernel extent, stride, dilation and padding, in elements.
    private static let limit: UInt32 = 1 << 16

    init(_ window: bnnmf_window, _ x: Tensor, _ y: Tensor) { self.init(window, x.dims, y.dims) }

    init(_ window: bnnmf_window, _ input: Dims, _ output: Dims) {
        self.window = window
        self.input = input
        self.output = output
    }

    /// The dimensions of a window's results, with the last one of `like`; nil: the window does not fit, or the results
    /// are too many.
    static func outputDims(_ window: bnnmf_window, _ x: Tensor, _ like: Dims) -> Dims? {
        let w = window
        guard
            let height = outputExtent(x.dims[1], w.kernel_h, w.stride_h, w.dilation_h, w.pad_top, w.pad_bottom),
            let width = outputExtent(x.dims[2], w.kernel_w, w.stride_w, w.dilation_w, w.pad_left, w.pad_right)
        else { return nil }
        let dims = Dims(x.dims[0], height, width, like.fromEnd(1))
        return dims.elements == nil ? nil : dims
    }

    private static func outputExtent(
        _ input: UInt32, _ kernel: UInt32, _ stride: UInt32, _ dilation: UInt32, _ padBegin: UInt32, _ padEnd: UInt32
    ) -> UInt32? {
        guard max(max(kernel, stride), max(dilation, max(padBegin, padEnd))) <= limit, min(kernel, stride) >= 1 else {
            return nil
        }
        let span = Int64(dilation) &* (Int64(kernel) &- 1) &+ 1
        let room = Int64(input) &+ Int64(padBegin) &+ Int64(padEnd) &- span
        return room < 0 ? nil : UInt32(exactly: room / Int64(stride) &+ 1)
    }

    var imageCount: Int { Int(input[0]) }
    var outputHeight: UInt32 { output[1] }
    var outputWidth: Int64 { Int64(output[2]) }

    var forKernels: bnnmk_window {
        bnnmk_window(
            in_h: input[1], in_w: input[2], out_h: output[1], out_w: output[2], kernel_h: window.kernel_h,
            kernel_w: window.kernel_w, stride_h: window.stride_h, stride_w: window.stride_w,
            dilation_h: window.dilation_h, dilation_w: window.dilation_w, pad_top: window.pad_top,
            pad_left: window.pad_left)
    }

    /// Taps of the window, at most 2^32.
    var tapCount: Int64 { Int64(window.kernel_h) &* Int64(window.kernel_w) }

    /// Checks limits, ranks, number of images, and that the output's height and width are those of the window.
    func validate(_ scope: OperatorScope) throws(Failure) {
        try scope.require("the input's rank", Int64(input.rank), is: 4)
        try scope.require("the output's rank", Int64(output.rank), is: 4)
        try scope.require("the output's number of images", Int64(output[0]), is: Int64(input[0]))
        try Self.requireLimits(window, scope)
        let w = window
        try Self.validate(
            "the output's height", output[1], input[1], w.kernel_h, w.stride_h, w.dilation_h, w.pad_top, w.pad_bottom,
            scope)
        try Self.validate(
            "the output's width", output[2], input[2], w.kernel_w, w.stride_w, w.dilation_w, w.pad_left, w.pad_right,
            scope)
    }

    /// Throws where a number of a window is beyond its limits.
    static func requireLimits(_ w: bnnmf_window, _ scope: OperatorScope) throws(Failure) {
        let extents = max(
            max(w.kernel_h, w.kernel_w), max(max(w.stride_h, w.stride_w), max(w.dilation_h, w.dilation_w)))
        let least = min(min(w.kernel_h, w.kernel_w), min(min(w.stride_h, w.stride_w), min(w.dilation_h, w.dilation_w)))
        try scope.require(least >= 1, "the window's kernel, stride and dilation must be at least 1")
        let padding = max(max(w.pad_top, w.pad_left), max(w.pad_bottom, w.pad_right))
        guard max(extents, padding) <= limit else {
            throw scope.failure(BNNM_LIMIT_EXCEEDED) {
                $0.add("the window's kernel, stride, dilation and padding must be at most ")
                $0.add(limit)
            }
        }
    }

    private static func validate(
        _ what: StaticString, _ output: UInt32, _ input: UInt32, _ kernel: UInt32, _ stride: UInt32, _ dilation: UInt32,
        _ padBegin: UInt32, _ padEnd: UInt32, _ scope: OperatorScope
    ) throws(Failure) {
        // All terms are below 2^34.
        let span = Int64(dilation) &* (Int64(kernel) &- 1) &+ 1
        let room = Int64(input) &+ Int64(padBegin) &+ Int64(padEnd) &- span
        try scope.require(room >= 0, "the window must fit the padded input")
        try scope.require(what, Int64(output), is: room / Int64(stride) &+ 1)
    }

    /// Checks that every window has a tap on the input.
    func validateTapsOnInput(_ scope: OperatorScope) throws(Failure) {
        let w = window
        let isCovered =
            Self.hasTaps(output[1], input[1], w.kernel_h, w.stride_h, w.dilation_h, w.pad_top)
            && Self.hasTaps(output[2], input[2], w.kernel_w, w.stride_w, w.dilation_w, w.pad_left)
        try scope.require(isCovered, "every window must have at least one element on the input, not only padding")
    }

    /// Whether along one axis every window has a tap on the input.
    private static func hasTaps(
        _ output: UInt32, _ input: UInt32, _ kernel: UInt32, _ stride: UInt32, _ dilation: UInt32, _ padBegin: UInt32
    ) -> Bool {
        // Windows that begin on the input have; of those behind its begin, the last begins last.
        let (kernel, stride, dilation, pad) = (Int64(kernel), Int64(stride), Int64(dilation), Int64(padBegin))
        let lastStart = (Int64(output) &- 1) &* stride &- pad
        guard lastStart < Int64(input) else { return false }
        // Windows that begin before the input: at most `pad` of them.
        var start = -pad
        while start < 0, start <= lastStart {
            let tap = dividedUp(-start, by: dilation)
            guard tap < kernel, start &+ tap &* dilation < Int64(input) else { return false }
            start &+= stride
        }
        return true
    }
}
