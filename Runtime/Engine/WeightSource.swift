import BNNMFormat
import CBNNM

/// A convolution's weights in the file, and the layout that a target's kernels want them in.
struct WeightSource {
    private let bytes: UnsafeRawPointer
    private let isBinary: Bool
    private let isMasked: Bool
    private let shape: bnnmf_weight_shape
    /// Of a binary convolution.
    private let paddingSums: PaddingSums?
    /// Of the file; like `wanted` a `bnnmf_weight_layout` of a binary convolution, else a `bnnmf_float_layout`.
    let layout: UInt32
    private(set) var wanted: UInt32

    /// Nil for other operators. The model was checked.
    init?(_ model: UnsafePointer<Model>, _ index: Int) {
        let scope = OperatorScope(model: model, index: index, message: Message(nil, capacity: 0))
        let blob: UInt32
        switch bnnmf_op_code(rawValue: scope.record.code) {
        case BNNMF_OP_BINARY_CONV2D:
            let op = scope.record.parameters.binary_conv2d
            (blob, layout, isBinary, isMasked) = (op.weights, op.layout, true, op.mask != 0)
            shape = BinaryConv2D.Layout(op, scope.input(0), scope.output).shape
            paddingSums = PaddingSums(op.window, shape, padValue: Int32(op.pad_value))
        case BNNMF_OP_CONV2D:
            let op = scope.record.parameters.conv2d
            (blob, layout, isBinary, isMasked) = (op.weights, op.layout, false, false)
            paddingSums = nil
            shape = Conv2D.weightShape(op, scope.input(0), scope.output)
        default: return nil
        }
        var found = bnnmf_blob()
        bnnmf_get_blob(model.pointee.view, blob, &found)
        guard let bytes = found.data else { return nil }
        self.bytes = UnsafeRawPointer(bytes)
        wanted = layout
    }

    mutating func choose(_ target: bnnmf_target) {
        wanted = withUnsafePointer(to: shape) {
            isBinary
                ? bnnmf_weight_layout_for(target, $0, isMasked ? 1 : 0).rawValue : bnnmf_float_layout_for($0).rawValue
        }
    }

    var isRepacked: Bool { wanted != layout }

    var inPlace: LaidOutWeights { LaidOutWeights(bytes: bytes, layout: layout, groupByteCount: groupByteCount(layout)) }

    func groupByteCount(_ layout: UInt32) -> Int {
        withUnsafePointer(to: shape) {
            if isBinary { return Int(clamping: bnnmf_weight_group_size(bnnmf_weight_layout(rawValue: layout), $0)) }
            let form = bnnmf_float_layout(rawValue: layout)
            let bytes = Int(clamping: bnnmf_float_weights_size(form, $0))
            return form == BNNMF_FLOATS_DEPTHWISE ? bytes : bytes / Int(max(shape.groups, 1))
        }
    }

    func byteCount(_ layout: UInt32) -> Int {
        if !isBinary {
            return withUnsafePointer(to: shape) {
                Int(clamping: bnnmf_float_weights_size(bnnmf_float_layout(rawValue: layout), $0))
            }
        }
        let (bytes, overflow) = groupByteCount(layout).multipliedReportingOverflow(by: Int(shape.groups))
        return overflow ? .max : bytes
    }

    /// Bytes of the words in between, where neither the file has them nor the kernels want them.
    var scratchByteCount: Int {
        let words = BNNMF_LAYOUT_WORDS.rawValue
        return isBinary && layout != words && wanted != words ? byteCount(words) : 0
    }

    /// - Parameter words: room for the words in between
    func repack(to place: UnsafeMutableRawPointer, _ words: UnsafeMutableRawPointer?) -> LaidOutWeights {
        let (from, to) = (bnnmf_weight_layout(rawValue: layout), bnnmf_weight_layout(rawValue: wanted))
        withUnsafePointer(to: shape) { shape in
            if !isBinary {
                bnnmf_floats_from_rows(
                    shape, bytes.assumingMemoryBound(to: Float.self), place.assumingMemoryBound(to: Float.self))
            } else if from == BNNMF_LAYOUT_WORDS {
                bnnmf_weights_from_words(to, shape, bytes.assumingMemoryBound(to: UInt64.self), place)
            } else if to == BNNMF_LAYOUT_WORDS {
                bnnmf_weights_to_words(from, shape, bytes, place.assumingMemoryBound(to: UInt64.self))
            } else if let words = words?.assumingMemoryBound(to: UInt64.self) {
                bnnmf_weights_to_words(from, shape, bytes, words)
                bnnmf_weights_from_words(to, shape, words, place)
            }
        }
        return LaidOutWeights(
            bytes: UnsafeRawPointer(place), layout: wanted, groupByteCount: groupByteCount(wanted))
    }

    /// Numbers that tell how the taps of all groups differ from padding; 0 where padding counts nothing.
    var paddingSumCount: Int { paddingSums?.count ?? 0 }

    /// - Parameter memory: room for `paddingSumCount` numbers
    func sumPadding(of weights: inout LaidOutWeights, to memory: UnsafeMutablePointer<UInt32>) {
        guard let paddingSums else { return }
        paddingSums.make(of: weights, shape, to: memory)
        weights.paddingSums = UnsafePointer(memory)
        weights.groupPaddingSumCount = paddingSums.groupSumCount
    }
}
