import BNNMIR

extension OperatorDecoder {
    /// Operators that make values of constants, and conversions of element types.
    static let constants: [OperatorDecoder] = [
        .checked(
            "Constant", inputs: 0...0,
            attributes: [
                "sparse_value", "value", "value_float", "value_floats", "value_int", "value_ints", "value_string",
                "value_strings",
            ], restrictions: "no strings, not sparse", constant),
        .checked("ConstantOfShape", inputs: 1...1, attributes: ["value"], restrictions: constantShape) { node in
            try node.attributes.tensor("value").map { ConstantOfShape($0) } ?? ConstantOfShape()
        },
        .checked("Range", inputs: 3...3, restrictions: "bounds known at compile time") { _ in NumberRange() },
        .checked("OneHot", inputs: 3...3, attributes: ["axis"], restrictions: "depth known at compile time") {
            OneHot(axis: try $0.attributes.int("axis", default: -1))
        },
        .checked(
            "Cast", inputs: 1...1, attributes: ["saturate", "to"], restrictions: "no strings, no float8, no bfloat16"
        ) { node in
            let code = try node.requiredInt("to")
            do {
                return Cast(to: try TensorDataType.elementType(ofCode: Int32(exactly: code) ?? -1))
            } catch let error as OperatorError {
                throw OperatorError("attribute 'to' \(error)")
            }
        },
        .checked("CastLike", inputs: 2...2, attributes: ["saturate"], opsets: 15...SupportedOpsets.newest) { _ in
            CastLike()
        },
    ]

    @Sendable private static func constant(_ node: ONNXNode) throws -> any Operator {
        guard node.attributes.values.count == 1, let (name, value) = node.attributes.values.first else {
            throw OperatorError("has \(node.attributes.values.count) attributes; it must have one, its value")
        }
        switch (name, value) {
        case ("value", .tensor(let tensor)): return Constant(tensor)
        case ("value_float", .float(let number)): return Constant(Tensor([], [number]))
        case ("value_floats", .floats(let numbers)): return Constant(Tensor([numbers.count], numbers))
        case ("value_int", .int(let number)): return Constant(Tensor([], [number]))
        case ("value_ints", .ints(let numbers)): return Constant(Tensor([numbers.count], numbers))
        default:
            throw OperatorError(
                "attribute '\(name)' is not supported here;"
                    + " the value must be a tensor, or one or more floats or integers"
            )
        }
    }
}
