import BNNMIR
import Foundation

/// Reads ONNX tensors: initializers, and constants in attributes. Elements come from raw bytes, from typed lists, or
/// from a file beside the model; nothing is allocated before it is known that the elements are there.
struct TensorDecoder {
    let externalData: ExternalData

    /// The tensor that `proto` describes.
    /// - Throws: `OperatorError` without the tensor's name, which the caller has: "has 12 bytes of data, …".
    func decode(_ proto: ONNXTensorProto) throws -> Tensor {
        let type = try type(of: proto)
        let (elementType, count) = (type.elementType, type.elementCount)
        guard !proto.hasSegment else { throw OperatorError("is split into segments, which is not supported") }
        switch proto.dataLocation {
        case .external:
            let bytes = try externalData.read(proto.externalData, byteCount: count * elementType.byteCount)
            return Tensor(type, RawElements.storage(of: bytes, elementType))
        case .default:
            if !proto.rawData.isEmpty {
                guard proto.rawData.count == count * elementType.byteCount else {
                    throw OperatorError(
                        "has \(proto.rawData.count) bytes of data, but \(type) needs \(count * elementType.byteCount)")
                }
                return Tensor(type, RawElements.storage(of: proto.rawData, elementType))
            }
            return Tensor(type, try TypedElements(proto: proto, type: type, count: count).storage())
        case .UNRECOGNIZED(let code):
            throw OperatorError("has the data location \(code); valid are 0 (in the model) and 1 (external)")
        }
    }

    /// The type that `proto` declares.
    func type(of proto: ONNXTensorProto) throws -> TensorType {
        let elementType = try TensorDataType.elementType(ofCode: proto.dataType)
        let shape = proto.dims.map { Int($0) }
        guard TensorSize.elementCount(shape) != nil else {
            throw OperatorError(
                "has shape \(shape): dimensions must not be negative, nor their product exceed "
                    + "\(TensorSize.elementLimit)"
            )
        }
        return TensorType(elementType, shape)
    }

    /// Whether the elements are in a file beside the model that is not there.
    func isAbsent(_ proto: ONNXTensorProto) -> Bool {
        proto.dataLocation == .external && externalData.isAbsent(proto.externalData)
    }
}
