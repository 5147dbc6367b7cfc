import BNNMIR

extension OperatorDecoder {
    /// Convolutions and matrix products.
    static let linearLayers: [OperatorDecoder] = [
        .checked(
            "Conv", inputs: 2...3, attributes: ["auto_pad", "dilations", "group", "kernel_shape", "pads", "strides"],
            restrictions: "one or two spatial axes"
        ) { node in
            let groups = try node.attributes.int("group", default: 1)
            let window = try node.windowAttributes()
            guard window.autoPad == .explicit, window.attributes.kernelShape != nil else {
                return ShapeDependentConv(window.attributes, autoPad: window.autoPad) {
                    Conv(window: $0, groups: groups)
                }
            }
            return Conv(window: try window.attributes.window(), groups: groups)
        },
        .checked(
            "ConvTranspose", inputs: 2...3,
            attributes: [
                "auto_pad", "dilations", "group", "kernel_shape", "output_padding", "output_shape", "pads", "strides",
            ], restrictions: "one or two spatial axes", convTranspose),
        .checked("MatMul", inputs: 2...2) { _ in MatMul() },
        .checked("Gemm", inputs: 2...3, attributes: ["alpha", "beta", "transA", "transB"]) { node in
            Gemm(
                alpha: try node.attributes.float("alpha", default: 1),
                beta: try node.attributes.float("beta", default: 1),
                transA: try node.flag("transA"), transB: try node.flag("transB"))
        },
    ]

    @Sendable private static func convTranspose(_ node: ONNXNode) throws -> any Operator {
        let groups = try node.attributes.int("group", default: 1)
        let outputShape = try node.attributes.ints("output_shape")
        let padding = try node.attributes.ints("output_padding") ?? [0]
        guard padding.count == 1 || padding.count == 2 else {
            throw OperatorError(
                "attribute 'output_padding' has \(padding.count) numbers; 1 and 2 spatial axes are supported")
        }
        let (attributes, autoPad) = try node.windowAttributes()
        return ShapeDependentConv(attributes) { window in
            ConvTranspose(
                window: window, groups: groups,
                outputPadding: (padding.count == 2 ? padding[0] : 0, padding[padding.count - 1]),
                outputShape: outputShape,
                autoPad: autoPad)
        }
    }
}
