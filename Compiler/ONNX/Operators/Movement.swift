import BNNMIR

extension OperatorDecoder {
    /// Operators that move elements, and Resize, which may blend them.
    static let movement: [OperatorDecoder] = [
        .checked("Concat", inputs: 1...Int.max, attributes: ["axis"]) { Concat(axis: try $0.requiredInt("axis")) },
        OperatorDecoder("Split", restrictions: constantShape, decode: split),
        .checked("Slice", inputs: 3...5, restrictions: constantShape) { _ in Slice() },
        .checked("Gather", inputs: 2...2, attributes: ["axis"]) {
            Gather(axis: try $0.attributes.int("axis", default: 0))
        },
        .checked("Transpose", inputs: 1...1, attributes: ["perm"]) {
            Transpose(permutation: try $0.attributes.ints("perm"))
        },
        .checked("Pad", inputs: 2...4, attributes: ["mode"], restrictions: constantShape) { node in
            guard node.opset >= 18 || node.inputs.count < 4 else {
                throw OperatorError("has 4 inputs; before opset 18, valid are 2 to 3")
            }
            let modes: [Pad.Mode] = [.constant, .edge, .reflect] + (node.opset >= 19 ? [.wrap] : [])
            return Pad(mode: try node.choice("mode", default: .constant, of: modes))
        },
        .checked("DepthToSpace", inputs: 1...1, attributes: ["blocksize", "mode"]) { node in
            DepthToSpace(
                blockSize: try node.requiredInt("blocksize"),
                mode: try node.choice("mode", default: .dcr, of: [.dcr, .crd]))
        },
        .checked("SpaceToDepth", inputs: 1...1, attributes: ["blocksize"]) {
            SpaceToDepth(blockSize: try $0.requiredInt("blocksize"))
        },
        .checked(
            "Resize", inputs: 2...4,
            attributes: [
                "antialias", "axes", "coordinate_transformation_mode", "cubic_coeff_a", "exclude_outside",
                "extrapolation_value", "keep_aspect_ratio_policy", "mode", "nearest_mode",
            ], restrictions: constantShape, resize),
    ]

    @Sendable private static func split(_ node: ONNXNode) throws -> Decoded {
        let axis = try node.attributes.int("axis", default: 0)
        let count = node.outputs.count
        if node.opset < 13 {
            try node.check(inputs: 1...1, attributes: ["axis", "split"])
            let lengths = try node.listOperand("split")
            return Decoded(Split(axis: axis, partCount: count), operands: [.input(0)] + [lengths].compactMap { $0 })
        }
        try node.check(inputs: 1...2, attributes: node.opset < 18 ? ["axis"] : ["axis", "num_outputs"])
        let given = try node.attributes.int("num_outputs", default: count)
        guard given == count else {
            throw OperatorError("attribute 'num_outputs' is \(given), but the node has \(count) outputs")
        }
        if node.attributes.has("num_outputs"), node.inputs.count > 1, !node.inputs[1].isEmpty {
            throw OperatorError("attribute 'num_outputs' and input split are both given; only one may be")
        }
        let op = Split(axis: axis, partCount: count, allowsShorterLast: node.attributes.has("num_outputs"))
        return Decoded(op, operands: [.input(0), .input(1)])
    }

    @Sendable private static func resize(_ node: ONNXNode) throws -> any Operator {
        for name in ["antialias", "axes", "keep_aspect_ratio_policy"] where node.opset < 18 && node.attributes.has(name)
        {
            throw OperatorError("attribute '\(name)' is not known before opset 18")
        }
        var op = Resize(
            mode: try node.choice("mode", default: .nearest, of: [.nearest, .linear, .cubic]),
            transformation: try node.choice(
                "coordinate_transformation_mode", default: .halfPixel,
                of: [.halfPixel, .pytorchHalfPixel, .alignCorners, .asymmetric, .cropAndResize]
                    + (node.opset >= 19 ? [.halfPixelSymmetric] : [])),
            rounding: try node.choice(
                "nearest_mode", default: .roundPreferFloor, of: [.roundPreferFloor, .roundPreferCeil, .floor, .ceil]),
            axes: try node.attributes.ints("axes"))
        op.aspectRatio = try node.choice(
            "keep_aspect_ratio_policy", default: .stretch, of: [.stretch, .notLarger, .notSmaller])
        op.antialiases = try node.flag("antialias")
        op.excludesOutside = try node.flag("exclude_outside")
        op.cubicCoefficient = try node.attributes.float("cubic_coeff_a", default: -0.75)
        op.extrapolationValue = try node.attributes.float("extrapolation_value", default: 0)
        return op
    }
}
