import BNNMFormat
import BNNMPlatform
import CBNNM

/// An opened, verified and planned model: what a `bnnm_model` handle points to. Immutable once open, but for its count
/// of holders. It lies at the start of one allocation, followed by its arrays.
struct Model {
    /// An operator with what the planner decided about it.
    struct OperatorRecord {
        let op: bnnmf_op
        /// Where its scratch memory is in the arena.
        var scratchOffset = 0
        /// The first probe of its results, or `none`; the others follow in `nextProbe`.
        var firstProbe = Model.none
        var member = StreamMember()
    }

    /// "No such index".
    static let none = UInt32.max

    /// How many hold this model, the caller's handle and its sessions: an atomic counter.
    let holderCount: UnsafeMutablePointer<UInt32>
    let allocator: Allocator
    /// The mapped file, for models opened from one.
    var file = bnnmp_file()
    /// The library's copy of the bytes, for models opened from memory with `copy`.
    var copy: UnsafeMutableRawPointer?

    let view: UnsafeMutablePointer<bnnmf_view>
    var info = bnnmf_model_info()
    /// The blob section's bytes, without the padding between blobs.
    var weightByteCount: UInt64 = 0
    var tensors = UnsafeMutableBufferPointer<Tensor>(start: nil, count: 0)
    var operators = UnsafeMutableBufferPointer<OperatorRecord>(start: nil, count: 0)
    /// For every probe the next one of the same tensor, or `none`.
    var nextProbe = UnsafeMutableBufferPointer<UInt32>(start: nil, count: 0)
    /// The first probe of constants, which are told at the start of every execution; or `none`.
    var firstConstantProbe = Model.none
    /// Of a session of one thread.
    var arenaByteCount = 0
    /// The most of it that is in use at once.
    var liveByteCount = 0
    /// The most that buffers of a stream's part need; each thread but the first has as much behind the arena.
    var streamPartByteCount = 0
    /// For the best kernels of this CPU.
    var weights: WeightSet?

    /// The model behind a handle.
    static func pointer(_ handle: OpaquePointer?) -> UnsafeMutablePointer<Model>? {
        handle.map { UnsafeMutablePointer<Model>($0) }
    }

    /// The working memory of a session; nil where it does not fit the address space.
    func arenaByteCount(threadCount: UInt32) -> Int? {
        let more = product(Int64(threadCount) &- 1, Int64(streamPartByteCount)).flatMap { Int(exactly: $0) }
        return more.flatMap { sum(arenaByteCount, $0) }
    }

    /// Ends one holder's interest; the last one frees everything.
    static func release(_ model: UnsafeMutablePointer<Model>) {
        guard bnnmp_release(model.pointee.holderCount) else { return }
        destroy(model)
    }

    /// Frees everything of a model that nobody holds.
    static func destroy(_ model: UnsafeMutablePointer<Model>) {
        let allocator = model.pointee.allocator
        if model.pointee.file.bytes != nil { bnnmp_unmap_file(&model.pointee.file) }
        model.pointee.weights?.free(allocator)
        if let copy = model.pointee.copy { allocator.deallocate(copy) }
        allocator.deallocate(UnsafeMutableRawPointer(model))
    }
}
