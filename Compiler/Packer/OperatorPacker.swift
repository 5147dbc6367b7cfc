import BNNMFormat
import BNNMIR

/// One node of a laid-out graph as an operator record, its constants as blobs in the layout of `bnnm_format.h`.
struct OperatorPacker {
    let model: ModelDescription
    let graph: Graph
    let node: Graph.Node

    init(_ model: ModelDescription, _ node: Graph.Node) {
        self.model = model
        self.graph = model.graph
        self.node = node
    }

    func pack() throws -> bnnmf_op {
        switch node.op {
        case let op as Transpose: try transpose(op)
        case is Reshape: try record(BNNMF_OP_RESHAPE)
        case let op as ChannelsLast<Conv>: try conv2D(op.base, bias: optionalConstant(2))
        case let op as ChannelsLast<BinaryConv>: try binaryConv2D(op.base)
        case let op as ChannelsLast<BinaryConvThen<Decide>>:
            try binaryConv2D(op.base.conv, decide: constant(op.base.conv.operandCount))
        case let op as ChannelsLast<BinaryConvThen<AccumulatorToFloat>>:
            try binaryConv2D(
                op.base.conv, scale: constant(op.base.conv.operandCount),
                bias: optionalConstant(op.base.conv.operandCount + 1))
        case let op as ChannelsLast<MaxPool>:
            try pool(BNNMF_OP_MAX_POOL, op.base.explicitWindow(input: inputShape, output: outputShape))
        case let op as ChannelsLast<AveragePool>:
            try pool(
                BNNMF_OP_AVERAGE_POOL, op.base.explicitWindow(input: inputShape, output: outputShape),
                countIncludePad: op.base.countIncludePad)
        case is ChannelsLast<GlobalAveragePool>:
            try pool(
                BNNMF_OP_AVERAGE_POOL, Window(Window.Axis(kernel: inputShape[2]), Window.Axis(kernel: inputShape[3])))
        case let op as ChannelsLast<BinaryPool>: try pool(BNNMF_OP_BIT_POOL, op.base.window, minimum: constant(1))
        case let op as WithEpilogue<ChannelsLast<Conv>>:
            try convWithEpilogue(op)
        case let op as WithEpilogue<ChannelsLast<BinaryConvThen<AccumulatorToFloat>>>:
            try withEpilogue(op.epilogue, op.baseOperandCount, mask: op.base.base.conv.isMasked ? node.inputs[2] : nil)
            {
                try binaryConv2D(
                    op.base.base.conv, scale: constant(op.base.base.conv.operandCount),
                    bias: optionalConstant(op.base.base.conv.operandCount + 1, of: op.baseOperandCount), $0)
            }
        case let op as Map:
            try withEpilogue(op.epilogue, op.baseOperandCount) {
                var record = try record(BNNMF_OP_MAP)
                record.parameters.map.epilogue = $0
                return record
            }
        case let op as BinaryConvWithAverages: try binaryConvWithAverages(op)
        case let op as AccumulatorThresholds: try accumulatorThresholds(op)
        case is DecideBy: try record(BNNMF_OP_BINARIZE_BY, inputCount: 2)
        case let op as Concat: try concat(op)
        case is Decide: try binarize()
        case is BinaryToFloat: try record(BNNMF_OP_UNPACK)
        case is BinaryDifference: try record(BNNMF_OP_BIT_DIFFERENCE, inputCount: 2)
        case let op as ChannelsLast<Lookup>: try lookup(op.base)
        case is ScaleShift: try scaleShift()
        case is Relu: try clamp(0, .infinity)
        case is Clip:
            try clamp(optionalConstant(1)?.floats[0] ?? -.infinity, optionalConstant(2)?.floats[0] ?? .infinity)
        default: try packGeneral()
        }
    }

    // MARK: - Operands

