import BNNMFormat

/// Some rows of an image: `begin` ..< `end`.
struct Rows {
    var begin: Int64 = 0
    var end: Int64 = 0

    var isEmpty: Bool { begin >= end }
}

/// Which rows of its first input a layer by rows reads: one that computes rows of an image [N,H,W,C] by themselves.
struct RowWindow {
    /// Rows of an image of the input and of the result.
    let inputHeight: Int64
    let height: Int64
    private var stride: Int64 = 1
    private var span: Int64 = 1
    private var padding: Int64 = 0
    /// Each row may need the whole input.
    private(set) var readsWholeInput = false

    /// Each row reads the input's row of its number.
    init(samePixels dims: Dims) { (inputHeight, height) = (Int64(dims[1]), Int64(dims[1])) }

    /// The input need not even have rows.
    init(wholeInputTo dims: Dims) {
        self.init(samePixels: dims)
        readsWholeInput = true
    }

    init(_ window: bnnmf_window, _ input: Dims, _ output: Dims) {
        (inputHeight, height) = (Int64(input[1]), Int64(output[1]))
        stride = Int64(window.stride_h)
        span = Int64(window.dilation_h) &* (Int64(window.kernel_h) &- 1) &+ 1
        padding = Int64(window.pad_top)
    }

    /// The input's rows that some rows of the result read; none where all their taps are on padding.
    func inputRows(of rows: Rows) -> Rows {
        let begin = min(max(rows.begin &* stride &- padding, 0), inputHeight)
        let end = min((rows.end &- 1) &* stride &- padding &+ span, inputHeight)
        return Rows(begin: begin, end: max(begin, end))
    }

    /// At most so many rows of the input are read by `count` neighbouring rows of the result.
    func inputRowCount(of count: Int64) -> Int64 { min((count &- 1) &* stride &+ span, inputHeight) }

    /// How many rows of the input are read twice where the result is computed in two pieces, `count` rows of which both
    /// need; less than 1: none.
    func sharedInputRowCount(_ count: Int64) -> Int64 { count &* stride &+ span &- stride }

    /// Whether each row of the input is read for one row of the result, however those are divided.
    var dividesInput: Bool { span == stride && padding == 0 && height &* stride == inputHeight }
}
