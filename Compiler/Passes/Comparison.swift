import BNNMIR

/// A comparison of a computed float value with a constant or with another computed value, as a binarizer has it.
struct Comparison {
    enum Relation { case greater, greaterOrEqual, less, lessOrEqual }

    let value: Graph.ValueID
    let relation: Relation
    let limit: Graph.ValueID

    /// nil where `condition` is computed in another way.
    init?(producing condition: Graph.ValueID, in graph: Graph) {
        guard let id = graph.producer(of: condition) else { return nil }
        let node = graph[id]
        if node.op is Not, let inner = node.inputs[0], let comparison = Comparison(producing: inner, in: graph) {
            self = Comparison(value: comparison.value, relation: comparison.relation.negated, limit: comparison.limit)
            return
        }
        let relation: Relation
        switch node.op {
        case is Greater: relation = .greater
        case is GreaterOrEqual: relation = .greaterOrEqual
        case is Less: relation = .less
        case is LessOrEqual: relation = .lessOrEqual
        default: return nil
        }
        guard let a = node.inputs[0], let b = node.inputs[1], graph[a].type.elementType == .float32 else { return nil }
        if graph.constant(b) != nil, graph.constant(a) == nil {
            self.init(value: a, relation: relation, limit: b)
        } else if graph.constant(a) != nil, graph.constant(b) == nil {
            self.init(value: b, relation: relation.mirrored, limit: a)
        } else if graph.constant(a) == nil, graph.constant(b) == nil {
            // The difference has the comparison's own shape. Two equal infinities differ by a NaN, which decides −1.
            self.init(value: a, relation: relation, limit: b)
            return
        } else {
            return nil
        }
        // An infinite limit would meet an equal value as ∞ − ∞.
        guard graph[condition].type.shape == graph[value].type.shape,
            graph.constant(limit)?.floats.allSatisfy(\.isFinite) == true
        else { return nil }
    }

    private init(value: Graph.ValueID, relation: Relation, limit: Graph.ValueID) {
        self.value = value
        self.relation = relation
        self.limit = limit
    }

    /// The number whose sign is the comparison's truth, and what its zero means. x − c is zero exactly where x = c, and
    /// otherwise has the sign of the comparison, because float32 subtraction underflows gradually.
    func decision(truthIsPlus: Bool, _ graph: inout Graph) throws -> (input: Graph.ValueID, zero: ZeroRule) {
        let relation = truthIsPlus ? relation : relation.negated
        let name = graph[value].name
        let rises = relation == .greater || relation == .greaterOrEqual
        var input = value
        if graph.constant(limit) == nil || graph.uniform(limit) != 0 {
            input = try graph.append(Sub(), rises ? [value, limit] : [limit, value], name: name)[0]
        } else if !rises {
            input = try graph.append(Neg(), [value], name: name)[0]
        }
        return (input, relation == .greaterOrEqual || relation == .lessOrEqual ? .plus : .minus)
    }
}

extension Comparison.Relation {
    /// The relation that holds exactly where this one does not (NaN aside).
    var negated: Self {
        switch self {
        case .greater: .lessOrEqual
        case .greaterOrEqual: .less
        case .less: .greaterOrEqual
        case .lessOrEqual: .greater
        }
    }

    /// The same relation with its sides exchanged.
    var mirrored: Self {
        switch self {
        case .greater: .less
        case .greaterOrEqual: .lessOrEqual
        case .less: .greater
        case .lessOrEqual: .greaterOrEqual
        }
    }
}

extension Graph {
    /// The one value that all elements of a constant have; nil for anything else.
    func uniform(_ value: ValueID?) -> Float? {
        guard let value, let tensor = constant(value), tensor.elementCount > 0 else { return nil }
        let floats = tensor.floats
        return floats.allSatisfy { $0 == floats[0] } ? floats[0] : nil
    }
}

/// The arithmetic that turns a 0/1 code into −1/+1: 2c − 1, 2c + (−1), or (c − ½)·2; a Cast to float may stand before or
/// behind it.
enum DoubledMinusOne {
    /// The code, and the values that are −1/+1, the last of them the result.
    static func match(_ id: Graph.NodeID, _ graph: Graph) -> (code: Graph.ValueID, signed: [Graph.ValueID])? {
        let node = graph[id]
        if node.op is Cast, let inner = node.inputs[0], let producer = graph.producer(of: inner),
            graph[node.outputs[0]].type.elementType == .float32, graph[inner].type.elementType.isInteger,
            let match = match(producer, graph)
        {
            return (match.code, match.signed + node.outputs)
        }
        guard
            let doubled = operand(of: node, is: Sub.self, constant: 1, onRight: true, graph)
                ?? operand(of: node, is: Add.self, constant: -1, onRight: false, graph)
        else {
            guard let shifted = operand(of: node, is: Mul.self, constant: 2, onRight: false, graph),
                let producer = graph.producer(of: shifted),
                let code = operand(of: graph[producer], is: Sub.self, constant: 0.5, onRight: true, graph)
            else { return nil }
            return (code, node.outputs)
        }
        guard let producer = graph.producer(of: doubled),
            let code = operand(of: graph[producer], is: Mul.self, constant: 2, onRight: false, graph)
        else { return nil }
        return (code, node.outputs)
    }

    /// The computed operand of a binary operator whose other operand is `constant` (on the right, or on either side).
    private static func operand<Op: Operator>(
        of node: Graph.Node, is: Op.Type, constant: Float, onRight: Bool, _ graph: Graph
    ) -> Graph.ValueID? {
        guard node.op is Op else { return nil }
        // A constant that makes the result larger than the code is more than this arithmetic.
        let shape = graph[node.outputs[0]].type.shape
        guard node.inputs.allSatisfy({ $0 == nil || graph.constant($0!) != nil || graph[$0!].type.shape == shape })
        else {
            return nil
        }
        if graph.uniform(node.inputs[1]) == constant, let a = node.inputs[0], graph.constant(a) == nil { return a }
        if !onRight, graph.uniform(node.inputs[0]) == constant, let b = node.inputs[1], graph.constant(b) == nil {
            return b
        }
        return nil
    }
}
