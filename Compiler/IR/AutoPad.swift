/// ONNX `auto_pad`: how the padding of a window follows from its input. `VALID` is explicit padding of 0.
public enum AutoPad: String, Sendable {
    /// As the window says.
    case explicit
    /// As many positions as the stride takes steps, ⌈in / stride⌉; an odd element of padding goes to the end.
    case sameUpper
    /// Likewise; an odd element of padding goes to the beginning.
    case sameLower
}

extension Window.Axis {
    /// This axis with the padding that gives `output` positions over `input` elements.
    func padded(by autoPad: AutoPad, input: Int, output: Int) -> Window.Axis {
        guard autoPad != .explicit else { return self }
        var result = self
        let total = Swift.max(0, (output - 1) * stride + span - input)
        result.padBegin = autoPad == .sameUpper ? total / 2 : total - total / 2
        result.padEnd = total - result.padBegin
        return result
    }

    /// Positions where padding is such that the stride alone counts: ⌈input / stride⌉.
    func sameCount(input: Int) -> Int { (input + stride - 1) / stride }
}
