import BNNMIR

extension OperatorDecoder {
    /// Pools over a window, and over all of a map.
    static let pools: [OperatorDecoder] = [
        .checked(
            "MaxPool", inputs: 1...1,
            attributes: ["auto_pad", "ceil_mode", "dilations", "kernel_shape", "pads", "storage_order", "strides"],
            restrictions: "one to three spatial axes"
        ) { node in
            let (attributes, autoPad) = try node.poolAttributes()
            let isColumnMajor = try node.flag("storage_order")
            if node.isRead(result: 1) {
                return try IndexedMaxPool(
                    axes: try attributes.axes(), ceilMode: try node.ceilMode(), autoPad: autoPad,
                    isColumnMajor: isColumnMajor)
            }
            if attributes.kernelShape?.count == 3 {
                return try VolumePool(
                    kind: .max, axes: try attributes.axes(), ceilMode: try node.ceilMode(), autoPad: autoPad)
            }
            return MaxPool(window: try attributes.window(), ceilMode: try node.ceilMode(), autoPad: autoPad)
        },
        .checked(
            "AveragePool", inputs: 1...1,
            attributes: ["auto_pad", "ceil_mode", "count_include_pad", "dilations", "kernel_shape", "pads", "strides"],
            restrictions: "one to three spatial axes"
        ) { node in
            let (attributes, autoPad) = try node.poolAttributes()
            guard node.opset >= 19 || attributes.dilations == nil else {
                throw OperatorError("attribute 'dilations' is not known before opset 19")
            }
            if attributes.kernelShape?.count == 3 {
                return try VolumePool(
                    kind: .average(countIncludePad: try node.flag("count_include_pad")), axes: try attributes.axes(),
                    ceilMode: try node.ceilMode(), autoPad: autoPad)
            }
            return AveragePool(
                window: try attributes.window(), ceilMode: try node.ceilMode(),
                countIncludePad: try node.flag("count_include_pad"), autoPad: autoPad)
        },
        .checked("GlobalAveragePool", inputs: 1...1) { _ in GlobalAveragePool() },
        .checked("GlobalMaxPool", inputs: 1...1) { _ in GlobalMaxPool() },
    ]
}

extension ONNXNode {
    /// The window attributes that Conv, ConvTranspose and the pools share.
    func windowAttributes() throws -> (attributes: WindowAttributes, autoPad: AutoPad) {
        var result = WindowAttributes(
            kernelShape: try attributes.ints("kernel_shape"), strides: try attributes.ints("strides"),
            dilations: try attributes.ints("dilations"), pads: try attributes.ints("pads"))
        let text = try attributes.string("auto_pad", default: "NOTSET")
        guard text != "NOTSET" else { return (result, .explicit) }
        guard result.pads?.allSatisfy({ $0 == 0 }) ?? true else {
            throw OperatorError("attributes 'pads' and 'auto_pad' (\(text)) are both given; only one may be")
        }
        result.pads = nil
        switch text {
        case "VALID": return (result, .explicit)
        case "SAME_UPPER": return (result, .sameUpper)
        case "SAME_LOWER": return (result, .sameLower)
        default:
            throw OperatorError(
                "attribute 'auto_pad' is '\(text)'; valid are 'NOTSET', 'VALID', 'SAME_UPPER', 'SAME_LOWER'")
        }
    }

    /// The window attributes of a pool, which has one to three spatial axes.
    fileprivate func poolAttributes() throws -> (attributes: WindowAttributes, autoPad: AutoPad) {
        let result = try windowAttributes()
        if let kernel = result.attributes.kernelShape, !(1...3).contains(kernel.count) {
            throw OperatorError(
                "attribute 'kernel_shape' \(kernel) has \(kernel.count) axes; 1 to 3 spatial axes are supported")
        }
        return result
    }

    fileprivate func ceilMode() throws -> Bool {
        let ceilMode = try flag("ceil_mode")
        guard try !ceilMode || attributes.string("auto_pad", default: "NOTSET") != "VALID" else {
            throw OperatorError(
                "attribute 'ceil_mode' is 1 with auto_pad 'VALID'; ONNX does not say what both mean together")
        }
        return ceilMode
    }
}
