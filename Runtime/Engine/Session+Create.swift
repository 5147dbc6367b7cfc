import BNNMFormat
import BNNMKernels
import BNNMPlatform
import CBNNM

/// The life of a session: everything it needs is allocated at its creation.

@c @implementation
public func bnnm_session_create(
    _ model: OpaquePointer?, _ options: UnsafePointer<bnnm_session_options>?,
    _ session: UnsafeMutablePointer<OpaquePointer?>?
) -> bnnm_status {
    session?.pointee = nil
    return status { () throws(Failure) in
        let options = try SessionOptions(options)
        guard let model = Model.pointer(model) else {
            throw options.message.failure(BNNM_INVALID_ARGUMENT, "model must not be NULL")
        }
        guard let session else {
            throw options.message.failure(BNNM_INVALID_ARGUMENT, "session must not be NULL")
        }
        session.pointee = OpaquePointer(try create(model, options))
    }
}

@c @implementation
public func bnnm_session_arena_bytes(
    _ model: OpaquePointer?, _ options: UnsafePointer<bnnm_session_options>?,
    _ byteCount: UnsafeMutablePointer<Int>?
) -> bnnm_status {
    byteCount?.pointee = 0
    return status { () throws(Failure) in
        let options = try SessionOptions(options)
        guard let model = Model.pointer(model) else {
            throw options.message.failure(BNNM_INVALID_ARGUMENT, "model must not be NULL")
        }
        guard let byteCount else {
            throw options.message.failure(BNNM_INVALID_ARGUMENT, "byte_count must not be NULL")
        }
        byteCount.pointee = try arenaByteCount(model, options)
    }
}

private func arenaByteCount(_ model: UnsafeMutablePointer<Model>, _ options: SessionOptions) throws(Failure) -> Int {
    if let byteCount = model.pointee.arenaByteCount(threadCount: options.threadCount) { return byteCount }
    throw options.message.failure(BNNM_LIMIT_EXCEEDED, "the working memory does not fit this machine's address space")
}

private func create(
    _ model: UnsafeMutablePointer<Model>, _ options: SessionOptions
) throws(Failure) -> UnsafeMutablePointer<Session> {
    let message = options.message
    let allocator = try Allocator(options.functions, message)
    let needed = try arenaByteCount(model, options)
    if options.arena != nil, options.arenaByteCount < needed {
        throw message.failure(BNNM_INVALID_ARGUMENT) {
            $0.add("options: arena_byte_count must be at least ")
            $0.add(needed)
            $0.add(", not ")
            $0.add(options.arenaByteCount)
        }
    }

    var layout = MemoryBlock()
    _ = layout.reserve(Session.self, count: 1)
    let messageOffset = layout.reserve(CChar.self, count: Session.messageCapacity)
    let poolOffset = layout.reserve(UInt8.self, count: bnnmp_pool_byte_count(options.threadCount))
    guard let byteCount = layout.byteCount else {
        throw message.failure(BNNM_LIMIT_EXCEEDED, "the session does not fit this machine's address space")
    }
    let memory = try allocator.allocate(byteCount, message)
    let text = (memory + messageOffset).bindMemory(to: CChar.self, capacity: Session.messageCapacity)
    text.pointee = 0
    let session = memory.bindMemory(to: Session.self, capacity: 1)
    session.initialize(
        to: Session(
            model: model, allocator: allocator, probe: options.probe, probeUser: options.probeUser,
            layer: options.layer, layerUser: options.layerUser, threadCount: options.threadCount, message: text))
    do throws(Failure) {
        let levels = try InstructionSets.permitted(options.isaMask, message)
        bnnmk_fill_table(&session.pointee.table, levels)
        session.pointee.isa = InstructionSets.best(levels)
        try layOutWeights(session, message)
        session.pointee.ownsArena = options.arena == nil
        if let given = options.arena {
            session.pointee.arena = given
        } else {
            session.pointee.arena = try allocator.allocate(max(needed, 1), message)
        }
        try startThreads(session, memory + poolOffset, options, message)
    } catch {
        Session.destroy(session)
        throw error
    }
    bnnmp_retain(model.pointee.holderCount)
    return session
}

/// Takes the model's weights where they are laid out for the session's kernels, else repacks them.
private func layOutWeights(_ session: UnsafeMutablePointer<Session>, _ message: Message) throws(Failure) {
    let (model, table) = (UnsafePointer(session.pointee.model), session.pointee.table)
    if let shared = model.pointee.weights, shared.target.rawValue == table.target {
        session.pointee.weights = shared
    } else {
        session.pointee.weights = try WeightSet.make(model, table, session.pointee.allocator, message)
        session.pointee.ownsWeights = true
    }
}

private func startThreads(
    _ session: UnsafeMutablePointer<Session>, _ memory: UnsafeMutableRawPointer, _ options: SessionOptions,
    _ message: Message
) throws(Failure) {
    let (count, cpus) = (options.threadCount, options.cpus)
    guard count > 1 else { return }
    session.pointee.pool = bnnmp_pool_create(memory, count, cpus.baseAddress, UInt32(cpus.count), bnnmp_current_core)
    guard session.pointee.pool == nil else { return }
    throw message.failure(BNNM_THREAD_FAILED) {
        $0.add("the operating system did not start ")
        $0.add(count &- 1)
        $0.add(cpus.isEmpty ? " threads" : " threads on the CPUs asked for")
    }
}

@c @implementation
public func bnnm_session_free(_ session: OpaquePointer?) {
    guard let session = Session.pointer(session) else { return }
    let model = session.pointee.model
    Session.destroy(session)
    Model.release(model)
}

@c @implementation
public func bnnm_session_isa(_ session: OpaquePointer?) -> UInt32 {
    Session.pointer(session)?.pointee.isa ?? 0
}

@c @implementation
public func bnnm_session_layer_kernel(_ session: OpaquePointer?, _ index: UInt32) -> UnsafePointer<CChar>? {
    guard let session = Session.pointer(session) else { return nil }
    let model = session.pointee.model
    guard Int(index) < model.pointee.operators.count else { return nil }
    let scope = OperatorScope(model: UnsafePointer(model), index: Int(index), message: Message(nil, capacity: 0))
    return Dispatch.kernelName(scope.record, scope.input(0), scope.output, session.pointee.table)
}