    /// Shapes in ONNX order, [N,C,H,W].
    private var inputShape: [Int] { ImageLayout.channelsFirst(graph[node.inputs[0]!].type.shape) }
    private var outputShape: [Int] { ImageLayout.channelsFirst(graph[node.outputs[0]].type.shape) }

    func constant(_ position: Int) -> Tensor { graph.constant(node.inputs[position]!)! }

    /// nil where the optional operand is absent.
    func optionalConstant(_ position: Int, of count: Int = .max) -> Tensor? {
        position < min(node.inputs.count, count) ? node.inputs[position].map { graph.constant($0)! } : nil
    }

    func record(_ code: bnnmf_op_code, inputCount: Int = 1) throws -> bnnmf_op {
        var op = bnnmf_op()
        op.code = code.rawValue
        op.input_count = UInt32(inputCount)
        op.output = try model.tensor(node.outputs[0])
        let indices = try node.inputs.prefix(inputCount).map { try model.tensor($0!) }
        withUnsafeMutableBytes(of: &op.inputs) { bytes in
            let words = bytes.bindMemory(to: UInt32.self)
            for (position, index) in indices.enumerated() { words[position] = index }
        }
        return op
    }

    /// Strides and dilations that do not matter may be beyond the format's limits.
    private func format(_ window: Window) -> bnnmf_window {
        let (v, u) = (
            window.vertical.reduced(input: inputShape[2]), window.horizontal.reduced(input: inputShape[3])
        )
        return bnnmf_window(
            kernel_h: UInt32(v.kernel), kernel_w: UInt32(u.kernel), stride_h: UInt32(v.stride),
            stride_w: UInt32(u.stride),
            dilation_h: UInt32(v.dilation), dilation_w: UInt32(u.dilation), pad_top: UInt32(v.padBegin),
            pad_left: UInt32(u.padBegin), pad_bottom: UInt32(v.padEnd), pad_right: UInt32(u.padEnd))
    }

    // MARK: - Operators

    private func transpose(_ transpose: Transpose) throws -> bnnmf_op {
        var op = try record(BNNMF_OP_TRANSPOSE)
        let rank = graph[node.outputs[0]].type.rank
        op.parameters.transpose.rank = UInt32(rank)
        let permutation = transpose.permutation ?? Array((0..<rank).reversed())
        withUnsafeMutableBytes(of: &op.parameters.transpose.permutation) { bytes in
            let words = bytes.bindMemory(to: UInt32.self)
            for (position, axis) in permutation.enumerated() { words[position] = UInt32(axis) }
        }
        return op
    }

    private func conv2D(
        _ conv: Conv, bias: Tensor?, _ limits: ClosedRange<Float> = -.infinity ... .infinity,
        _ epilogue: bnnmf_epilogue = .none
    ) throws -> bnnmf_op {
        var op = try record(BNNMF_OP_CONV2D)
        let weights = LaidOutFloats(constant(1), groups: conv.groups)
        op.parameters.conv2d = bnnmf_conv2d(
            window: format(conv.window), groups: UInt32(conv.groups), weights: model.blob(weights.floats),
            bias: bias.map { model.blob($0.floats) } ?? BNNMF_NONE, minimum: limits.lowerBound,
            maximum: limits.upperBound, layout: weights.layout.rawValue, epilogue: epilogue)
        return op
    }

    private func convWithEpilogue(_ op: WithEpilogue<ChannelsLast<Conv>>) throws -> bnnmf_op {
        // A clamp right behind the convolution is its own.
        let (limits, epilogue) = op.epilogue.splitAtFirstClamp
        let bias = optionalConstant(2, of: op.baseOperandCount)
        if epilogue.isEmpty { return try conv2D(op.base.base, bias: bias, limits) }
        return try withEpilogue(epilogue, op.baseOperandCount) { try conv2D(op.base.base, bias: bias, limits, $0) }
    }

