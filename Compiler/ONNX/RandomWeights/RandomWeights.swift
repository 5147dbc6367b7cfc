import BNNMIR

/// Values for initializers whose file is absent, so that an architecture can be compiled and profiled before it is
/// trained: a graph with placeholders in, tensors by name out. They depend on seed, name and role alone.
///
/// The role is where the initializer, perhaps through nodes over other constants, meets what depends on the model's
/// input. Weights are scaled by their number of products; normalizations and thresholds by an estimate of what comes in
/// (`SampleEstimate`), so that about half of each binarizer's decisions are +1.
struct RandomWeights {
    /// The most elements that are filled in all: 4 GiB of float32.
    static let elementLimit = 1 << 30

    let seed: UInt64
    let graph: Graph
    /// The placeholders by initializer name.
    private let absent: [Graph.ValueID: String]
    private let order: [Graph.NodeID]
    /// Whether a value depends on the model's input, by index.
    private var isData: [Bool]

    private var laws: [Graph.ValueID: ParameterLaw] = [:]
    private var samples: [Graph.ValueID: Sample] = [:]

    /// - Parameter names: the initializers to fill.
    init(seed: UInt64, graph: Graph, names: Set<String>) {
        self.seed = seed
        self.graph = graph
        order = graph.schedule()
        var absent: [Graph.ValueID: String] = [:]
        var left = names
        for (index, value) in graph.values.enumerated() {
            if case .constant = value.origin, left.remove(value.name) != nil {
                absent[Graph.ValueID(index: index)] = value.name
            }
        }
        self.absent = absent
        isData = [Bool](repeating: false, count: graph.values.count)
        for input in graph.inputs { isData[input.index] = true }
        for id in order where graph[id].inputs.contains(where: { $0.map { isData[$0.index] } ?? false }) {
            // Shapes are known without the input's elements.
            for output in graph[id].outputs { isData[output.index] = graph.operand(output).constant == nil }
        }
    }

    /// The tensors by initializer name, each of its placeholder's type.
    mutating func tensors() -> [String: Tensor] {
        let weights = WeightRoles(graph: graph, order: order, isData: isData)
        for (id, _) in absent {
            if let law = weights.law(of: id) { settle(id, law) }
        }
        for (index, value) in graph.values.enumerated() {
            let id = Graph.ValueID(index: index)
            if case .constant(let tensor) = value.origin, absent[id] == nil { samples[id] = Sample(of: tensor) }
        }
        for id in graph.inputs { samples[id] = normalSample(graph[id]) }
        for id in order { visit(id) }
        return Dictionary(
            absent.map { id, name in
                let type = graph[id].type
                let elements = (laws[id] ?? .normal(mean: 0, deviation: 1)).elements(type.elementCount, numbers(name))
                guard type.elementType != .float32 else { return (name, Tensor(type.shape, elements)) }
                return (name, .rounding(elements.map { Double($0) }, to: type.elementType, shape: type.shape))
            }, uniquingKeysWith: { first, _ in first })
    }

    private func numbers(_ name: String) -> RandomNumbers { RandomNumbers(seed: seed, name: name) }

    private func normalSample(_ value: Graph.Value) -> Sample {
        var numbers = numbers(value.name)
        return Sample((0..<Sample.count).map { _ in Double(numbers.normal()) }, value.type.elementType)
    }

    private mutating func settle(_ id: Graph.ValueID, _ law: ParameterLaw) {
        guard let name = absent[id], laws[id] == nil else { return }
        laws[id] = law
        samples[id] = Sample(
            law.elements(Sample.count, numbers(name)).map { Double($0) }, graph[id].type.elementType)
    }

    /// Gives the node's results their samples, after the parameters it reads have theirs.
    private mutating func visit(_ id: Graph.NodeID) {
        let node = graph[id]
        if let data = node.inputs.firstIndex(where: { $0.map { isData[$0.index] } ?? false }) {
            for (index, input) in node.inputs.enumerated() {
                guard let input, !isData[input.index] else { continue }
                settleParameters(input, of: node, operand: index, data: data)
            }
        } else if node.inputs.contains(where: { $0.map { isOpen($0) } ?? false }) {
            return
        }
        let estimate = SampleEstimate(
            graph: graph, node: node, operands: node.inputs.map { $0.flatMap { samples[$0] } },
            numbers: numbers("node \(id.index)"))
        for (output, sample) in zip(node.outputs, estimate.results()) {
            samples[output] = sample
        }
    }

    /// Whether a constant depends on a parameter that is not decided yet.
    private func isOpen(_ id: Graph.ValueID) -> Bool { samples[id] == nil && graph[id].type.elementType.isFloat }

    /// Decides the parameters behind a constant operand of a node with data, where they are open still.
    private mutating func settleParameters(_ input: Graph.ValueID, of node: Graph.Node, operand: Int, data: Int) {
        var pending = [input], seen: Set<Graph.ValueID> = [input]
        var openParameter: Graph.ValueID?
        while let value = pending.popLast() {
            if absent[value] != nil, laws[value] == nil {
                settle(value, law(of: node, operand: operand, data: data))
                openParameter = value
            }
            guard let producer = graph.producer(of: value), samples[value] == nil else { continue }
            for case let source? in graph[producer].inputs where seen.insert(source).inserted { pending.append(source) }
        }
        if samples[input] == nil, let openParameter { samples[input] = samples[openParameter] }
    }

    /// The distribution of a parameter that is operand `operand` of `node`, whose operand `data` depends on the input.
    private func law(of node: Graph.Node, operand: Int, data: Int) -> ParameterLaw {
        let x = node.inputs[data].flatMap { samples[$0] }
        let mean = Float(x?.mean ?? 0), variance = Float(x?.variance ?? 1)
        let noise = 0.1 * variance.squareRoot()
        switch (node.op, operand) {
        case (is BatchNormalization, 1), (is BatchNormalizationTraining, 1), (is LayerNormalization, 1): return .scale
        case (is BatchNormalization, 2), (is BatchNormalizationTraining, 2), (is LayerNormalization, 2):
            let ahead = MeanAhead(graph: graph, isData: isData, samples: samples)
            return .normal(mean: -Float(ahead.mean(behind: node.outputs[0], input: x)), deviation: 0.1)
        case (is BatchNormalization, 3): return .normal(mean: mean, deviation: noise)
        case (is BatchNormalization, 4), (is BatchNormalizationTraining, 4): return .positive(near: variance)
        case (is PRelu, 1): return .positive(near: 0.25)
        case (is Mul, _), (is Div, _), (is Pow, _): return .positive(near: 1)
        case (is Conv, 2), (is ConvTranspose, 2), (is VolumeConv, 2), (is Gemm, 2):
            return .normal(mean: 0, deviation: 0.1)
        // What is added moves the middle to 0.
        case (is Add, _): return .normal(mean: -Float(x?.center ?? 0), deviation: noise)
        case (is Sub, _): return .normal(mean: Float(x?.center ?? 0), deviation: noise)
        default: return .normal(mean: 0, deviation: 1)
        }
    }
}
