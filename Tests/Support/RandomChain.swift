import BNNMIR

/// Random chain networks as an exporter writes them: binarizers in several spellings, ±α convolutions with all kinds of
/// geometry, BatchNormalization with negative and zero γ, ReLU, clip, pools on either side, a flatten, a linear layer.
public struct RandomChain {
    public private(set) var graph: Graph
    private var random: SeededRandom
    private var value: Graph.ValueID
    private var count = 0

    public init(seed: UInt64) throws {
        random = SeededRandom(seed: seed)
        graph = Graph(name: "chain\(seed)")
        let channels = random.pick([1, 3, 5])
        let size = (random.below(6) + 5, random.below(6) + 5)
        value = graph.addInput("x", TensorType(.float32, [1, channels, size.0, size.1]))
        if random.chance(1, in: 2) { try realLayer() }
        for _ in 0..<(random.below(3) + 1) {
            try binarizer()
            if random.chance(1, in: 4) { try pool() }
            try binaryLayer()
            try epilogue()
        }
        if random.chance(1, in: 2) { try flattenedLayer() }
        graph.outputs = [Graph.Output(name: "y", value: value)]
    }

    public var input: Tensor {
        var random = self.random
        let type = graph[graph.inputs[0]].type
        return Tensor(type.shape, random.floats(type.elementCount))
    }

    private var shape: [Int] { graph[value].type.shape }

    private mutating func name(_ base: String) -> String {
        count += 1
        return "\(base)\(count)"
    }

    private mutating func constant(_ shape: [Int], _ values: [Float]) -> Graph.ValueID {
        graph.addConstant(name("c"), Tensor(shape, values))
    }

    private mutating func add(_ op: any Operator, _ operands: [Graph.ValueID?]) throws {
        value = try graph.append(op, operands, name: name(type(of: op).name))[0]
    }

    private mutating func realLayer() throws {
        let outputs = random.pick([4, 7, 8])
        let weights = constant([outputs, shape[1], 3, 3], random.floats(outputs * shape[1] * 9))
        try add(Conv(window: Window(kernel: 3, pad: 1)), [value, weights, constant([outputs], random.floats(outputs))])
        try epilogue()
    }

    private mutating func binarizer() throws {
        switch random.below(4) {
        case 0: try add(Sign(), [value])
        case 1:  // P3: s − p + p
            let x = value
            try add(Sign(), [x])
            let sign = value
            try add(Clip(), [x, constant([], [-1]), constant([], [1])])
            let penalty = value
            try add(Sub(), [sign, penalty])
            try add(Add(), [value, penalty])
        case 2:  // P5: Where(x ≥ 0, 1, −1)
            try add(GreaterOrEqual(), [value, constant([], [0])])
            try add(Where(), [value, constant([], [1]), constant([], [-1])])
        default:  // P5: Where(x < c, −1, 1)
            try add(Less(), [value, constant([], [0.125])])
            try add(Where(), [value, constant([], [-1]), constant([], [1])])
        }
    }

    private mutating func axis(_ extent: Int) -> Window.Axis {
        let kernel = random.pick([1, 2, 3, 5])
        let dilation = kernel > 1 && random.chance(1, in: 4) ? 2 : 1
        var axis = Window.Axis(
            kernel: kernel, stride: random.pick([1, 1, 2]), dilation: dilation, padBegin: random.below(kernel),
            padEnd: random.below(kernel))
        if axis.outputCount(input: extent) == nil { axis = Window.Axis(kernel: 1) }
        return axis
    }

    private mutating func binaryLayer() throws {
        let groups = shape[1] % 2 == 0 && random.chance(1, in: 4) ? 2 : 1
        let outputs = random.pick([2, 6, 8, 10])
        var window = Window(axis(shape[2]), axis(shape[3]))
        if random.chance(1, in: 4), window.hasPadding {
            // A Pad with ±1 before the layer instead of its own padding.
            let (v, u) = (window.vertical, window.horizontal)
            let pads = [0, 0, v.padBegin, u.padBegin, 0, 0, v.padEnd, u.padEnd]
            let operand = graph.addConstant(name("pads"), Tensor([8], pads.map { Int64($0) }))
            try add(Pad(mode: .constant), [value, operand, constant([], [random.pick([1, -1])])])
            window = Window(
                Window.Axis(kernel: v.kernel, stride: v.stride, dilation: v.dilation),
                Window.Axis(kernel: u.kernel, stride: u.stride, dilation: u.dilation))
        }
        let products = shape[1] / groups * window.vertical.kernel * window.horizontal.kernel
        var weights: [Float] = []
        for _ in 0..<outputs {
            let alpha = random.chance(1, in: 10) ? 0 : abs(random.float()) + 0.01
            weights += (0..<products).map { _ in random.chance(1, in: 2) ? alpha : -alpha }
        }
        let operand = constant([outputs, shape[1] / groups, window.vertical.kernel, window.horizontal.kernel], weights)
        let bias = random.chance(1, in: 2) ? constant([outputs], random.floats(outputs, bound: 2)) : nil
        try add(Conv(window: window, groups: groups), [value, operand, bias])
    }

    private mutating func epilogue() throws {
        if random.chance(1, in: 4) { try pool() }
        if random.chance(3, in: 4) { try batchNormalization() }
        switch random.below(8) {
        case 0: try add(Relu(), [value])
        case 1: try add(PRelu(), [value, constant([shape[1], 1, 1], random.floats(shape[1]))])
        case 2: try add(LeakyRelu(alpha: 0.1), [value])
        case 3: try add(random.chance(1, in: 2) ? Abs() : Neg(), [value])
        case 4: try add(Clip(), [value, constant([], [-1]), constant([], [1])])
        default: break
        }
        if random.chance(1, in: 4) { try pool() }
        if random.chance(1, in: 3) { try add(Add(), [value, constant([1, shape[1], 1, 1], random.floats(shape[1]))]) }
    }

    private mutating func batchNormalization() throws {
        let c = shape[1]
        let gamma = (0..<c).map { _ in random.chance(1, in: 8) ? 0 : random.float() }
        try add(
            BatchNormalization(epsilon: 1e-5),
            [
                value, constant([c], gamma), constant([c], random.floats(c)), constant([c], random.floats(c, bound: 3)),
                constant([c], random.floats(c).map { abs($0) + 0.1 }),
            ])
    }

    private mutating func pool() throws {
        let kernel = random.pick([2, 3])
        guard shape.count == 4, shape[2] >= kernel, shape[3] >= kernel else { return }
        try add(
            MaxPool(
                window: Window(kernel: kernel, stride: random.pick([1, 2]), pad: random.below(2)),
                ceilMode: random.chance(1, in: 3)),
            [value])
    }

    private mutating func flattenedLayer() throws {
        let features = shape.dropFirst().reduce(1, *)
        let flattenFirst = random.chance(1, in: 2)
        if flattenFirst { try add(Flatten(axis: 1), [value]) }
        if flattenFirst, random.chance(1, in: 2) { try batchNormalization() }
        try binarizer()
        if !flattenFirst { try add(Flatten(axis: 1), [value]) }
        let outputs = random.pick([3, 10])
        let alpha = (0..<outputs).map { _ in abs(random.float()) + 0.01 }
        let weights = (0..<outputs * features).map {
            random.chance(1, in: 2) ? alpha[$0 / features] : -alpha[$0 / features]
        }
        try add(
            Gemm(alpha: 1, beta: 1, transA: false, transB: true), [value, constant([outputs, features], weights), nil])
        if random.chance(1, in: 2) { try batchNormalization() }
    }
}
