import BNNMIR

/// What a value that `TwoValues` does not follow is made of, where that are decisions all the same: the ground of the
/// reason that the report gives.
///
/// Found by walking up from the value; a single real-valued source makes it real-valued.
enum DecisionOrigin {
    /// Through what `TwoValues` follows, but to numbers that are not two of each channel.
    case uneven
    /// Through an operator that joins, cuts or moves numbers in a way that is not followed.
    case moved(by: Graph.NodeID)
    /// By the sign that can be 0 and was left ternary.
    case ternary(sign: String)
    /// By a condition that is no binarizer.
    case unrecognized(Graph.NodeID)
    /// By arithmetic on several decisions.
    case combined(by: Graph.NodeID)

    /// nil where the value is real-valued.
    init?(_ value: Graph.ValueID, in graph: Graph) {
        guard graph[value].type.elementType == .float32, graph.constant(value) == nil else { return nil }
        var mover: Graph.NodeID?, condition: Graph.NodeID?, arithmetic: Graph.NodeID?
        var sign: String?
        var pending = [value]
        var seen = Set(pending)
        while let next = pending.popLast() {
            if graph.constant(next) != nil { continue }
            guard let id = graph.producer(of: next) else { return nil }
            let node = graph[id]
            let computed = Set(node.inputs.compactMap { $0 }.filter { graph.constant($0) == nil }).sorted()
            var sources: [Graph.ValueID] = []
            switch node.op {
            case is BinaryToFloat: break
            case is Sign: sign = sign ?? graph[next].name
            case is Cast where computed.contains { graph[$0].type.elementType == .bool },
                is Where where computed.count == 1 && graph[computed[0]].type.elementType == .bool:
                condition = condition ?? id
            case is Reshape, is Transpose: sources = [node.inputs[0]!]
            case is MaxPool where graph[next].type.rank == 4: sources = [node.inputs[0]!]
            case is MaxPool, is GlobalMaxPool, is ReduceMax, is Slice, is Split, is Gather, is Pad, is DepthToSpace,
                is SpaceToDepth, is Expand, is Tile,
                is Resize where (node.op as? Resize)?.mode == .nearest:
                mover = mover ?? id
                sources = [node.inputs[0]!]
            case is Concat:
                mover = mover ?? id
                sources = computed
            case let op where Elementwise.isElementwise(op):
                if computed.count > 1 { arithmetic = arithmetic ?? id }
                sources = computed
            default: return nil
            }
            pending += sources.filter { seen.insert($0).inserted }
        }
        if let arithmetic {
            self = .combined(by: arithmetic)
        } else if let sign {
            self = .ternary(sign: sign)
        } else if let condition {
            self = .unrecognized(condition)
        } else {
            self = mover.map { .moved(by: $0) } ?? .uneven
        }
    }

    /// Whether the value is known to take two values; sums of decisions take more.
    func isTwoValued(_ graph: Graph) -> Bool {
        if case .combined(let id) = self { return graph[id].op is Mul || graph[id].op is Min || graph[id].op is Max }
        return true
    }

    /// The reason that a layer stays in float for it.
    /// - Parameter subject: "its input", or which operand it is.
    func reason(_ subject: String, isFallback: Bool, _ graph: Graph) -> FloatReason {
        func name(_ id: Graph.NodeID) -> String { "'\(graph[id].name)' (\(type(of: graph[id].op).name))" }
        let isFallback = isFallback && isTwoValued(graph)
        switch self {
        case .uneven:
            return FloatReason(
                .unevenDecisions,
                "\(subject) is made of decisions, but they do not stand for two different finite numbers in each channel",
                isFallback: isFallback)
        case .moved(let id):
            return FloatReason(
                .movedDecisions,
                "\(subject) is made of decisions, but they pass \(name(id)), behind which they are not followed",
                isFallback: isFallback)
        case .ternary(let sign):
            return FloatReason(
                .ternarySign,
                "\(subject) is the ternary sign '\(sign)', which stays in float; --sign-zero plus|minus makes it binary",
                isFallback: isFallback)
        case .unrecognized(let id):
            return FloatReason(
                .unrecognizedDecision,
                "\(subject) is decided by a condition at \(name(id)) that is no known spelling of a binarizer",
                isFallback: isFallback)
        case .combined(let id):
            return FloatReason(
                .combinedDecisions, "\(subject) combines several decisions at \(name(id))", isFallback: isFallback)
        }
    }
}
