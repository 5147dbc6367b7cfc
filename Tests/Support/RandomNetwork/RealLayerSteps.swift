import BNNMIR

/// Layers with real weights and normalizations between binary ones.
extension NetworkBuilder {
    mutating func realLayer(_ kind: StepKind) throws {
        switch kind {
        case .realConvolution where hasMap:
            let window = window(kernels: [1, 3])
            let outputs = min(width(), 12)
            let shape = [outputs, channels] + kernelShape(window)
            let bias = random.chance(1, in: 2) ? constant([outputs], random.floats(outputs)) : nil
            try add(Conv(window: window), constant(shape, random.floats(shape.reduce(1, *))), bias)
        case .excitation where form != .flat:
            let x = value
            try channelNetwork()
            try add(Sigmoid())
            value = try node(Mul(), [x, value])
        case .softmax: try add(Softmax(axis: channelAxis))
        case .layerNormalization where form == .tokens && channels > 1:
            try add(
                LayerNormalization(axis: -1, epsilon: 1e-5), constant([channels], random.floats(channels)),
                constant([channels], random.floats(channels)))
        case .layerNormalization where hasMap && channels > 1: try channelNormalization()
        case .realDense where form == .flat: try linear(inputs: channels, outputs: min(width(), 12))
        case .realDense where form == .tokens:
            let outputs = min(width(), 12)
            try add(MatMul(), constant([channels, outputs], random.floats(channels * outputs)))
        default: break
        }
    }

    /// A layer normalization over the channels of a map, spelled out.
    private mutating func channelNormalization() throws {
        let x = value, axes = integers([1])
        try add(ReduceMean(), axes)
        let difference = try node(Sub(), [x, value])
        value = try node(Mul(), [difference, difference])
        try add(ReduceMean(), axes)
        try add(Add(), number(1e-5))
        try add(Sqrt())
        try add(Reciprocal())
        value = try node(Mul(), [difference, value])
        try add(Mul(), perChannel())
    }
}
