import BNNMIR

/// The graph of a random network while its steps are applied: the value that the next step works on, what its axes mean,
/// and the values that later steps may come back to.
struct NetworkBuilder {
    typealias Form = RandomNetwork.Form

    private(set) var graph: Graph
    /// Of the step that is being applied.
    var random = SeededRandom(seed: 0)
    var value: Graph.ValueID
    var form: Form
    /// Earlier values, for sums and concatenations.
    var kept: [(value: Graph.ValueID, form: Form)] = []
    let widthLimit: Int
    private var count = 0

    init(_ network: RandomNetwork) {
        graph = Graph(
            name: "random\(network.seed)", batch: network.executions == nil ? .fixed : .symbolic(name: "N"))
        value = graph.addInput("x", TensorType(.float32, network.inputShape))
        form = network.form
        widthLimit = max(1, network.widthLimit)
    }

    /// The finished graph, whose output is the current value.
    func finish() -> Graph {
        var graph = graph
        graph.outputs = [Graph.Output(name: "y", value: value)]
        return graph
    }

    // MARK: - The current value

    var shape: [Int] { graph[value].type.shape }
    var channelAxis: Int { form == .tokens ? 2 : 1 }
    var channels: Int { shape[channelAxis] }
    var elementCount: Int { graph[value].type.elementCount }
    /// Rows and columns; a sequence has one row.
    var map: (height: Int, width: Int) { form == .image ? (shape[2], shape[3]) : (1, shape[shape.count - 1]) }
    var hasMap: Bool { form == .image || form == .sequence }

    /// The shape of constants that have one number for each channel.
    var channelShape: [Int] {
        switch form {
        case .image: [channels, 1, 1]
        case .sequence: [channels, 1]
        case .tokens, .flat: [channels]
        }
    }

    func shape(of value: Graph.ValueID) -> [Int] { graph[value].type.shape }

    // MARK: - Building

    mutating func name(_ base: String) -> String {
        count += 1
        return "\(base)\(count)"
    }

    mutating func constant(_ shape: [Int], _ values: [Float]) -> Graph.ValueID {
        graph.addConstant(name("constant"), Tensor(shape, values))
    }

    mutating func number(_ value: Float) -> Graph.ValueID { constant([], [value]) }

    mutating func integers(_ values: [Int]) -> Graph.ValueID {
        graph.addConstant(name("constant"), Tensor([values.count], values.map { Int64($0) }))
    }

    /// Random numbers, one for each channel.
    mutating func perChannel(bound: Float = 1) -> Graph.ValueID {
        constant(channelShape, random.floats(channels, bound: bound))
    }

    /// Appends a node and gives its result; the current value stays.
    mutating func node(_ op: any Operator, _ operands: [Graph.ValueID?]) throws -> Graph.ValueID {
        try graph.append(op, operands, name: name(type(of: op).name))[0]
    }

    /// Appends a node with several results.
    mutating func parts(_ op: any Operator, _ operands: [Graph.ValueID?], count: Int) throws -> [Graph.ValueID] {
        let base = name(type(of: op).name)
        return try graph.append(op, operands, name: base, outputNames: (0..<count).map { "\(base).\($0)" })
    }

    /// Appends a node on the current value, whose result becomes the current value.
    mutating func add(_ op: any Operator, _ operands: Graph.ValueID?...) throws {
        value = try node(op, [value] + operands)
    }

    mutating func reshape(_ shape: [Int]) throws { try add(Reshape(), integers(shape)) }

    // MARK: - Drawing

    /// A number of channels: mostly small, some about a word's bits.
    mutating func width() -> Int {
        let width = random.pick([1, 2, 3, 4, 5, 6, 7, 8, 8, 9, 10, 12, 15, 16, 24, 33, 63, 64, 65, 70, 130])
        // Large maps of many channels take the interpreter too long.
        return min(width, widthLimit, max(4, 6000 / max(1, elementCount / max(1, channels))))
    }

    /// One of the numbers that divide `count`.
    mutating func divisor(of count: Int) -> Int { random.pick((1...count).filter { count % $0 == 0 }) }

    /// An axis of a window that fits `extent` elements.
    mutating func axis(_ extent: Int, kernels: [Int] = [1, 2, 3, 3, 5], pads: Bool = true) -> Window.Axis {
        let kernel = random.pick(kernels)
        let dilation = kernel > 1 && random.chance(1, in: 4) ? 2 : 1
        let axis = Window.Axis(
            kernel: kernel, stride: random.pick([1, 1, 1, 2, 3]), dilation: dilation,
            padBegin: pads ? random.below(kernel) : 0, padEnd: pads ? random.below(kernel) : 0)
        return axis.outputCount(input: extent) == nil ? Window.Axis(kernel: 1) : axis
    }

    /// A window that fits the current map: square with equal padding, or drawn for each axis; over one row, of one row.
    mutating func window(kernels: [Int] = [1, 2, 3, 3, 5], pads: Bool = true) -> Window {
        let horizontal = axis(map.width, kernels: kernels, pads: pads)
        guard form == .image else { return Window(Window.Axis(kernel: 1), horizontal) }
        let fits = horizontal.outputCount(input: map.height) != nil
        if fits, random.chance(1, in: 2) { return Window(horizontal, horizontal) }
        return Window(axis(map.height, kernels: kernels, pads: pads), horizontal)
    }

    /// A window's kernel extents as weights have them.
    func kernelShape(_ window: Window) -> [Int] {
        (form == .image ? [window.vertical.kernel] : []) + [window.horizontal.kernel]
    }
}
