import BNNMFormat
import BNNMKernels
import BNNMPlatform
import CBNNM

/// What a `bnnm_session` handle points to: the kernels, the arena and the threads of one user of a model. It lies at
/// the start of one allocation, followed by the pool's memory.
struct Session {
    let model: UnsafeMutablePointer<Model>
    let allocator: Allocator
    var table = bnnmk_table()
    var isa: UInt32 = 0
    /// Set once the session is created, as is the arena: the model's weights or, where those are not laid out for the
    /// session's kernels, its own.
    var weights: WeightSet?
    var ownsWeights = false
    var arena: UnsafeMutableRawPointer?
    /// Whether the arena is the allocator's, to be given back.
    var ownsArena = false
    var pool: OpaquePointer?
    var probe: bnnm_probe_callback?
    var probeUser: UnsafeMutableRawPointer?
    var layer: bnnm_layer_callback?
    var layerUser: UnsafeMutableRawPointer?
    let threadCount: UInt32
    let message: UnsafeMutablePointer<CChar>

    /// Capacity of `message`.
    static let messageCapacity = 512

    /// Set during a run, so that a callback cannot start another.
    var isRunning = false

    /// The session behind a handle.
    static func pointer(_ handle: OpaquePointer?) -> UnsafeMutablePointer<Session>? {
        handle.map { UnsafeMutablePointer<Session>($0) }
    }

    /// Frees everything of a session, also of one whose creation failed midway.
    static func destroy(_ session: UnsafeMutablePointer<Session>) {
        let state = session.pointee
        if let pool = state.pool { bnnmp_pool_destroy(pool) }
        if state.ownsArena, let arena = state.arena { state.allocator.deallocate(arena) }
        if state.ownsWeights { state.weights?.free(state.allocator) }
        state.allocator.deallocate(UnsafeMutableRawPointer(session))
    }
}
