import BNNMFormat
import BNNMKernels
import BNNMPlatform
import CBNNM

/// The run of a session: checks the caller's buffers, then executes the model once for every sample.

@c @implementation
public func bnnm_session_run(
    _ session: OpaquePointer?, _ executionCount: Int, _ inputs: UnsafePointer<bnnm_input>?, _ inputCount: Int,
    _ outputs: UnsafePointer<bnnm_output>?, _ outputCount: Int
) -> bnnm_status {
    guard let session = Session.pointer(session) else { return BNNM_INVALID_ARGUMENT }
    guard !session.pointee.isRunning else { return BNNM_INVALID_ARGUMENT }
    let message = Message(session.pointee.message, capacity: Session.messageCapacity)
    return status { () throws(Failure) in
        let check = BufferCheck(
            model: UnsafePointer(session.pointee.model), executionCount: executionCount, message: message)
        try check.check(inputs, inputCount, outputs, outputCount)
        guard !bnnmp_pool_is_inherited(session.pointee.pool) else {
            throw message.failure(
                BNNM_THREAD_FAILED,
                "the session's threads stayed in the parent process of fork(); create a session in this process")
        }
        session.pointee.isRunning = true
        guard let arena = session.pointee.arena, let weights = session.pointee.weights?.layers else { return }
        let table = session.pointee.table
        withUnsafePointer(to: table) { table in
            for index in 0..<executionCount {
                let execution = Execution(
                    model: UnsafePointer(session.pointee.model), table: table, arena: arena,
                    weights: weights, pool: session.pointee.pool, threadCount: session.pointee.threadCount,
                    inputs: inputs, outputs: outputs, index: index)
                execute(execution, session)
            }
        }
        session.pointee.isRunning = false
    }
}

@c @implementation
public func bnnm_session_message(_ session: OpaquePointer?) -> UnsafePointer<CChar>? {
    guard let session = Session.pointer(session) else { return cString("\0") }
    return UnsafePointer(session.pointee.message)
}

/// Executes all operators, a stream's when its last one is due, tells the probes, and copies outputs that are not computed in place.
private func execute(_ execution: Execution, _ session: UnsafeMutablePointer<Session>) {
    let model = execution.model
    let (probe, layer) = (session.pointee.probe, session.pointee.layer)
    if probe != nil { tell(model.pointee.firstConstantProbe, execution, session) }
    for index in 0..<model.pointee.operators.count {
        let member = model.pointee.operators[index].member
        prefetchOperator(index &+ 1, execution)
        if let layer { layer(session.pointee.layerUser, UInt32(index), execution.index) }
        if member.isFollowed { continue }
        let first = index &- member.position
        if first < index {
            var stream = StreamRun(execution, last: index)
            stream.run()
        } else {
            Dispatch.run(execution.operatorRun(index))
        }
        guard probe != nil else { continue }
        for member in first...index { tell(model.pointee.operators[member].firstProbe, execution, session) }
    }
    if let layer { layer(session.pointee.layerUser, UInt32(model.pointee.operators.count), execution.index) }
    for port in 0..<bnnmf_output_count(model.pointee.view) { copyOutput(port, execution) }
}

/// Asks for the next operator's record, which since the last run has mostly left the near caches: each layer would begin
/// by waiting for the lines of its own.
private func prefetchOperator(_ index: Int, _ execution: Execution) {
    let operators = execution.model.pointee.operators
    guard index < operators.count, let first = operators.baseAddress else { return }
    bnnmp_prefetch(first + index, MemoryLayout<Model.OperatorRecord>.stride)
}

/// An output whose tensor lies elsewhere: an input, a constant, or another output.
private func copyOutput(_ port: UInt32, _ execution: Execution) {
    let model = execution.model
    var record = bnnmf_port()
    bnnmf_get_output(model.pointee.view, port, &record)
    let tensor = model.pointee.tensors[Int(record.tensor)]
    if tensor.place.isOutput(port) { return }
    guard let data = execution.outputs?[Int(port)].data else { return }
    let destination = data + execution.index &* tensor.byteCount
    destination.copyMemory(from: execution.bytes(of: tensor), byteCount: tensor.byteCount)
}

/// Calls the session's callback for a probe and those chained to it.
private func tell(_ first: UInt32, _ execution: Execution, _ session: UnsafeMutablePointer<Session>) {
    guard let callback = session.pointee.probe else { return }
    let model = execution.model
    var index = first
    while index != Model.none {
        var record = bnnmf_probe()
        bnnmf_get_probe(model.pointee.view, index, &record)
        let tensor = model.pointee.tensors[Int(record.tensor)]
        let bits = execution.bytes(of: tensor).assumingMemoryBound(to: UInt64.self)
        var mask: UnsafePointer<UInt64>?
        if record.mask != Model.none {
            let tensor = model.pointee.tensors[Int(record.mask)]
            mask = execution.bytes(of: tensor).assumingMemoryBound(to: UInt64.self)
        }
        withUnsafePointer(to: ProbeView(record: record, tensor: tensor, bits: bits, mask: mask)) {
            callback(session.pointee.probeUser, index, execution.index, OpaquePointer($0))
        }
        index = model.pointee.nextProbe[Int(index)]
    }
}
