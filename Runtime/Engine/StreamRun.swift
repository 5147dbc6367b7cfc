import BNNMFormat
import BNNMKernels
import BNNMPlatform

/// The rows of one image of an operator's result that a call computes, as a member of a stream.
struct Stripe {
    let image: Int
    let rows: Rows
    /// Rows of an image of the result.
    let height: Int64
    /// Where the first input and the first result would begin if they were there as a whole: what is read and written
    /// lies in buffers. Nil where they are.
    let input: UnsafeRawPointer?
    let output: UnsafeMutableRawPointer?
}

/// The execution of a stream: each part of the last member's rows in stripes, from top to bottom, with the buffers of
/// a slot. Rows that two parts need are computed by both, so that the result does not depend on the number of parts.
struct StreamRun {
    let execution: Execution
    let first: Int
    let last: Int
    private var image = 0
    private var partCount: UInt32 = 1
    /// How many parts run at a time.
    private var slotCount: UInt32 = 1
    /// The next part for who is done with the first one.
    private var nextPart: UnsafeMutablePointer<UInt32>?

    /// - Parameter last: the stream's last operator
    init(_ execution: Execution, last: Int) {
        self.execution = execution
        self.last = last
        first = last &- execution.model.pointee.operators[last].member.position
    }

    private func member(_ index: Int) -> StreamMember { execution.model.pointee.operators[index].member }

    /// Executes all members.
    mutating func run() {
        guard let window = member(last).window else { return }
        // What is worth streaming is worth all threads' while. Where some are slow, the others take more of the parts.
        slotCount = UInt32(min(Int64(execution.threadCount), window.height))
        partCount = UInt32(min(Int64(slotCount) &* (bnnmp_pool_is_unlike(execution.pool) ? 2 : 1), window.height))
        let operators = execution.model.pointee.operators
        let imageCount = Int(execution.model.pointee.tensors[Int(operators[last].op.output)].dims[0])
        for image in 0..<imageCount {
            self.image = image
            var next = slotCount
            withUnsafeMutablePointer(to: &next) {
                nextPart = $0
                withUnsafePointer(to: self) { bnnmp_pool_run(execution.pool, Self.runSlots, $0, slotCount, 1) }
            }
        }
    }

    /// Slots begin..<end, as a kernel whose arguments are a `StreamRun`: a part each, then those that are left.
    private static var runSlots: bnnmk_kernel {
        { arguments, begin, end in
            guard let stream = arguments?.assumingMemoryBound(to: StreamRun.self).pointee else { return }
            for slot in begin..<end {
                var part = slot
                repeat {
                    stream.runPart(Int64(part), slot: Int(slot))
                    part = bnnmp_take(stream.nextPart)
                } while part < stream.partCount
            }
        }
    }

    private func runPart(_ part: Int64, slot: Int) {
        guard let window = member(last).window else { return }
        let count = Int64(partCount)
        let end = window.height &* (part &+ 1) / count
        var buffers = StripeBuffers(memory: execution.streamMemory(slot: slot, last))
        var row = window.height &* part / count
        while row < end {
            let stripeEnd = min(row &+ max(member(last).stripeHeight, 1), end)
            runStripe(Rows(begin: row, end: stripeEnd), &buffers)
            row = stripeEnd
        }
    }

    /// Computes rows of the last member's result, and before those what is missing of each other's.
    private func runStripe(_ rows: Rows, _ buffers: inout StripeBuffers) {
        var missing = InlineArray<8, Rows>(repeating: Rows())
        let count = last &- first
        missing[count] = rows
        var position = count
        while position > 0 {
            guard let window = member(first &+ position).window, !missing[position].isEmpty else { break }
            position &-= 1
            missing[position] = buffers.missing(position, of: window.inputRows(of: missing[position &+ 1]))
        }
        for position in 0...count where !missing[position].isEmpty {
            if position < count { buffers.move(position, member(first &+ position)) }
            run(position, missing[position], buffers)
            if position < count { buffers.append(position, missing[position]) }
        }
    }

    private func run(_ position: Int, _ rows: Rows, _ buffers: StripeBuffers) {
        let member = member(first &+ position)
        let isLast = position == last &- first
        var input: UnsafeMutableRawPointer?
        if position > 0, let window = member.window {
            input = buffers.image(position &- 1, self.member(first &+ position &- 1), image, height: window.inputHeight)
        }
        let height = member.window?.height ?? 1
        let stripe = Stripe(
            image: image, rows: rows, height: height, input: UnsafeRawPointer(input),
            output: isLast ? nil : buffers.image(position, member, image, height: height))
        Dispatch.run(execution.operatorRun(first &+ position, stripe))
    }
}

/// The buffers of a part of a stream: of each member but the last, the rows that the next one still needs.
private struct StripeBuffers {
    let memory: UnsafeMutableRawPointer
    /// Of each member: the rows in its buffer, and how many of the first it is not to keep.
    private var rows = InlineArray<8, Rows>(repeating: Rows())
    private var needed = InlineArray<8, Int64>(repeating: 0)

    init(memory: UnsafeMutableRawPointer) { self.memory = memory }

    /// Which of the rows that the next member needs are still to be computed; those before them will not be needed again.
    mutating func missing(_ position: Int, of rows: Rows) -> Rows {
        guard !rows.isEmpty else { return Rows() }
        needed[position] = rows.begin
        return Rows(begin: max(rows.begin, self.rows[position].end), end: rows.end)
    }

    /// Moves the rows that are needed again to the buffer's top.
    mutating func move(_ position: Int, _ member: StreamMember) {
        let (begin, kept) = (needed[position], rows[position])
        if begin > kept.begin, begin < kept.end {
            let top = memory + member.bufferOffset
            let offset = Int(begin &- kept.begin) &* member.rowByteCount
            top.copyMemory(from: top + offset, byteCount: Int(kept.end &- begin) &* member.rowByteCount)
        }
        rows[position].begin = begin
    }

    /// Notes that rows were computed.
    mutating func append(_ position: Int, _ rows: Rows) { self.rows[position].end = rows.end }

    /// Where the first image would begin if the buffer were a tensor with the rows of image `image` at their place.
    func image(_ position: Int, _ member: StreamMember, _ image: Int, height: Int64) -> UnsafeMutableRawPointer {
        let rowsBefore = image &* Int(height) &+ Int(rows[position].begin)
        return memory + (member.bufferOffset &- rowsBefore &* member.rowByteCount)
    }
}
