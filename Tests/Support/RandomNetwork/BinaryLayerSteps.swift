import BNNMIR

/// Layers whose weights have two values in each output channel: convolutions with all kinds of windows, groups and
/// padding, transposed convolutions, and linear layers over rows and tokens.
extension NetworkBuilder {
    mutating func binaryLayer(_ kind: StepKind) throws {
        guard hasMap, kind != .dense, kind != .twoValuedDense else {
            return try dense(twoValued: kind == .twoValuedDense || kind == .twoValuedConvolution)
        }
        switch kind {
        case .transposedConvolution: try transposedConvolution()
        case .signPadded, .paddedConvolution:
            try padding(kind == .signPadded ? [.constant] : [.constant, .constant, .edge, .reflect])
            try convolution(groups: 1, twoValued: false, computed: false, pads: false)
        case .groupedConvolution:
            try convolution(groups: divisor(of: channels), twoValued: false, computed: false)
        case .twoValuedConvolution:
            let groups = random.chance(1, in: 4) ? divisor(of: channels) : 1
            try convolution(groups: groups, twoValued: true, computed: false)
        default: try convolution(groups: 1, twoValued: false, computed: kind == .computedWeights)
        }
    }

    private mutating func convolution(groups: Int, twoValued: Bool, computed: Bool, pads: Bool = true) throws {
        let window = window(pads: pads)
        let outputs = outputs(groups: groups)
        let shape = [outputs, channels / groups] + kernelShape(window)
        let weights =
            computed
            ? try computedWeights(shape)
            : constant(shape, pairs(outputs: outputs, products: shape.dropFirst().reduce(1, *), twoValued: twoValued))
        try add(Conv(window: window, groups: groups), weights, bias(outputs))
    }

    private mutating func transposedConvolution() throws {
        let groups = random.chance(1, in: 3) ? divisor(of: channels) : 1
        let outputs = outputs(groups: groups) / groups
        func axis(_ extent: Int) -> Window.Axis {
            let kernel = random.pick([1, 2, 3, 4])
            let pad = random.below((kernel + 1) / 2)
            return Window.Axis(kernel: kernel, stride: random.pick([1, 2, 2]), padBegin: pad, padEnd: pad)
        }
        let window = Window(form == .image ? axis(map.height) : Window.Axis(kernel: 1), axis(map.width))
        let extra = (
            vertical: random.below(window.vertical.stride), horizontal: random.below(window.horizontal.stride)
        )
        let kernel = kernelShape(window), taps = kernel.reduce(1, *)
        // Weights are [C, M/groups, kernel]: all of an output channel are ±α.
        let alpha = (0..<groups * outputs).map { _ in abs(random.float()) + 0.01 }
        let rows = channels / groups
        let weights = (0..<channels * outputs * taps).map { index in
            let output = index / taps % outputs, group = index / (taps * outputs) / rows
            return alpha[group * outputs + output] * (random.chance(1, in: 2) ? 1 : -1)
        }
        let op = ConvTranspose(window: window, groups: groups, outputPadding: extra)
        let operands = [value, constant([channels, outputs] + kernel, weights), bias(groups * outputs)]
        let known = operands.map { $0.map { graph.operand($0) } }
        guard let type = try? op.inferTypes(known).first, type.elementCount > 0, type.elementCount < 20000 else {
            return
        }
        value = try node(op, operands)
    }

    private mutating func dense(twoValued: Bool) throws {
        if hasMap {
            try add(Flatten(axis: 1))
            form = .flat
        }
        let inputs = channels, outputs = outputs(groups: 1)
        let rows = pairs(outputs: outputs, products: inputs, twoValued: twoValued)
        let columns = (0..<inputs * outputs).map { rows[$0 % outputs * inputs + $0 / outputs] }
        if form == .tokens || random.chance(1, in: 3) {
            try add(MatMul(), constant([inputs, outputs], columns))
            if random.chance(1, in: 2) { try add(Add(), constant([outputs], random.floats(outputs))) }
            return
        }
        let transposes = random.chance(1, in: 2)
        let weights = transposes ? constant([outputs, inputs], rows) : constant([inputs, outputs], columns)
        try add(Gemm(transB: transposes), weights, bias(outputs))
    }

    /// A Pad of its own in front of a layer: with 0 or ±1, replicating or reflecting.
    private mutating func padding(_ modes: [Pad.Mode]) throws {
        let mode = random.pick(modes)
        var pads = [[Int]](repeating: [0, 0], count: 2)
        for (position, extent) in shape.dropFirst(2).enumerated() {
            for side in 0..<2 {
                let count = random.below(3)
                pads[side][position] = mode == .reflect ? min(count, extent - 1) : count
            }
        }
        let counts = pads.flatMap { [0, 0] + $0.prefix(shape.count - 2) }
        let filler = mode == .constant ? number(random.pick([0, 1, -1])) : nil
        try add(Pad(mode: mode), integers(counts), filler)
    }

    // MARK: - Weights

    private mutating func outputs(groups: Int) -> Int {
        let width = width()
        return max(1, (width + groups - 1) / groups) * groups
    }

    private mutating func bias(_ outputs: Int) -> Graph.ValueID? {
        random.chance(1, in: 2) ? constant([outputs], random.floats(outputs, bound: 2)) : nil
    }

    /// ±α in each output channel, some of them 0, or any two numbers.
    private mutating func pairs(outputs: Int, products: Int, twoValued: Bool) -> [Float] {
        let shared = abs(random.float()) + 0.01
        let isShared = random.chance(1, in: 4)
        return (0..<outputs).flatMap { _ -> [Float] in
            let alpha = isShared ? shared : random.chance(1, in: 12) ? 0 : abs(random.float()) + 0.01
            let low = twoValued ? (random.chance(1, in: 4) ? 0 : random.float()) : -alpha
            return (0..<products).map { _ in random.chance(1, in: 2) ? alpha : low }
        }
    }

    /// Weights as a graph over latent ones: Sign(latent)·mean|latent|.
    private mutating func computedWeights(_ shape: [Int]) throws -> Graph.ValueID {
        let latent = constant(shape, random.floats(shape.reduce(1, *)))
        let sign = try node(Sign(), [latent])
        let mean = try node(
            ReduceMean(), [try node(Abs(), [latent]), integers(Array(1..<shape.count))])
        return try node(Mul(), [sign, mean])
    }
}
