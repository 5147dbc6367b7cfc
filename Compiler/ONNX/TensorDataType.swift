import BNNMIR

/// The element type codes of ONNX files (`TensorProto.DataType`): their names, and which of them the compiler has.
enum TensorDataType {
    /// Names by code, in the spelling of `ElementType` where that has the type.
    private static let names = [
        "undefined", "float32", "uint8", "int8", "uint16", "int16", "int32", "int64", "string", "bool", "float16",
        "float64", "uint32", "uint64", "complex64", "complex128", "bfloat16", "float8e4m3fn", "float8e4m3fnuz",
        "float8e5m2", "float8e5m2fnuz", "uint4", "int4", "float4e2m1",
    ]

    /// The name of a code for messages, known or not.
    static func name(ofCode code: Int32) -> String {
        code >= 0 && code < names.count ? names[Int(code)] : "number \(code)"
    }

    /// The element type of `code`.
    /// - Throws: `OperatorError` naming the type found and those supported.
    static func elementType(ofCode code: Int32) throws -> ElementType {
        let name = name(ofCode: code)
        guard let type = ElementType(rawValue: name), type != .binary else {
            let supported = ElementType.allCases.filter { $0 != .binary }.map(\.rawValue).joined(separator: ", ")
            throw OperatorError("has element type \(name); supported are \(supported)")
        }
        return type
    }

    /// The code of an element type; nil for `binary`, which ONNX does not have.
    static func code(of type: ElementType) -> Int32? {
        names.firstIndex(of: type.rawValue).map { Int32($0) }
    }
}
