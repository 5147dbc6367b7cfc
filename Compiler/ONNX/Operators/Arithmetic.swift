import BNNMIR

extension OperatorDecoder {
    /// Operators that compute each element from the elements at the same place: numbers.
    static let arithmetic: [OperatorDecoder] = [
        .checked("Add", inputs: 2...2) { _ in Add() },
        .checked("Sub", inputs: 2...2) { _ in Sub() },
        .checked("Mul", inputs: 2...2) { _ in Mul() },
        .checked("Div", inputs: 2...2) { _ in Div() },
        .checked("Pow", inputs: 2...2) { _ in Pow() },
        .checked("Mod", inputs: 2...2, attributes: ["fmod"]) { Mod(fmod: try $0.flag("fmod")) },
        .checked("Min", inputs: 1...Int.max) { _ in Min() },
        .checked("Max", inputs: 1...Int.max) { _ in Max() },
        .checked("Neg", inputs: 1...1) { _ in Neg() },
        .checked("Abs", inputs: 1...1) { _ in Abs() },
        .checked("Sign", inputs: 1...1) { _ in Sign() },
        .checked("Sqrt", inputs: 1...1) { _ in Sqrt() },
        .checked("Reciprocal", inputs: 1...1) { _ in Reciprocal() },
        .checked("Exp", inputs: 1...1) { _ in Exp() },
        .checked("Log", inputs: 1...1) { _ in Log() },
        .checked("Erf", inputs: 1...1) { _ in Erf() },
        .checked("Sin", inputs: 1...1) { _ in Sin() },
        .checked("Cos", inputs: 1...1) { _ in Cos() },
        .checked("Floor", inputs: 1...1) { _ in Floor() },
        .checked("Ceil", inputs: 1...1) { _ in Ceil() },
        .checked("Round", inputs: 1...1) { _ in Round() },
    ]
}
