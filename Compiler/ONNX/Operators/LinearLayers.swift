import BNNMIR

extension OperatorDecoder {
    /// Convolutions and matrix products.
    static let linearLayers: [OperatorDecoder] = [
        .checked(
            "Conv", inputs: 2...3, attributes: ["auto_pad", "dilations", "group", "kernel_shape", "pads", "strides"]
        ) { node in
            let groups = try node.attributes.int("group", default: 1)
            let window = try node.windowAttributes()
            return ShapeDependentConv<Conv>(window.attributes, autoPad: window.autoPad) { axes in
                guard axes.count < 3 else {
                    return try VolumeConv(kind: .convolution, axes: axes, groups: groups)
                }
                return Conv(window: Window(over: axes), groups: groups)
            }
        },
        .checked(
            "ConvTranspose", inputs: 2...3,
            attributes: [
                "auto_pad", "dilations", "group", "kernel_shape", "output_padding", "output_shape", "pads", "strides",
            ], convTranspose),
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
        let padding = try node.attributes.ints("output_padding")
        let (attributes, autoPad) = try node.windowAttributes()
        return ShapeDependentConv<ConvTranspose>(attributes) { axes in
            let padding = padding ?? [Int](repeating: 0, count: axes.count)
            guard padding.count == axes.count else {
                throw OperatorError(
                    "attribute 'output_padding' has \(padding.count) numbers; it must have \(axes.count), one for each "
                        + "spatial axis")
            }
            guard axes.count < 3 else {
                return try VolumeConv(
                    kind: .transposed(outputPadding: padding, outputShape: outputShape, autoPad: autoPad), axes: axes,
                    groups: groups)
            }
            return ConvTranspose(
                window: Window(over: axes), groups: groups,
                outputPadding: (axes.count == 2 ? padding[0] : 0, padding[padding.count - 1]),
                outputShape: outputShape, autoPad: autoPad)
        }
    }
}
