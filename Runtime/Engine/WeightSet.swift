import BNNMFormat
import BNNMKernels
import CBNNM

/// The weights of one convolution as a kernel gets them.
struct LaidOutWeights {
    /// Nil for operators that are no convolution.
    var bytes: UnsafeRawPointer?
    /// A `bnnmf_weight_layout` of a binary convolution, else a `bnnmf_float_layout`.
    var layout: UInt32 = 0
    /// Bytes of one group; of a depthwise convolution's weights, of all.
    var groupByteCount = 0
}

/// The weights of a model's convolutions in the layouts that one target's kernels want: those of the file in place where
/// they have it, else repacked once. A model has those for the best kernels of this CPU; a session that may not use
/// them has its own.
struct WeightSet {
    /// For every operator.
    let layers: UnsafeMutableBufferPointer<LaidOutWeights>
    let target: bnnmf_target
    /// Of repacked weights.
    let repackedByteCount: Int

    /// A set for the kernels of `table`; all its memory is one allocation, which begins with `layers`.
    static func make(
        _ model: UnsafePointer<Model>, _ table: bnnmk_table, _ allocator: Allocator, _ message: Message
    ) throws(Failure) -> WeightSet {
        let target = bnnmf_target(rawValue: table.target)
        let count = model.pointee.operators.count
        var block = MemoryBlock()
        _ = block.reserve(LaidOutWeights.self, count: count)
        let first = block.byteCount ?? 0
        var wordsByteCount = 0
        visit(model, target) { _, change in
            guard let change else { return }
            _ = block.reserve(UInt8.self, count: change.byteCount(change.wanted))
            wordsByteCount = max(wordsByteCount, change.scratchByteCount)
        }
        guard let byteCount = block.byteCount else {
            throw message.failure(BNNM_LIMIT_EXCEEDED, "the weights do not fit this machine's address space")
        }
        let memory = try allocator.allocate(max(byteCount, 1), message)
        var words: UnsafeMutableRawPointer?
        if wordsByteCount > 0 {
            do throws(Failure) {
                words = try allocator.allocate(wordsByteCount, message)
            } catch {
                allocator.deallocate(memory)
                throw error
            }
        }
        defer { if let words { allocator.deallocate(words) } }

        let layers = UnsafeMutableBufferPointer(
            start: memory.bindMemory(to: LaidOutWeights.self, capacity: count), count: count)
        layers.initialize(repeating: LaidOutWeights())
        var room = MemoryBlock()
        _ = room.reserve(LaidOutWeights.self, count: count)
        visit(model, target) { index, change in
            guard let change else {
                if let source = WeightSource(model, index) { layers[index] = source.inPlace }
                return
            }
            let place = memory + room.reserve(UInt8.self, count: change.byteCount(change.wanted))
            change.repack(to: place, words)
            layers[index] = LaidOutWeights(
                bytes: UnsafeRawPointer(place), layout: change.wanted,
                groupByteCount: change.groupByteCount(change.wanted))
        }
        return WeightSet(layers: layers, target: target, repackedByteCount: byteCount &- first)
    }

    func free(_ allocator: Allocator) {
        if let memory = layers.baseAddress { allocator.deallocate(UnsafeMutableRawPointer(memory)) }
    }

    /// Calls `body` for every operator, with its weights where another layout is wanted for them.
    private static func visit(
        _ model: UnsafePointer<Model>, _ target: bnnmf_target, _ body: (Int, WeightSource?) -> Void
    ) {
        for index in 0..<model.pointee.operators.count {
            var source = WeightSource(model, index)
            source?.choose(target)
            body(index, source.flatMap { $0.wanted == $0.layout ? nil : $0 })
        }
    }
}
