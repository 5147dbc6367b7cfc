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
}

/// One operator of an execution.
struct OperatorRun {
    let execution: Execution
    let record: bnnmf_op
    /// Of a convolution.
    let weights: LaidOutWeights
    let scratchOffset: Int

    var table: UnsafePointer<bnnmk_table> { execution.table }
    var outputTensor: Tensor { execution.model.pointee.tensors[Int(record.output)] }
    var scratch: UnsafeMutableRawPointer { execution.arena + scratchOffset }

    func inputTensor(_ position: Int) -> Tensor {
        let index = withUnsafeBytes(of: record.inputs) {
            Int($0.load(fromByteOffset: (position & 15) &* 4, as: UInt32.self))
        }
        return execution.model.pointee.tensors[index]
    }

    func input<Element>(_ position: Int, as type: Element.Type) -> UnsafePointer<Element> {
        execution.bytes(of: inputTensor(position)).assumingMemoryBound(to: type)
    }

    /// The bytes of a result, the first being the output.
    func result<Element>(_ position: Int, as type: Element.Type) -> UnsafeMutablePointer<Element> {
        let tensor = execution.model.pointee.tensors[Int(indexOfResult(record, position))]
        return execution.mutableBytes(of: tensor).assumingMemoryBound(to: type)
    }

    func output<Element>(as type: Element.Type) -> UnsafeMutablePointer<Element> {
        execution.mutableBytes(of: outputTensor).assumingMemoryBound(to: type)
    }

    /// The data of a blob; nil for "no blob".
    func blob<Element>(_ index: UInt32, as type: Element.Type) -> UnsafePointer<Element>? {
        guard index < bnnmf_blob_count(execution.model.pointee.view) else { return nil }
        var blob = bnnmf_blob()
        bnnmf_get_blob(execution.model.pointee.view, index, &blob)
        return blob.data?.assumingMemoryBound(to: type)
    }

    /// Runs a kernel over `count` items on the session's threads, in parts that are worth a thread's while.
    /// - Parameters:
    ///   - cost: of one item, in units of about a quarter of a nanosecond
    ///   - arguments: the structure that the kernel takes
    func parallel<Arguments>(_ count: UInt32, cost: Int64, _ kernel: bnnmk_kernel?, _ arguments: Arguments) {
        withUnsafePointer(to: arguments) { parallel(count, cost: cost, kernel, at: $0) }
    }

    private func parallel(_ count: UInt32, cost: Int64, _ kernel: bnnmk_kernel?, at arguments: UnsafeRawPointer) {
        // About 20 µs of work for one part: a few times what waking a thread costs.
        let grain = dividedUp(80_000, by: max(cost, 1))
        bnnmp_pool_run(execution.pool, kernel, arguments, count, UInt32(clamping: grain))
    }
}
