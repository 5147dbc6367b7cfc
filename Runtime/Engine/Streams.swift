import BNNMFormat
import CBNNM

/// Finds the streams of a checked model, and how many rows each computes at a time: what `StreamMember` says of each
/// operator. In front of the planning of the arena.
struct Streams {
    let model: UnsafeMutablePointer<Model>
    /// Room for a count for each tensor.
    let readCounts: UnsafeMutableBufferPointer<Int>

    /// What a stripe touches again and again, buffers and weights, is to stay in the second-level cache, half of whose
    /// usual size this is.
    static let cacheByteCount: Int64 = 256 << 10
    /// An image between two layers that is not larger stays in the cache by itself.
    static let leastImageByteCount = cacheByteCount / 2
    /// Of a map's rows, that may be computed twice where two threads' parts meet: one in so many.
    private static let leastRowsForOneTwice: Int64 = 16

    var operators: UnsafeMutableBufferPointer<Model.OperatorRecord> { model.pointee.operators }
    var tensors: UnsafeMutableBufferPointer<Tensor> { model.pointee.tensors }

    func find() {
        countReads()
        for index in 0..<operators.count { operators[index].member.window = Dispatch.rowWindow(scope(index)) }
        var first = 0
        while first < operators.count {
            var last = first
            while last &- first &+ 1 < StreamMember.limit, last &+ 1 < operators.count, joins(first, last) {
                last &+= 1
            }
            // As long as its memory fits.
            while last > first, !layOut(first, last) { last &-= 1 }
            first = last &+ 1
        }
    }

    func scope(_ index: Int) -> OperatorScope {
        OperatorScope(model: UnsafePointer(model), index: index, message: Message(nil, capacity: 0))
    }

    /// Counts who needs each tensor as a whole or for themselves: operators, probes and, of inputs and outputs, callers.
    private func countReads() {
        for index in 0..<readCounts.count { readCounts[index] = 0 }
        for index in 0..<operators.count {
            let scope = scope(index)
            for position in 0..<Int(scope.record.input_count) { readCounts[scope.inputIndex(position)] &+= 1 }
        }
        for port in 0..<bnnmf_input_count(model.pointee.view) {
            readCounts[Int(model.pointee.view.input(port).tensor)] &+= 1
        }
        for port in 0..<bnnmf_output_count(model.pointee.view) {
            readCounts[Int(model.pointee.view.output(port).tensor)] &+= 1
        }
        for index in 0..<model.pointee.nextProbe.count {
            let probe = model.pointee.view.probe(UInt32(index))
            readCounts[Int(probe.tensor)] &+= 1
            if probe.mask != Model.none { readCounts[Int(probe.mask)] &+= 1 }
        }
    }

    /// Whether the operator behind `last` may join the stream from `first` to `last`.
    private func joins(_ first: Int, _ last: Int) -> Bool {
        let next = scope(last &+ 1), result = Int(operators[last].op.output)
        guard let window = operators[last].member.window, let nextWindow = operators[last &+ 1].member.window,
            !nextWindow.readsWholeInput, next.inputIndex(0) == result, readCounts[result] == 1,
            tensors[result].elementType == .float32,
            Int64(tensors[result].byteCount) / Int64(tensors[result].dims[0]) > Self.leastImageByteCount,
            nextWindow.inputHeight == window.height
        else { return false }
        // What else a member stores must be computed once and completely.
        guard !nextWindow.dividesInput else { return true }
        for index in first...last where scope(index).resultCount > 1 { return false }
        return true
    }

    /// Enters a stream with as many rows at a time as fit the cache; false: not even one does, or too many would be
    /// computed twice.
    private func layOut(_ first: Int, _ last: Int) -> Bool {
        guard let window = operators[last].member.window, isCheapToDivide(first, last) else { return false }
        var room = Self.cacheByteCount
        for index in first...last { room &-= min(room, Int64(clamping: scope(index).constantByteCount)) }
        guard partByteCount(first, last, stripeHeight: 1) <= room else { return false }
        var (fits, tooMany) = (Int64(1), window.height &+ 1)
        while tooMany &- fits > 1 {
            let middle = fits &+ (tooMany &- fits) / 2
            if partByteCount(first, last, stripeHeight: middle) <= room { fits = middle } else { tooMany = middle }
        }
        guard savesMemory(first, last) else { return false }
        var offset = 0
        visitBuffers(first, last, stripeHeight: fits) { index, rowByteCount, rowCount in
            operators[index].member.isFollowed = true
            operators[index].member.rowByteCount = Int(rowByteCount)
            operators[index].member.bufferOffset = offset
            operators[index &+ 1].member.position = index &+ 1 &- first
            offset &+= Int(Self.aligned(rowByteCount &* rowCount))
        }
        operators[last].member.stripeHeight = fits
        operators[last].member.partByteCount = offset
        model.pointee.streamPartByteCount = max(model.pointee.streamPartByteCount, offset)
        return true
    }

    /// Whether few rows of each member are computed twice where two parts of the result meet.
    private func isCheapToDivide(_ first: Int, _ last: Int) -> Bool {
        var (shared, index) = (Int64(0), last)
        while index > first {
            guard let window = operators[index].member.window else { return false }
            shared = max(0, window.sharedInputRowCount(shared))
            guard shared &* Self.leastRowsForOneTwice <= window.inputHeight else { return false }
            index &-= 1
        }
        return true
    }

    private func partByteCount(_ first: Int, _ last: Int, stripeHeight: Int64) -> Int64 {
        var byteCount: Int64 = 0
        visitBuffers(first, last, stripeHeight: stripeHeight) { _, rowByteCount, rowCount in
            byteCount &+= Self.aligned(rowByteCount &* rowCount)
        }
        return byteCount
    }

    /// Calls `body` for each member but the last, from behind, with the bytes of a row and the rows of its buffer.
    private func visitBuffers(_ first: Int, _ last: Int, stripeHeight: Int64, _ body: (Int, Int64, Int64) -> Void) {
        var (count, index) = (stripeHeight, last)
        while index > first {
            guard let window = operators[index].member.window else { return }
            count = window.inputRowCount(of: count)
            index &-= 1
            let tensor = tensors[Int(operators[index].op.output)]
            // Below 2^31 elements of four bytes.
            body(index, Int64(tensor.byteCount) / (Int64(tensor.dims[0]) &* window.inputHeight), count)
        }
    }

    /// Bytes of a buffer.
    private static func aligned(_ byteCount: Int64) -> Int64 {
        (byteCount &+ Int64(Allocator.alignment &- 1)) & ~Int64(Allocator.alignment &- 1)
    }
}
