import Foundation

@testable import BNNMONNX

/// Attributes of nodes.
extension ModelMutator {
    private static let texts = [
        "", "SAME_UPPER", "SAME_LOWER", "VALID", "NOTSET", "linear", "nearest", "cubic", "half_pixel", "asymmetric",
        "align_corners", "edge", "reflect", "wrap", "CRD", "floor", "none", "tanh",
    ]
    private static let names = [
        "alpha", "axes", "axis", "auto_pad", "beta", "blocksize", "ceil_mode", "count_include_pad", "dilations",
        "epsilon", "group", "keepdims", "kernel_shape", "mode", "output_padding", "output_shape", "pads", "perm",
        "storage_order", "strides", "to", "transA", "value",
    ]

    mutating func changeAttribute() {
        guard
            let index = model.graph.node.indices.filter({ !model.graph.node[$0].attribute.isEmpty })
                .randomElement(using: &random)
        else { return addAttribute() }
        let place = draw(model.graph.node[index].attribute.count)
        switch draw(8) {
        case 0: model.graph.node[index].attribute.remove(at: place)
        case 1: addAttribute()
        default:
            var attribute = model.graph.node[index].attribute[place]
            changeValue(&attribute)
            model.graph.node[index].attribute[place] = attribute
        }
    }

    private mutating func changeValue(_ attribute: inout ONNXAttributeProto) {
        switch attribute.type {
        case .int: attribute.i = number(attribute.i)
        case .float: attribute.f = real(attribute.f)
        case .ints: changeNumbers(&attribute.ints)
        case .floats where !attribute.floats.isEmpty:
            let place = draw(attribute.floats.count)
            attribute.floats[place] = real(attribute.floats[place])
        case .tensor: change(&attribute.t)
        case .string: attribute.s = Data(pick(Self.texts)!.utf8)
        default: break
        }
        if draw(8) == 0 { attribute.type = ONNXAttributeProto.AttributeType(rawValue: draw(15)) ?? .undefined }
        if draw(16) == 0 { attribute.name = pick(Self.names)! }
    }

    /// One of another node, or a new one.
    private mutating func addAttribute() {
        guard let index = model.graph.node.indices.randomElement(using: &random) else { return }
        if draw(2) == 0, let other = pick(model.graph.node.flatMap(\.attribute)) {
            model.graph.node[index].attribute.append(other)
            return
        }
        var attribute = ONNXAttributeProto()
        attribute.name = pick(Self.names)!
        switch draw(5) {
        case 0:
            attribute.type = .int
            attribute.i = number(1)
        case 1:
            attribute.type = .ints
            attribute.ints = (0..<draw(5)).map { _ in number(1) }
        case 2:
            attribute.type = .float
            attribute.f = real(1)
        case 3:
            attribute.type = .string
            attribute.s = Data(pick(Self.texts)!.utf8)
        default:
            attribute.type = .tensor
            attribute.t = smallTensor()
        }
        model.graph.node[index].attribute.append(attribute)
    }
}
