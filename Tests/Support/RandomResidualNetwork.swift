import BNNMIR

/// Random residual networks as an exporter writes them: signs with static, learned and dynamic thresholds (also classifiers
/// on activations), ±α convolutions, BatchNormalization, residual sums, (R)PReLU, squeeze-and-excitation, concatenation,
/// shortcuts through an average pool and a real 1×1 convolution; and, without a residual, dynamic thresholds straight on
/// what a binary convolution gives.
public struct RandomResidualNetwork {
    public private(set) var graph: Graph
    private var random: SeededRandom
    private var value: Graph.ValueID
    private var count = 0

    public init(seed: UInt64) throws {
        random = SeededRandom(seed: seed)
        graph = Graph(name: "residual\(seed)")
        let size = (random.below(5) + 5, random.below(5) + 5)
        value = graph.addInput("x", TensorType(.float32, [random.chance(1, in: 5) ? 2 : 1, 3, size.0, size.1]))
        try convolution(outputs: random.pick([4, 7, 10]), kernel: 3, binary: false)
        for _ in 0..<(random.below(3) + 1) { try block() }
        if random.chance(1, in: 2) { try head() }
        graph.outputs = [Graph.Output(name: "y", value: value)]
    }

    public var input: Tensor {
        var random = self.random
        let type = graph[graph.inputs[0]].type
        return Tensor(type.shape, random.floats(type.elementCount))
    }

    private var shape: [Int] { graph[value].type.shape }

    // MARK: - Building

    private mutating func name(_ base: String) -> String {
        count += 1
        return "\(base)\(count)"
    }

    private mutating func constant(_ shape: [Int], _ values: [Float]) -> Graph.ValueID {
        graph.addConstant(name("c"), Tensor(shape, values))
    }

    private mutating func perChannel(bound: Float = 1) -> Graph.ValueID {
        constant([shape[1], 1, 1], random.floats(shape[1], bound: bound))
    }

    private mutating func integers(_ values: [Int]) -> Graph.ValueID {
        graph.addConstant(name("c"), Tensor([values.count], values.map { Int64($0) }))
    }

    private mutating func add(_ op: any Operator, _ operands: [Graph.ValueID?]) throws {
        value = try graph.append(op, operands, name: name(type(of: op).name))[0]
    }

    // MARK: - Blocks

    private mutating func block() throws {
        let identity = value
        try binarizer()
        let strided = shape[2] >= 4 && shape[3] >= 4 && random.chance(1, in: 3)
        let widened = strided || random.chance(1, in: 4)
        let outputs = widened ? shape[1] + random.below(5) : shape[1]
        try convolution(outputs: outputs, kernel: 3, binary: true, stride: strided ? 2 : 1)
        if random.chance(3, in: 4) { try batchNormalization() }
        if random.chance(1, in: 5) { try activation() }
        if random.chance(1, in: 4) { try excitation() }
        if random.chance(1, in: 5) {
            // A dynamic threshold straight on what the convolution gives.
            try dynamicShift(Sub())
            try add(Sign(), [value])
            try convolution(outputs: outputs, kernel: 1, binary: true)
            if random.chance(1, in: 2) { try batchNormalization() }
        }
        if !strided, random.chance(1, in: 5) {
            try add(Concat(axis: 1), [value, identity])
        } else if random.chance(5, in: 6) {
            let main = value
            value = identity
            if strided { try averagePool(like: graph[main].type.shape) }
            if outputs != shape[1] { try convolution(outputs: outputs, kernel: 1, binary: false) }
            if outputs != graph[identity].type.shape[1], random.chance(1, in: 2) { try batchNormalization() }
            try add(Add(), random.chance(1, in: 2) ? [main, value] : [value, main])
        }
        try activation()
    }

    /// Strided convolutions of kernel 3 and padding 1 give (n + 1) / 2 pixels, as this pool does.
    private mutating func averagePool(like target: [Int]) throws {
        let ends = [2, 3].map { shape[$0] % 2 }
        try add(
            AveragePool(
                window: Window(
                    Window.Axis(kernel: 2, stride: 2, padEnd: ends[0]),
                    Window.Axis(kernel: 2, stride: 2, padEnd: ends[1])),
                ceilMode: false, countIncludePad: false),
            [value])
    }

