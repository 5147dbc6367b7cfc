import BNNMIR

extension OperatorDecoder {
    /// Comparisons, logic, and choices by them.
    static let comparisons: [OperatorDecoder] = [
        .checked("Equal", inputs: 2...2) { _ in Equal() },
        .checked("Less", inputs: 2...2) { _ in Less() },
        .checked("LessOrEqual", inputs: 2...2, opsets: 12...SupportedOpsets.newest) { _ in LessOrEqual() },
        .checked("Greater", inputs: 2...2) { _ in Greater() },
        .checked("GreaterOrEqual", inputs: 2...2, opsets: 12...SupportedOpsets.newest) { _ in GreaterOrEqual() },
        .checked("Not", inputs: 1...1) { _ in Not() },
        .checked("And", inputs: 2...2) { _ in And() },
        .checked("Or", inputs: 2...2) { _ in Or() },
        .checked("Xor", inputs: 2...2) { _ in Xor() },
        .checked("Where", inputs: 3...3) { _ in Where() },
    ]
}
