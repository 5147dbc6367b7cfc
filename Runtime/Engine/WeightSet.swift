import BNNMFormat
import BNNMKernels
import CBNNM

/// The weights of one binary convolution as a kernel gets them.
struct LaidOutWeights {
    /// Nil for operators that are no binary convolution.
    var bytes: UnsafeRawPointer?
    var layout = BNNMF_LAYOUT_WORDS
    /// Bytes of one group.
    var groupByteCount = 0
}

/// The weights of a model's binary convolutions in the layouts that one target's kernels want: those of the file in
/// place where they have it, else repacked once. A model has those for the best kernels of this CPU; a session that
/// may not use them has its own.
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
            guard change.layout != BNNMF_LAYOUT_WORDS, change.wanted != BNNMF_LAYOUT_WORDS else { return }
            wordsByteCount = max(wordsByteCount, change.byteCount(BNNMF_LAYOUT_WORDS))
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
            let source = Source(model, index)
            guard let change else {
                if let source { layers[index] = source.inPlace }
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
        _ model: UnsafePointer<Model>, _ target: bnnmf_target, _ body: (Int, Source?) -> Void
    ) {
        for index in 0..<model.pointee.operators.count {
            var source = Source(model, index)
            source?.choose(target)
            body(index, source.flatMap { $0.wanted == $0.layout ? nil : $0 })
        }
    }
}

/// A binary convolution's weights in the file, and the layout that is wanted.
private struct Source {
    let bytes: UnsafeRawPointer
    let layout: bnnmf_weight_layout
    let isMasked: Bool
    var shape: bnnmf_weight_shape
    var wanted: bnnmf_weight_layout

    /// Nil for other operators. The model was checked.
    init?(_ model: UnsafePointer<Model>, _ index: Int) {
        let scope = OperatorScope(model: model, index: index, message: Message(nil, capacity: 0))
        guard scope.record.code == BNNMF_OP_BINARY_CONV2D.rawValue else { return nil }
        let op = scope.record.parameters.binary_conv2d
        var blob = bnnmf_blob()
        bnnmf_get_blob(model.pointee.view, op.weights, &blob)
        guard let bytes = blob.data else { return nil }
        self.bytes = UnsafeRawPointer(bytes)
        layout = bnnmf_weight_layout(rawValue: op.layout)
        isMasked = op.mask != 0
        shape = BinaryConv2D.Layout(op, scope.input(0), scope.output).shape
        wanted = layout
    }

    mutating func choose(_ target: bnnmf_target) { wanted = bnnmf_weight_layout_for(target, &shape, isMasked ? 1 : 0) }

    var inPlace: LaidOutWeights {
        LaidOutWeights(bytes: bytes, layout: layout, groupByteCount: groupByteCount(layout))
    }

    func groupByteCount(_ layout: bnnmf_weight_layout) -> Int {
        withUnsafePointer(to: shape) { Int(clamping: bnnmf_weight_group_size(layout, $0)) }
    }

    func byteCount(_ layout: bnnmf_weight_layout) -> Int {
        let (bytes, overflow) = groupByteCount(layout).multipliedReportingOverflow(by: Int(shape.groups))
        return overflow ? .max : bytes
    }

    /// - Parameter words: room for the words in between, where neither side has them
    func repack(to place: UnsafeMutableRawPointer, _ words: UnsafeMutableRawPointer?) {
        withUnsafePointer(to: shape) { shape in
            if layout == BNNMF_LAYOUT_WORDS {
                bnnmf_weights_from_words(wanted, shape, bytes.assumingMemoryBound(to: UInt64.self), place)
            } else if wanted == BNNMF_LAYOUT_WORDS {
                bnnmf_weights_to_words(layout, shape, bytes, place.assumingMemoryBound(to: UInt64.self))
            } else if let words = words?.assumingMemoryBound(to: UInt64.self) {
                bnnmf_weights_to_words(layout, shape, bytes, words)
                bnnmf_weights_from_words(wanted, shape, words, place)
            }
        }
    }
}
