import BNNMIR

extension OperatorDecoder {
    /// Activation functions.
    static let activations: [OperatorDecoder] = [
        .checked("Relu", inputs: 1...1) { _ in Relu() },
        .checked("LeakyRelu", inputs: 1...1, attributes: ["alpha"]) {
            LeakyRelu(alpha: try $0.attributes.float("alpha", default: 0.01))
        },
        .checked("PRelu", inputs: 2...2) { _ in PRelu() },
        .checked("Clip", inputs: 1...3) { _ in Clip() },
        .checked("Elu", inputs: 1...1, attributes: ["alpha"]) {
            Elu(alpha: try $0.attributes.float("alpha", default: 1))
        },
        .checked("Sigmoid", inputs: 1...1) { _ in Sigmoid() },
        .checked("HardSigmoid", inputs: 1...1, attributes: ["alpha", "beta"]) {
            HardSigmoid(
                alpha: try $0.attributes.float("alpha", default: 0.2),
                beta: try $0.attributes.float("beta", default: 0.5))
        },
        .checked("HardSwish", inputs: 1...1, opsets: 14...SupportedOpsets.newest) { _ in HardSwish() },
        .checked("Tanh", inputs: 1...1) { _ in Tanh() },
        .checked("Softplus", inputs: 1...1) { _ in Softplus() },
        .checked("Gelu", inputs: 1...1, attributes: ["approximate"], opsets: 20...SupportedOpsets.newest) { node in
            switch try node.attributes.string("approximate", default: "none") {
            case "none": return Gelu()
            case "tanh": return Gelu(approximatesByTanh: true)
            case let other: throw OperatorError("attribute 'approximate' is '\(other)'; valid are 'none' and 'tanh'")
            }
        },
        .checked("Softmax", inputs: 1...1, attributes: ["axis"]) { node in
            let (axis, trailing) = try softmaxAxis(node)
            return Softmax(axis: axis, coversTrailingAxes: trailing)
        },
        .checked("LogSoftmax", inputs: 1...1, attributes: ["axis"]) { node in
            let (axis, trailing) = try softmaxAxis(node)
            return LogSoftmax(axis: axis, coversTrailingAxes: trailing)
        },
    ]

    /// Before opset 13, the axes from `axis` on were normalized together, and the default was another.
    private static func softmaxAxis(_ node: ONNXNode) throws -> (axis: Int, coversTrailingAxes: Bool) {
        node.opset < 13
            ? (try node.attributes.int("axis", default: 1), true)
            : (try node.attributes.int("axis", default: -1), false)
    }
}
