import BNNMIR

/// The operators on elements or rows behind one node of a laid-out graph, as far as one pass over its result can execute
/// them.
struct EpilogueChain {
    /// Steps of one epilogue, at most; `BNNMF_MAX_STEPS` of the format.
    static let stepLimit = 8
    /// Tensors that one operator may read, at most; `BNNMF_MAX_OPERANDS` of the format.
    static let tensorLimit = 16

    /// Operands of the node that the chain begins with: all of a convolution's, the data operand of anything else.
    let baseInputs: [Graph.ValueID?]
    private(set) var epilogue = Epilogue()
    private(set) var operands: [Graph.ValueID?] = []
    /// The old values that the epilogue stores, in its order.
    private(set) var results: [Graph.ValueID] = []
    private let beginsWithStep: Bool
    /// Whether the node that the chain was to begin with is no step of an epilogue after all.
    private var isEmpty = false
    private var tail: Graph.ValueID
    private var tensorOperandCount = 0

    init(_ node: Graph.Node, _ graph: Graph) {
        tail = node.outputs[0]
        if let step = node.op as? any FusableStep {
            beginsWithStep = true
            let data = step.dataOperand(node, graph)
            baseInputs = [data]
            isEmpty = !append(node, step, reading: data, graph)
        } else {
            beginsWithStep = false
            isEmpty = false
            baseInputs = node.inputs
        }
    }

    /// Goes on as far as each result has one reader that is a step, then takes what its readers are.
    mutating func extend(_ graph: Graph) {
        guard !isEmpty else { return }
        while !graph.isOutput(tail), graph.readerCount(of: tail) == 1, let reader = graph.readers(of: tail).first,
            let step = graph[reader].op as? any FusableStep, append(graph[reader], step, reading: tail, graph)
        {}
        store(graph.readers(of: tail), graph)
    }

    /// Whether anything is saved: a convolution with nothing behind it, or one operator on elements alone, has a kernel of
    /// its own.
    var isWorthFusing: Bool {
        guard !isEmpty else { return false }
        guard beginsWithStep else { return !epilogue.steps.isEmpty || results.count > 1 || !epilogue.storesValues }
        return epilogue.steps.count > 1 || epilogue.switchPoints != nil || epilogue.storesAverages
            || epilogue.steps.contains(where: \.takesRows)
    }

    // MARK: - Steps

    /// false where the node stays outside.
    private mutating func append(
        _ node: Graph.Node, _ step: any FusableStep, reading data: Graph.ValueID, _ graph: Graph
    ) -> Bool {
        guard let taken = step.steps(node, reading: data, graph, firstPosition: operands.count),
            epilogue.steps.count + taken.steps.count <= EpilogueChain.stepLimit, mayTake(taken.steps),
            graph[node.outputs[0]].type == graph[data].type
        else { return false }
        let tensors = taken.operands.filter { $0.map { graph.constant($0) == nil } ?? false }.count
        guard 1 + tensorOperandCount + tensors < EpilogueChain.tensorLimit else { return false }
        tail = node.outputs[0]
        guard !mergeShift(taken.steps, taken.operands, graph) else { return true }
        tensorOperandCount += tensors
        epilogue.steps += taken.steps
        operands += taken.operands
        return true
    }

    /// Gives the last step, a scale without a shift, the shift of a step that has no scale. Positions of `steps` are those
    /// behind the chain's operands.
    private mutating func mergeShift(_ steps: [Epilogue.Step], _ others: [Graph.ValueID?], _ graph: Graph) -> Bool {
        guard case .scaleShift(_, let absent) = epilogue.steps.last, steps.count == 1,
            case .scaleShift(let scale, let shift) = steps[0]
        else { return false }
        func all(of value: Graph.ValueID?, are number: Float) -> Bool {
            value.flatMap { graph.constant($0)?.floats.allSatisfy { $0 == number } } ?? false
        }
        guard all(of: operands[absent], are: 0), all(of: others[scale - operands.count], are: 1) else { return false }
        operands[absent] = others[shift - operands.count]
        return true
    }

    /// Whether the steps may stand here. A convolution gives its channels some at a time, so that there are no rows; and
    /// its kernels hold what they computed in registers as long as no step divides by a constant, which takes them longer
    /// than a pass of its own. The format has room for one step on rows.
    private func mayTake(_ steps: [Epilogue.Step]) -> Bool {
        beginsWithStep
            ? (epilogue.steps + steps).filter(\.takesRows).count <= 1
            : !steps.contains { $0.takesRows || $0.isQuotient }
    }

    // MARK: - Results

    private mutating func store(_ readers: [Graph.NodeID], _ graph: Graph) {
        var decision: Graph.Node?
        var average: Graph.Node?
        var others = graph.isOutput(tail)
        for id in readers {
            let reader = graph[id]
            if decision == nil, reader.op is Decide, reader.inputs[0] == tail, isPerChannel(reader, graph) {
                decision = reader
            } else if average == nil, reader.op is ChannelsLast<GlobalAveragePool> {
                average = reader
            } else {
                others = true
            }
        }
        epilogue.storesValues = others || (decision == nil && average == nil)
        if epilogue.storesValues { results.append(tail) }
        if let decision {
            epilogue.switchPoints = operands.count
            operands.append(decision.inputs[1])
            results.append(decision.outputs[0])
        }
        if let average {
            epilogue.storesAverages = true
            results.append(average.outputs[0])
        }
    }

    /// Whether the decision's switch points differ from channel to channel only.
    private func isPerChannel(_ decide: Graph.Node, _ graph: Graph) -> Bool {
        let shape = graph[decide.inputs[1]!].type.shape
        return shape.dropFirst().dropLast().allSatisfy { $0 == 1 }
    }
}
