/// An operator that makes one element of those under a window which slides over the spatial axes of [N,C,H,W] or
/// [N,C,W] (that counts as H = 1). The operators are MaxPool and AveragePool.
///
/// With `ceilMode`, a window that would reach beyond the padding at the end counts as well, provided that it begins
/// before the end padding.
public protocol WindowPool: Operator {
    /// Its padding is used where `autoPad` is `explicit`.
    var window: Window { get set }
    var ceilMode: Bool { get set }
    var autoPad: AutoPad { get set }
}

extension WindowPool {
    var windowAttributes: [Attribute] {
        window.attributes + (ceilMode ? [Attribute("ceil_mode", 1)] : [])
            + (autoPad == .explicit ? [] : [Attribute("auto_pad", autoPad.rawValue)])
    }

    /// The result's shape over an input of this type.
    func pooledShape(_ x: TensorType) throws -> [Int] {
        guard x.rank == 3 || x.rank == 4 else { throw OperatorError("X \(x) must be of rank 3 or 4") }
        guard x.rank == 4 || window.isHorizontal else {
            throw OperatorError("X \(x) has one spatial axis, but the window has two")
        }
        try window.validate()
        let axes = x.rank == 4 ? [window.vertical, window.horizontal] : [window.horizontal]
        return x.shape[..<2] + (try zip(axes, x.shape[2...]).map { try count($0, input: $1, x) })
    }

    private func count(_ axis: Window.Axis, input: Int, _ x: TensorType) throws -> Int {
        guard autoPad == .explicit else { return axis.sameCount(input: input) }
        guard axis.padBegin < axis.span, axis.padEnd < axis.span else {
            throw OperatorError(
                "pads \(axis.padBegin) and \(axis.padEnd) must be less than the extent \(axis.span) of the kernel")
        }
        let room = input + axis.padBegin + axis.padEnd - axis.span
        guard room >= 0 else {
            throw OperatorError("a window that spans \(axis.span) does not fit X \(x) with its padding")
        }
        guard ceilMode else { return room / axis.stride + 1 }
        let count = (room + axis.stride - 1) / axis.stride + 1
        return (count - 1) * axis.stride >= input + axis.padBegin ? count - 1 : count
    }

    /// The window with the padding that gives `output` over `input` (both shapes of X's rank) without `ceilMode` or
    /// `autoPad`: what these add is at the end, beyond the operator's own padding.
    func paddedWindow(input: [Int], output: [Int]) -> Window {
        var result = window
        if input.count == 4 {
            result.vertical = window.vertical.reaching(input: input[2], output: output[2], by: autoPad)
        }
        result.horizontal = window.horizontal.reaching(
            input: input[input.count - 1], output: output[output.count - 1], by: autoPad)
        return result
    }

    /// What `body` gives for each window, from the window's elements in float64 and its position.
    func pool(_ x: Tensor, output: [Int], _ body: (_ elements: [Double], _ y: Int, _ x: Int) -> Double) -> [Double] {
        let window = paddedWindow(input: x.shape, output: output)
        let planes = output[0] * output[1]
        let (h, w) = (x.shape.count == 4 ? x.shape[2] : 1, x.shape[x.shape.count - 1])
        let (outH, outW) = (output.count == 4 ? output[2] : 1, output[output.count - 1])
        let rows = (0..<outH).map { window.vertical.inputCoordinates(output: $0, input: h) }
        let columns = (0..<outW).map { window.horizontal.inputCoordinates(output: $0, input: w) }
        let values = x.doubles
        var result: [Double] = []
        result.reserveCapacity(planes * outH * outW)
        var elements: [Double] = []
        for plane in 0..<planes {
            for (y, rows) in rows.enumerated() {
                for (x, columns) in columns.enumerated() {
                    elements.removeAll(keepingCapacity: true)
                    for row in rows {
                        for column in columns { elements.append(values[(plane * h + row) * w + column]) }
                    }
                    result.append(body(elements, y, x))
                }
            }
        }
        return result
    }
}

extension Window.Axis {
    /// This axis with the padding that gives `output` positions over `input` in floor mode: what `autoPad` says, and at
    /// the end what the ceiling mode reaches beyond.
    func reaching(input: Int, output: Int, by autoPad: AutoPad) -> Window.Axis {
        var result = padded(by: autoPad, input: input, output: output)
        result.padEnd = max(result.padEnd, (output - 1) * stride + span - input - result.padBegin)
        return result
    }

    /// The input coordinates under the window at `output`, without those on padding.
    fileprivate func inputCoordinates(output: Int, input: Int) -> [Int] {
        validTaps(output: output, input: input).map { coordinate(output: output, tap: $0) }
    }
}
