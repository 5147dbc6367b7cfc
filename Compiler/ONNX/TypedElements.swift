import BNNMIR

/// Elements stored in the typed lists of a tensor. Types without a list of their own share one: small integers, bool
/// and the bit patterns of float16 are in `int32_data`, uint32 is in `uint64_data`.
struct TypedElements {
    let proto: ONNXTensorProto
    let type: TensorType
    /// The elements that the shape asks for.
    let count: Int

    /// - Throws: `OperatorError` where the list has another number of elements, or one out of the type's range.
    func storage() throws -> Tensor.Storage {
        switch type.elementType {
        case .float32: return .float(try counted(proto.floatData, "float_data"))
        case .float64: return .double(try counted(proto.doubleData, "double_data"))
        case .int64: return .integer(try counted(proto.int64Data, "int64_data"))
        case .uint64: return .integer(try counted(proto.uint64Data, "uint64_data").map { Int64(bitPattern: $0) })
        case .uint32: return .integer(try inRange(counted(proto.uint64Data, "uint64_data"), UInt32.self))
        case .int32: return .integer(try counted(proto.int32Data, "int32_data").map { Int64($0) })
        case .int16: return .integer(try inRange(counted(proto.int32Data, "int32_data"), Int16.self))
        case .int8: return .integer(try inRange(counted(proto.int32Data, "int32_data"), Int8.self))
        case .uint16: return .integer(try inRange(counted(proto.int32Data, "int32_data"), UInt16.self))
        case .uint8: return .integer(try inRange(counted(proto.int32Data, "int32_data"), UInt8.self))
        case .bool, .binary: return .integer(try counted(proto.int32Data, "int32_data").map { $0 == 0 ? 0 : 1 })
        case .float16:
            let patterns = try inRange(counted(proto.int32Data, "int32_data"), UInt16.self)
            return .float(patterns.map { Float(Float16(bitPattern: UInt16($0))) })
        }
    }

    private func counted<Element>(_ list: [Element], _ name: String) throws -> [Element] {
        guard list.count == count else {
            throw OperatorError("has \(list.count) elements in \(name), but \(type) needs \(count)")
        }
        return list
    }

    private func inRange<Wide: BinaryInteger, Narrow: FixedWidthInteger>(
        _ list: [Wide], _: Narrow.Type
    ) throws -> [Int64] {
        try list.map { element in
            guard Narrow(exactly: element) != nil else {
                throw OperatorError(
                    "has the element \(element), but a \(type.elementType) is stored as \(Narrow.min) to \(Narrow.max)")
            }
            return Int64(element)
        }
    }
}
