import BNNMIR

/// Products of two activations, as attention has them: queries times keys, and a map of attention times values.
extension NetworkBuilder {
    mutating func activationProduct(_ kind: StepKind) throws {
        guard elementCount <= 4000 else { return }
        try movement(.toTokens)
        guard form == .tokens else { return }
        try kind == .attention ? attention() : similarity()
    }

    /// sign(x)·sign(x − shift)ᵀ, the tokens' similarity, as a value of T channels.
    private mutating func similarity() throws {
        let left = try node(Sign(), [value])
        let shifted = try node(Sub(), [value, perChannel()])
        let right = try node(Sign(), [shifted])
        let columns = try node(Transpose(permutation: [0, 2, 1]), [right])
        value = try node(MatMul(), [left, columns])
        if random.chance(1, in: 2) { try add(Mul(), number(random.float())) }
    }

    /// Queries, keys and values from a binary layer each, in heads; their scores as a softmax or as decisions 0 and 1.
    private mutating func attention() throws {
        let (samples, tokens) = (shape[0], shape[1])
        let heads = random.pick([1, 2, 3]), size = random.pick([1, 3, 4, 8, 17])
        try binarizer(.sign)
        let bits = value
        let projections = try (0..<3).map { _ in
            value = bits
            return try head(heads: heads, size: size, samples: samples, tokens: tokens)
        }
        let queries = try node(Sign(), [projections[0]])
        // Keys are transposed before or behind their binarizer.
        let keys: Graph.ValueID
        if random.chance(1, in: 2) {
            keys = try node(Sign(), [try node(Transpose(permutation: [0, 1, 3, 2]), [projections[1]])])
        } else {
            keys = try node(Transpose(permutation: [0, 1, 3, 2]), [try node(Sign(), [projections[1]])])
        }
        var scores = try node(MatMul(), [queries, keys])
        scores = try node(
            random.chance(1, in: 2) ? Mul() : Div(), [scores, number(random.pick([0.25, 0.3, 2]))])
        if random.chance(1, in: 3) { scores = try node(Add(), [scores, constant([tokens], random.floats(tokens))]) }
        switch random.below(3) {
        case 0:
            let condition = try node(Greater(), [scores, number(0.05)])
            scores = try node(Cast(to: .float32), [condition])
        case 1:
            scores = try node(Softmax(axis: -1), [scores])
            let condition = try node(GreaterOrEqual(), [scores, number(1.01 / Float(tokens + 1))])
            scores = try node(Cast(to: .float32), [condition])
        default: scores = try node(Softmax(axis: -1), [scores])
        }
        let values = random.chance(2, in: 3) ? try node(Sign(), [projections[2]]) : projections[2]
        value = try node(MatMul(), [scores, values])
        try add(Transpose(permutation: [0, 2, 1, 3]))
        try reshape([samples, tokens, heads * size])
        // Equal scores weigh decisions that may cancel: a tie of floats, which is nobody's structure.
        try add(Add(), perChannel())
    }

    /// A binary linear layer with a bias, its result as [N,heads,T,size].
    private mutating func head(heads: Int, size: Int, samples: Int, tokens: Int) throws -> Graph.ValueID {
        let inputs = channels, outputs = heads * size
        let alpha = abs(random.float()) + 0.05
        try add(MatMul(), constant([inputs, outputs], random.signs(inputs * outputs).map { $0 * alpha }))
        try add(Add(), constant([outputs], random.floats(outputs)))
        let rows = value
        let parts = try node(Reshape(), [rows, integers([samples, tokens, heads, size])])
        return try node(Transpose(permutation: [0, 2, 1, 3]), [parts])
    }
}
