import BNNMIR

/// Binarizers in the ways that exporters and papers spell them, with what stands in front of and behind them.
extension NetworkBuilder {
    mutating func binarizer(_ kind: StepKind) throws {
        switch kind {
        case .estimatedSign:
            // s − p + p: a straight-through estimator with a Clip.
            let x = value
            try add(Sign())
            let sign = value
            let penalty = try node(Clip(), [x, number(-1), number(1)])
            value = try node(Sub(), [sign, penalty])
            try add(Add(), penalty)
        case .comparisonWhere:
            let truth: Float = random.chance(1, in: 2) ? 1 : -1
            try compare()
            value = try node(Where(), [value, number(truth), number(-truth)])
        case .comparisonCast:
            try compare()
            try add(Cast(to: .float32))
            try add(Mul(), number(2))
            try add(Sub(), number(1))
        case .bipolarQuant: try add(BipolarQuant(), number(1))
        case .zeroIsPlusSign:
            try add(Sign())
            let sign = value
            try add(Equal(), number(0))
            value = try node(Where(), [value, number(1), sign])
        case .rectifiedSign:
            // Whole stretches of exact zeros, which Sign leaves zero.
            try random.chance(1, in: 2) ? add(Relu()) : add(Clip(), number(0), number(1))
            try add(Sign())
        case .code:
            try compare()
            if random.chance(1, in: 2) {
                try add(Cast(to: .float32))
            } else {
                value = try node(Where(), [value, number(1), number(0)])
            }
        case .twoValuedSign:
            // AdaBin: ±s + μ.
            try compare()
            value = try node(Where(), [value, number(1), number(-1)])
            try add(Mul(), number(random.float(2)))
            try add(Add(), number(random.float(2)))
        case .scaledSign:
            try add(Sign())
            try add(Mul(), number(abs(random.float()) + 0.1))
        case .channelScaledSign:
            try add(Sign())
            try add(Mul(), perChannel(bound: 2))
        case .classifier: try classifier()
        default: try add(Sign())
        }
    }

    /// A comparison of the current value with a number or with one for each channel.
    private mutating func compare() throws {
        let op: any Operator = random.pick([Greater(), GreaterOrEqual(), Less(), LessOrEqual()] as [any Operator])
        let limit: Graph.ValueID
        switch random.below(4) {
        case 0: limit = perChannel()
        case 1: limit = number(random.float(0.5))
        default: limit = number(0)
        }
        try add(op, limit)
    }

    /// 2·ArgMax − 1 over the scores of a small network on each number.
    private mutating func classifier() throws {
        let full = shape
        let hidden = random.pick([3, 6])
        try reshape([-1, 1])
        try linear(inputs: 1, outputs: hidden, bound: 2, biasBound: 1)
        try add(random.pick([Tanh(), Relu(), LeakyRelu(alpha: 0.1)] as [any Operator]))
        try linear(inputs: hidden, outputs: 2, bound: 1, biasBound: 0.3)
        try add(ArgMax(axis: 1, keepsDimensions: false))
        try add(Cast(to: .float32))
        try add(Mul(), number(2))
        try add(Sub(), number(1))
        try reshape(full)
    }

    /// A real linear layer on rows.
    mutating func linear(inputs: Int, outputs: Int, bound: Float = 1, biasBound: Float = 1) throws {
        let weights = constant([outputs, inputs], random.floats(inputs * outputs, bound: bound))
        try add(Gemm(transB: true), weights, constant([outputs], random.floats(outputs, bound: biasBound)))
    }
}
