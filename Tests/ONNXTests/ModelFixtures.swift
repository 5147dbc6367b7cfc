// Builds small ONNX models in memory, and imports them with a few operators of the tests' own.

import BNNMIR
import Foundation
import Testing

@testable import BNNMONNX

/// A declared dimension: a number or a name ("" for neither).
enum Dimension: ExpressibleByIntegerLiteral, ExpressibleByStringLiteral {
    case size(Int)
    case name(String)
    init(integerLiteral value: Int) { self = .size(value) }
    init(stringLiteral value: String) { self = .name(value) }
}

func value(_ name: String, _ shape: [Dimension]?, type: Int32 = 1) -> ONNXValueInfoProto {
    var info = ONNXValueInfoProto()
    info.name = name
    info.type.tensorType.elemType = type
    guard let shape else { return info }
    info.type.tensorType.shape = ONNXTensorShapeProto()
    info.type.tensorType.shape.dim = shape.map { dimension in
        var proto = ONNXTensorShapeProto.Dimension()
        switch dimension {
        case .size(let size): proto.dimValue = Int64(size)
        case .name(let name): if !name.isEmpty { proto.dimParam = name }
        }
        return proto
    }
    return info
}

func node(_ opType: String, _ inputs: [String], _ outputs: [String], name: String = "") -> ONNXNodeProto {
    var node = ONNXNodeProto()
    node.opType = opType
    node.input = inputs
    node.output = outputs
    node.name = name
    return node
}

func tensor(_ name: String, type: Int32 = 1, _ dims: [Int64], raw: Data? = nil) -> ONNXTensorProto {
    var tensor = ONNXTensorProto()
    tensor.name = name
    tensor.dataType = type
    tensor.dims = dims
    if let raw { tensor.rawData = raw }
    return tensor
}

func floats(_ name: String, _ dims: [Int64], _ elements: [Float]) -> ONNXTensorProto {
    var result = tensor(name, dims)
    result.floatData = elements
    return result
}

func model(
    _ nodes: [ONNXNodeProto], inputs: [ONNXValueInfoProto] = [value("x", [1, 3])],
    outputs: [String] = ["y"], initializers: [ONNXTensorProto] = [], opset: Int64 = 17
) -> ONNXModelProto {
    var model = ONNXModelProto()
    model.irVersion = 8
    model.producerName = "tests"
    model.producerVersion = "1"
    var standard = ONNXOperatorSetIdProto()
    standard.version = opset
    model.opsetImport = [standard]
    model.graph.name = "g"
    model.graph.node = nodes
    model.graph.input = inputs
    model.graph.output = outputs.map { name in
        var info = ONNXValueInfoProto()
        info.name = name
        return info
    }
    model.graph.initializer = initializers
    return model
}

func importing(
    _ model: ONNXModelProto, options: ONNXImporter.Options = .init(), folder: String? = nil,
    decoders: [OperatorDecoder] = TestOperators.decoders
) throws -> ImportedModel {
    try ONNXImporter.importModel(model, file: "m.onnx", folder: folder, options: options, decoders: decoders)
}

/// Expects the import to fail with exactly this message.
func expectFailure(
    _ model: ONNXModelProto, options: ONNXImporter.Options = .init(), folder: String? = nil, _ message: String,
    decoders: [OperatorDecoder] = TestOperators.decoders, sourceLocation: SourceLocation = #_sourceLocation
) {
    let error = #expect(throws: ImportError.self, sourceLocation: sourceLocation) {
        _ = try importing(model, options: options, folder: folder, decoders: decoders)
    }
    #expect(error?.description == message, sourceLocation: sourceLocation)
}
