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
    /// Of a binary convolution whose padding counts: in how many bits its taps differ from it (see
    /// `bnnmk_binary_conv2d`), and how many of these numbers a group has.
    var paddingSums: UnsafePointer<UInt32>?
    var groupPaddingSumCount = 0
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
        var (repackedByteCount, wordsByteCount) = (0, 0)
        visit(model, target) { _, source in
            if source.isRepacked {
                let bytes = source.byteCount(source.wanted)
                _ = block.reserve(UInt8.self, count: bytes)
                repackedByteCount = sum(repackedByteCount, bytes) ?? .max
                wordsByteCount = max(wordsByteCount, source.scratchByteCount)
            }
            _ = block.reserve(UInt32.self, count: source.paddingSumCount)
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
        visit(model, target) { index, source in
            var laidOut = source.inPlace
            if source.isRepacked {
                laidOut = source.repack(
                    to: memory + room.reserve(UInt8.self, count: source.byteCount(source.wanted)), words)
            }
            let sumCount = source.paddingSumCount
            let sums = memory + room.reserve(UInt32.self, count: sumCount)
            if sumCount > 0 { source.sumPadding(of: &laidOut, to: sums.assumingMemoryBound(to: UInt32.self)) }
            layers[index] = laidOut
        }
        return WeightSet(layers: layers, target: target, repackedByteCount: repackedByteCount)
    }

    func free(_ allocator: Allocator) {
        if let memory = layers.baseAddress { allocator.deallocate(UnsafeMutableRawPointer(memory)) }
    }

    /// Calls `body` for every convolution.
    private static func visit(
        _ model: UnsafePointer<Model>, _ target: bnnmf_target, _ body: (Int, WeightSource) -> Void
    ) {
        for index in 0..<model.pointee.operators.count {
            guard var source = WeightSource(model, index) else { continue }
            source.choose(target)
            body(index, source)
        }
    }
}
