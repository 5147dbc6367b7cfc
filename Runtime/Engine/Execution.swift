import BNNMFormat
import BNNMKernels
import BNNMPlatform
import CBNNM

/// One execution of a model in a session: finds the bytes of tensors in the file, the arena and the caller's buffers.
struct Execution {
    let model: UnsafePointer<Model>
    let table: UnsafePointer<bnnmk_table>
    let arena: UnsafeMutableRawPointer
    /// For every operator.
    let weights: UnsafeMutableBufferPointer<LaidOutWeights>
    let pool: OpaquePointer?
    let threadCount: UInt32
    let inputs: UnsafePointer<bnnm_input>?
    let outputs: UnsafePointer<bnnm_output>?
    /// Which sample of the caller's buffers.
    let index: Int

    /// Where a tensor's bytes are, to be read.
    func bytes(of tensor: Tensor) -> UnsafeRawPointer {
        if case .constant(let data) = tensor.place { return data }
        if case .input(let port) = tensor.place, let data = inputs?[port].data {
            return data + index &* tensor.byteCount
        }
        return UnsafeRawPointer(mutableBytes(of: tensor))
    }

    /// Where a tensor's bytes are, to be written. Operators' results only.
    func mutableBytes(of tensor: Tensor) -> UnsafeMutableRawPointer {
        switch tensor.place {
        case .arena(let offset): return arena + offset
        case .output(let port):
            if let data = outputs?[port].data { return data + index &* tensor.byteCount }
            return arena
        // Never written: the model was checked.
        case .constant, .input: return arena
        }
    }

    /// The buffers of a slot of the stream that ends with operator `last`: the first one's are among the scratch memory, those
    /// of the others behind what was planned.
    func streamMemory(slot: Int, _ last: Int) -> UnsafeMutableRawPointer {
        let record = model.pointee.operators[last]
        guard slot > 0 else { return arena + (record.scratchOffset &- record.member.partByteCount) }
        return arena + (model.pointee.arenaByteCount &+ (slot &- 1) &* model.pointee.streamPartByteCount)
    }

    /// An operator to be executed: as a whole, or a stripe of it.
    func operatorRun(_ index: Int, _ stripe: Stripe? = nil) -> OperatorRun {
        let known = UnsafePointer(model.pointee.operators.baseAddress! + index)
        return OperatorRun(execution: self, known: known, weights: weights[index], stripe: stripe)
    }
}

/// One operator of an execution.
struct OperatorRun {
    let execution: Execution
    /// What the model has of it: by its address, since that is most of what an operator would hand on to what it calls.
    let known: UnsafePointer<Model.OperatorRecord>
    /// Of a convolution.
    let weights: LaidOutWeights
    /// What is to be computed; nil: everything.
    let stripe: Stripe?

    var record: bnnmf_op { known.pointee.op }
    var table: UnsafePointer<bnnmk_table> { execution.table }
    var outputTensor: Tensor { execution.model.pointee.tensors[Int(record.output)] }
    var scratch: UnsafeMutableRawPointer { execution.arena + known.pointee.scratchOffset }

    func inputTensor(_ position: Int) -> Tensor {
        let index = withUnsafeBytes(of: record.inputs) {
            Int($0.load(fromByteOffset: (position & 15) &* 4, as: UInt32.self))
        }
        return execution.model.pointee.tensors[index]
    }

    func input<Element>(_ position: Int, as type: Element.Type) -> UnsafePointer<Element> {
        if position == 0, let rows = stripe?.input { return rows.assumingMemoryBound(to: type) }
        return execution.bytes(of: inputTensor(position)).assumingMemoryBound(to: type)
    }

    /// The bytes of a result, the first being the output.
    func result<Element>(_ position: Int, as type: Element.Type) -> UnsafeMutablePointer<Element> {
        if position == 0, let rows = stripe?.output { return rows.assumingMemoryBound(to: type) }
        let tensor = execution.model.pointee.tensors[Int(indexOfResult(record, position))]
        return execution.mutableBytes(of: tensor).assumingMemoryBound(to: type)
    }

    func output<Element>(as type: Element.Type) -> UnsafeMutablePointer<Element> {
        result(0, as: type)
    }

    /// Of `count` images, those to be computed.
    func images(_ count: Int) -> Range<Int> {
        guard let stripe else { return 0..<count }
        return stripe.image..<stripe.image &+ 1
    }

    /// The data of a blob; nil for "no blob".
    func blob<Element>(_ index: UInt32, as type: Element.Type) -> UnsafePointer<Element>? {
        guard index < bnnmf_blob_count(execution.model.pointee.view) else { return nil }
        var blob = bnnmf_blob()
        bnnmf_get_blob(execution.model.pointee.view, index, &blob)
        return blob.data?.assumingMemoryBound(to: type)
    }

    /// Runs a kernel over `count` items on the session's threads, in parts that are worth a thread's while; of a stripe,
    /// over its items on this thread.
    /// - Parameters:
    ///   - count: of one image or, where `images` is not 1, of so many; as many for each row
    ///   - cost: of one item, in units of about a quarter of a nanosecond
    ///   - arguments: the structure that the kernel takes
    func parallel<Arguments>(
        _ count: UInt32, images: UInt32 = 1, cost: Int64, _ kernel: bnnmk_kernel?, _ arguments: Arguments
    ) {
        withUnsafePointer(to: arguments) { parallel(count, images, cost, kernel, at: $0) }
    }

    @inline(never)
    private func parallel(
        _ count: UInt32, _ images: UInt32, _ cost: Int64, _ kernel: bnnmk_kernel?, at arguments: UnsafeRawPointer
    ) {
        if let stripe {
            let rowItems = Int64(count) / (Int64(images) &* stripe.height)
            let first = images > 1 ? Int64(stripe.image) &* stripe.height : 0
            let (begin, end) = ((first &+ stripe.rows.begin) &* rowItems, (first &+ stripe.rows.end) &* rowItems)
            kernel?(arguments, UInt32(truncatingIfNeeded: begin), UInt32(truncatingIfNeeded: end))
            return
        }
        // About 20 µs of work for one part: a few times what waking a thread costs.
        let grain = dividedUp(80_000, by: max(cost, 1))
        bnnmp_pool_run(execution.pool, kernel, arguments, count, UInt32(clamping: grain))
    }
}