    private func lookup(_ lookup: Lookup) throws -> bnnmf_op {
        var op = try record(BNNMF_OP_LOOKUP)
        let values = constant(1)
        op.parameters.lookup = bnnmf_lookup(
            values: model.blob(values.floats), table_count: UInt32(values.shape[0]),
            channels_first: lookup.takesChannelsLast ? 0 : 1)
        return op
    }

    func binaryConv2D(
        _ conv: BinaryConv, decide: Tensor? = nil, scale: Tensor? = nil, bias: Tensor? = nil,
        _ epilogue: bnnmf_epilogue = .none
    ) throws -> bnnmf_op {
        var op = try record(BNNMF_OP_BINARY_CONV2D)
        let channels = outputShape[1]
        let points = decide.map { $0.broadcast(to: [$0.shape[0], channels, 1, 1]).int32s }
        let weights = LaidOutBits(constant(1), groups: conv.groups, for: model.target, isMasked: conv.isMasked)
        op.parameters.binary_conv2d = bnnmf_binary_conv2d(
            window: format(conv.window), groups: UInt32(conv.groups), pad_value: Int32(conv.padValue),
            weights: model.blob(weights.words),
            switch_points: points.map { model.blob($0) } ?? BNNMF_NONE, switch_count: UInt32(decide?.shape[0] ?? 0),
            scale: scale.map { model.blob($0.floats) } ?? BNNMF_NONE,
            bias: bias.map { model.blob($0.floats) } ?? BNNMF_NONE,
            minimum: -.infinity, maximum: .infinity, mask: 0, layout: weights.layout.rawValue, epilogue: epilogue)
        if conv.isMasked {
            op.parameters.binary_conv2d.mask = 1
            op.inputs.1 = try model.tensor(node.inputs[2]!)
            op.input_count = 2
        }
        return op
    }

    private func concat(_ concat: Concat) throws -> bnnmf_op {
        var op = try record(BNNMF_OP_CONCAT, inputCount: node.inputs.count)
        op.parameters.concat.axis = UInt32(concat.axis)
        return op
    }

    private func pool(
        _ code: bnnmf_op_code, _ window: Window, countIncludePad: Bool = false, minimum: Tensor? = nil
    ) throws -> bnnmf_op {
        var op = try record(code)
        op.parameters.pool = bnnmf_pool(
            window: format(window), count_include_pad: countIncludePad ? 1 : 0,
            or_channels: minimum.map { model.blob($0.bitMask) } ?? BNNMF_NONE)
        return op
    }

    private func binarize() throws -> bnnmf_op {
        var op = try record(BNNMF_OP_BINARIZE)
        let points = constant(1)
        let (repeated, period) = points.repeating(over: graph[node.inputs[0]!].type.shape, leading: 1)
        op.parameters.binarize = bnnmf_binarize(
            switch_points: points.elementType == .int32 ? model.blob(repeated.int32s) : model.blob(repeated.floats),
            switch_count: UInt32(points.shape[0]), period: UInt32(period))
        return op
    }

    private func scaleShift() throws -> bnnmf_op {
        var op = try record(BNNMF_OP_SCALE_SHIFT)
        let shape = graph[node.inputs[0]!].type.shape
        // Both repeat with the longer of the two periods.
        let sample = constant(1).shape.broadcast(with: constant(2).shape)!
        let (scale, period) = constant(1).broadcast(to: sample).repeating(over: shape, leading: 0)
        let (shift, _) = constant(2).broadcast(to: sample).repeating(over: shape, leading: 0)
        op.parameters.scale_shift = bnnmf_scale_shift(
            scale: model.blob(scale.floats), shift: model.blob(shift.floats), period: UInt32(period))
        return op
    }

    private func clamp(_ minimum: Float, _ maximum: Float) throws -> bnnmf_op {
        var op = try record(BNNMF_OP_CLAMP)
        op.parameters.clamp = bnnmf_clamp(minimum: minimum, maximum: maximum)
        return op
    }
}
