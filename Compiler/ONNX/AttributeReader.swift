import BNNMIR
import Foundation

/// Reads the attributes of a node: ONNX protobuf in, `ONNXAttributes` out.
struct AttributeReader {
    let tensors: TensorDecoder

    /// - Throws: `OperatorError` naming the attribute that is not well-formed.
    func read(_ attributes: [ONNXAttributeProto]) throws -> ONNXAttributes {
        var values: [String: ONNXAttributes.Value] = [:]
        for attribute in attributes {
            guard attribute.refAttrName.isEmpty else {
                throw OperatorError("attribute '\(attribute.name)' refers to a function's attribute outside a function")
            }
            guard values.updateValue(try value(of: attribute), forKey: attribute.name) == nil else {
                throw OperatorError("attribute '\(attribute.name)' is given twice")
            }
        }
        return ONNXAttributes(values)
    }

    private func value(of attribute: ONNXAttributeProto) throws -> ONNXAttributes.Value {
        switch attribute.type {
        case .int: return .int(attribute.i)
        case .ints: return .ints(attribute.ints)
        case .float: return .float(attribute.f)
        case .floats: return .floats(attribute.floats)
        case .string: return .string(try text(attribute.s, of: attribute))
        case .strings: return .strings(try attribute.strings.map { try text($0, of: attribute) })
        case .tensor:
            do {
                return .tensor(try tensors.decode(attribute.t))
            } catch let error as OperatorError {
                throw OperatorError("the tensor in attribute '\(attribute.name)' \(error)")
            }
        case .undefined, .UNRECOGNIZED:
            throw OperatorError("attribute '\(attribute.name)' has no valid type (\(attribute.type.rawValue))")
        case .graph: return .other("GRAPH")
        case .graphs: return .other("GRAPHS")
        case .tensors: return .other("TENSORS")
        case .sparseTensor: return .other("SPARSE_TENSOR")
        case .sparseTensors: return .other("SPARSE_TENSORS")
        case .typeProto: return .other("TYPE_PROTO")
        case .typeProtos: return .other("TYPE_PROTOS")
        }
    }

    private func text(_ bytes: Data, of attribute: ONNXAttributeProto) throws -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw OperatorError("attribute '\(attribute.name)' is not UTF-8 text")
        }
        return text
    }
}
