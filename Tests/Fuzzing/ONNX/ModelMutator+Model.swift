import SwiftProtobuf

@testable import BNNMONNX

/// What stands around the nodes: inputs, outputs, versions, functions, graphs within graphs.
extension ModelMutator {
    mutating func changeInput() {
        guard let index = model.graph.input.indices.randomElement(using: &random) else { return }
        var dimensions = model.graph.input[index].type.tensorType.shape.dim
        switch draw(6) {
        case 0: model.graph.input[index].type.tensorType.elemType = Int32(draw(18))
        case 1: _ = dimensions.popLast()
        case 2: dimensions.append(ONNXTensorShapeProto.Dimension())
        case 3 where !dimensions.isEmpty: dimensions[0].dimParam = "N"
        default:
            guard !dimensions.isEmpty else { return }
            let place = draw(dimensions.count)
            dimensions[place].dimValue = number(dimensions[place].dimValue)
        }
        model.graph.input[index].type.tensorType.shape.dim = dimensions
    }

    mutating func changeOutput() {
        guard let name = anyName() else { return }
        switch draw(4) {
        case 0:
            var output = ONNXValueInfoProto()
            output.name = name
            model.graph.output.append(output)
        case 1: changeList(\.graph.output)
        case 2: changeList(\.graph.input)
        default:
            guard let index = model.graph.output.indices.randomElement(using: &random) else { return }
            model.graph.output[index].name = name
        }
    }

    mutating func changeModel() {
        switch draw(4) {
        case 0: changeList(\.opsetImport)
        case 1: model.irVersion = number(model.irVersion)
        case 2: callFunction()
        default:
            guard let index = model.opsetImport.indices.randomElement(using: &random) else { return }
            model.opsetImport[index].version = draw(8) == 0 ? number(1) : Int64(draw(26))
        }
    }

    /// A node becomes a call of a function of the model's own, perhaps one of an operator's name.
    private mutating func callFunction() {
        guard let index = model.graph.node.indices.randomElement(using: &random) else { return }
        var function = ONNXFunctionProto()
        function.name = draw(2) == 0 ? model.graph.node[index].opType : "f"
        function.domain = draw(2) == 0 ? model.graph.node[index].domain : "d"
        model.functions.append(function)
        (model.graph.node[index].opType, model.graph.node[index].domain) = (function.name, function.domain)
        guard draw(2) == 0 else { return }
        var opset = ONNXOperatorSetIdProto()
        opset.domain = function.domain
        opset.version = number(1)
        model.opsetImport.append(opset)
    }

    /// The graph, or nothing, as an attribute of one of its nodes.
    mutating func nest() {
        guard let index = model.graph.node.indices.randomElement(using: &random) else { return insertNode() }
        var attribute = ONNXAttributeProto()
        attribute.name = pick(["then_branch", "body", "value"])!
        attribute.type = .graph
        if model.graph.node.count < 32 { attribute = withGraph(attribute) }
        model.graph.node[index].attribute.append(attribute)
        if draw(2) == 0 { model.graph.node[index].opType = pick(["If", "Loop", "Scan"])! }
    }

    /// ONNX's field 6, a graph, is not among those that the compiler reads: the message carries it as an unknown one.
    private func withGraph(_ attribute: ONNXAttributeProto) -> ONNXAttributeProto {
        guard let graph: [UInt8] = try? model.graph.serializedBytes(),
            let front: [UInt8] = try? attribute.serializedBytes()
        else { return attribute }
        var length = graph.count
        var bytes = front + [6 << 3 | 2]
        while length >= 128 {
            bytes.append(UInt8(length & 127) | 128)
            length >>= 7
        }
        return (try? ONNXAttributeProto(serializedBytes: bytes + [UInt8(length)] + graph)) ?? attribute
    }
}
