import BNNMIR

extension OperatorDecoder {
    /// Operators that keep the elements in their order, or ask for a shape.
    static let shapes: [OperatorDecoder] = [
        .checked("Identity", inputs: 1...1) { _ in Identity() },
        .checked(
            "Dropout", inputs: 1...3, attributes: ["ratio", "seed"], restrictions: "inference, or ratio 0"
        ) { node in
            guard node.opset >= 12 || node.inputs.count == 1 else {
                throw OperatorError("has \(node.inputs.count) inputs; valid is 1")
            }
            return Dropout()
        },
        .checked("Reshape", inputs: 2...2, attributes: ["allowzero"], restrictions: constantShape) { node in
            guard node.opset >= 14 || !node.attributes.has("allowzero") else {
                throw OperatorError("attribute 'allowzero' is not known before opset 14")
            }
            return Reshape(allowZero: try node.flag("allowzero"))
        },
        .checked("Flatten", inputs: 1...1, attributes: ["axis"]) {
            Flatten(axis: try $0.attributes.int("axis", default: 1))
        },
        OperatorDecoder("Squeeze", restrictions: constantShape) { node in
            guard node.opset < 13 else {
                try node.check(inputs: 1...2, attributes: [])
                return Decoded(Squeeze(), operands: [.input(0), .input(1)])
            }
            try node.check(inputs: 1...1, attributes: ["axes"])
            return Decoded(Squeeze(), operands: [.input(0)] + [try node.listOperand("axes")].compactMap { $0 })
        },
        OperatorDecoder("Unsqueeze", restrictions: constantShape) { node in
            guard node.opset < 13 else {
                try node.check(inputs: 2...2, attributes: [])
                return Decoded(Unsqueeze(), operands: [.input(0), .input(1)])
            }
            try node.check(inputs: 1...1, attributes: ["axes"])
            guard let axes = try node.listOperand("axes") else { throw OperatorError("attribute 'axes' is missing") }
            return Decoded(Unsqueeze(), operands: [.input(0), axes])
        },
        .checked("Expand", inputs: 2...2, restrictions: constantShape) { _ in Expand() },
        .checked("Tile", inputs: 2...2, restrictions: constantShape) { _ in Tile() },
        .checked("Shape", inputs: 1...1, attributes: ["end", "start"]) { node in
            guard node.opset >= 15 || node.attributes.values.isEmpty else {
                throw OperatorError("attributes 'start' and 'end' are not known before opset 15")
            }
            return Shape(
                start: try node.attributes.int("start", default: 0),
                end: node.attributes.has("end") ? try node.attributes.int("end", default: 0) : nil)
        },
        .checked("Size", inputs: 1...1) { _ in Size() },
    ]

    /// A restriction of every operator that takes sizes or axes as operands.
    static let constantShape = "shapes and axes known at compile time"
}
