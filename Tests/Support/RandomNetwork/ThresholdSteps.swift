import BNNMIR

/// Thresholds in front of a binarizer: learned ones, and those that a small network computes from the map's mean.
extension NetworkBuilder {
    mutating func threshold(_ kind: StepKind) throws {
        switch kind {
        case .learnedShift: try add(random.chance(1, in: 2) ? Add() : Sub(), perChannel())
        case .scaledDynamicShift:
            try add(Mul(), perChannel())
            try dynamicShift()
        default: try dynamicShift()
        }
    }

    /// x ± t(mean of x).
    private mutating func dynamicShift() throws {
        guard form != .flat else { return try add(Sub(), perChannel()) }
        let x = value
        try channelNetwork()
        if random.chance(1, in: 3) { try add(random.pick([Tanh(), Sigmoid()] as [any Operator])) }
        let shift = value
        value = x
        try add(random.chance(2, in: 3) ? Sub() : Add(), shift)
    }

    /// Mean over the map → linear → ReLU → linear → one number for each channel, in the value's rank.
    mutating func channelNetwork() throws {
        let full = shape, hidden = 3
        switch form {
        case .tokens:
            try add(ReduceMean(), integers([1]))
            try reshape([full[0], full[2]])
        case .image where random.chance(1, in: 3):
            try add(ReduceMean(keepsDimensions: false), integers([2, 3]))
        default:
            try add(GlobalAveragePool())
            try add(Flatten(axis: 1))
        }
        let channels = form == .tokens ? full[2] : full[1]
        try linear(inputs: channels, outputs: hidden)
        try add(Relu())
        try linear(inputs: hidden, outputs: channels)
        try reshape(form == .tokens ? [full[0], 1, channels] : [full[0], channels] + full.dropFirst(2).map { _ in 1 })
    }
}