    private mutating func convolution(outputs: Int, kernel: Int, binary: Bool, stride: Int = 1) throws {
        let products = shape[1] * kernel * kernel
        var weights: [Float] = []
        for _ in 0..<outputs {
            let alpha = abs(random.float()) + 0.01
            weights += (0..<products).map { _ in
                binary ? (random.chance(1, in: 2) ? alpha : -alpha) : random.float()
            }
        }
        let bias = random.chance(1, in: 3) ? constant([outputs], random.floats(outputs)) : nil
        try add(
            Conv(window: Window(kernel: kernel, stride: stride, pad: kernel / 2)),
            [value, constant([outputs, shape[1], kernel, kernel], weights), bias])
    }

    private mutating func batchNormalization() throws {
        let c = shape[1]
        try add(
            BatchNormalization(epsilon: 1e-5),
            [
                value, constant([c], random.floats(c)), constant([c], random.floats(c)),
                constant([c], random.floats(c, bound: 3)), constant([c], random.floats(c).map { abs($0) + 0.1 }),
            ])
    }

    private mutating func activation() throws {
        switch random.below(7) {
        case 0: try add(PRelu(), [value, perChannel()])
        case 1:  // RPReLU
            try add(Add(), [value, perChannel()])
            try add(PRelu(), [value, perChannel()])
            try add(Add(), [value, perChannel()])
        case 2: try add(LeakyRelu(alpha: 0.1), [value])
        case 3: try add(Clip(), [value, constant([], [-1.5]), constant([], [1.25])])
        case 4: try add(random.pick([Sigmoid(), Tanh(), Abs()]), [value])
        default: break
        }
    }

    // MARK: - Binarizers

    private mutating func binarizer() throws {
        switch random.below(6) {
        case 0: break
        case 1: try add(Add(), [value, perChannel()])
        case 2: try dynamicShift(Sub())
        case 3: try dynamicShift(Add())
        case 4:
            try add(Mul(), [value, perChannel()])
            try dynamicShift(Sub())
        default:
            if random.chance(1, in: 2) { return try classifier() }
        }
        try add(Sign(), [value])
    }

    /// t(GAP(x)), two linear layers and perhaps a squash, combined with x.
    private mutating func dynamicShift(_ op: any Operator) throws {
        let x = value
        try channelNetwork()
        if random.chance(1, in: 3) { try add(random.pick([Tanh(), Sigmoid()]), [value]) }
        try add(op, [x, value])
    }

    private mutating func excitation() throws {
        let x = value
        try channelNetwork()
        try add(Sigmoid(), [value])
        try add(Mul(), [x, value])
    }

    /// GAP → linear → ReLU → linear → [N,C,1,1].
    private mutating func channelNetwork() throws {
        let full = shape
        try add(GlobalAveragePool(), [value])
        try add(Flatten(axis: 1), [value])
        for (inputs, outputs) in [(full[1], 3), (3, full[1])] {
            let weights = constant([outputs, inputs], random.floats(inputs * outputs))
            try add(
                Gemm(alpha: 1, beta: 1, transA: false, transB: true),
                [value, weights, constant([outputs], random.floats(outputs))])
            if outputs == 3 { try add(Relu(), [value]) }
        }
        try add(Reshape(), [value, integers([full[0], full[1], 1, 1])])
    }

    /// 2·ArgMax − 1 over the scores of a small network on each number.
    private mutating func classifier() throws {
        let full = shape
        try add(Reshape(), [value, integers([-1, 1])])
        let hidden = random.pick([3, 6])
        try add(
            Gemm(alpha: 1, beta: 1, transA: false, transB: true),
            [value, constant([hidden, 1], random.floats(hidden, bound: 2)), constant([hidden], random.floats(hidden))])
        try add(random.pick([Tanh(), Relu(), LeakyRelu(alpha: 0.1)]), [value])
        try add(
            Gemm(alpha: 1, beta: 1, transA: false, transB: true),
            [value, constant([2, hidden], random.floats(2 * hidden)), constant([2], random.floats(2, bound: 0.3))])
        try add(ArgMax(axis: 1, keepsDimensions: false), [value])
        try add(Cast(to: .float32), [value])
        try add(Mul(), [value, constant([], [2])])
        try add(Sub(), [value, constant([], [1])])
        try add(Reshape(), [value, integers(full)])
    }

    private mutating func head() throws {
        try add(GlobalAveragePool(), [value])
        try add(Flatten(axis: 1), [value])
        try add(
            Gemm(alpha: 1, beta: 1, transA: false, transB: true),
            [value, constant([5, shape[1]], random.floats(5 * shape[1])), constant([5], random.floats(5))])
    }
}
