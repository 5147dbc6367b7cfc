import BNNMIR

extension OperatorDecoder {
    /// Operators that make one element of many along some axes.
    static let reductions: [OperatorDecoder] = [
        reduction(ReduceSum.self, axesAreInputFrom: 13),
        reduction(ReduceMean.self),
        reduction(ReduceMax.self),
        reduction(ReduceMin.self),
        reduction(ReduceProd.self),
        reduction(ReduceL1.self),
        reduction(ReduceL2.self),
        reduction(ReduceSumSquare.self),
        .checked("ArgMax", inputs: 1...1, attributes: ["axis", "keepdims", "select_last_index"]) { node in
            ArgMax(
                axis: try node.attributes.int("axis", default: 0),
                keepsDimensions: try node.flag("keepdims", default: true),
                selectLastIndex: try node.flag("select_last_index"))
        },
        .checked("ArgMin", inputs: 1...1, attributes: ["axis", "keepdims", "select_last_index"]) { node in
            ArgMin(
                axis: try node.attributes.int("axis", default: 0),
                keepsDimensions: try node.flag("keepdims", default: true),
                selectLastIndex: try node.flag("select_last_index"))
        },
    ]

    /// The axes were an attribute before they became an input.
    private static func reduction<Op: Reduction>(_: Op.Type, axesAreInputFrom inputOpset: Int = 18) -> OperatorDecoder {
        OperatorDecoder(Op.name) { node in
            guard node.opset >= inputOpset else {
                try node.check(inputs: 1...1, attributes: ["axes", "keepdims"])
                let op = Op(keepsDimensions: try node.flag("keepdims", default: true), emptyAxesReduceNothing: false)
                return Decoded(op, operands: [.input(0)] + [try node.listOperand("axes")].compactMap { $0 })
            }
            try node.check(inputs: 1...2, attributes: ["keepdims", "noop_with_empty_axes"])
            return Decoded(
                Op(
                    keepsDimensions: try node.flag("keepdims", default: true),
                    emptyAxesReduceNothing: try node.flag("noop_with_empty_axes")),
                operands: [.input(0), .input(1)])
        }
    }
}
