import BNNMIR

/// Elementwise arithmetic with constants, as it stands behind layers.
extension NetworkBuilder {
    mutating func elementwise(_ kind: StepKind) throws {
        switch kind {
        case .batchNormalization:
            guard form != .tokens else { return try add(Mul(), perChannel()) }
            let c = channels
            let gamma = (0..<c).map { _ in random.chance(1, in: 10) ? 0 : random.float() }
            try add(
                BatchNormalization(epsilon: 1e-5), constant([c], gamma), constant([c], random.floats(c)),
                constant([c], random.floats(c, bound: 3)), constant([c], random.floats(c).map { abs($0) + 0.1 }))
        case .bias:
            let bias = perChannel()
            value = try node(Add(), random.chance(1, in: 4) ? [bias, value] : [value, bias])
        case .channelScale: try add(random.chance(3, in: 4) ? Mul() : Div(), perChannel(bound: 2))
        case .scalarScale: try add(Mul(), number(random.float(2)))
        case .parametricRectifier: try add(PRelu(), perChannel())
        case .shiftedRectifier:
            try add(random.chance(1, in: 2) ? Add() : Sub(), perChannel())
            try add(PRelu(), perChannel())
            try add(Add(), perChannel())
        case .rectifier: try add(Relu())
        case .leakyRectifier: try add(LeakyRelu(alpha: 0.1))
        case .clip: try add(Clip(), number(-1.5), number(random.pick([1, 1.25])))
        case .absolute: try add(Abs())
        case .negation: try add(Neg())
        case .squash: try add(random.pick([Sigmoid(), Tanh()] as [any Operator]))
        case .smoothActivation where random.chance(1, in: 5): try exportedGELU()
        case .smoothActivation:
            try add(random.pick([HardSwish(), Elu(), Gelu(), HardSigmoid()] as [any Operator]))
        default: break
        }
    }

    /// x · (1 + erf(x / √2)) · 0.5, as PyTorch's exporter spells it.
    private mutating func exportedGELU() throws {
        let x = value
        try add(Div(), number(Float(2).squareRoot()))
        try add(Erf())
        try add(Add(), number(1))
        value = try node(Mul(), [x, value])
        try add(Mul(), number(0.5))
    }
}
