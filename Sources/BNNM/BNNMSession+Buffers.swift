import CBNNM

/// Memory that stands for values while the C API reads or writes it.
struct ValueBuffer {
    let bytes: UnsafeMutableRawBufferPointer
    private let type: BNNMModel.ElementType

    /// A copy of the values.
    init(_ values: BNNMValues) {
        self.init(values.elementType, count: values.count)
        switch values {
        case .float32(let elements): elements.withUnsafeBytes(bytes.copyMemory)
        case .int32(let elements): elements.withUnsafeBytes(bytes.copyMemory)
        case .int64(let elements): elements.withUnsafeBytes(bytes.copyMemory)
        case .bool(let elements): for (index, element) in elements.enumerated() { bytes[index] = element ? 1 : 0 }
        case .uint8(let elements): elements.withUnsafeBytes(bytes.copyMemory)
        }
    }

    /// Room for so many values, all 0. The number of bytes must fit memory.
    init(_ type: BNNMModel.ElementType, count: Int) {
        self.type = type
        bytes = .allocate(byteCount: count * type.byteCount, alignment: 8)
        bytes.initializeMemory(as: UInt8.self, repeating: 0)
    }

    func deallocate() { bytes.deallocate() }

    /// What is in it now.
    var values: BNNMValues {
        switch type {
        case .int32: .int32(Array(bytes.bindMemory(to: Int32.self)))
        case .int64: .int64(Array(bytes.bindMemory(to: Int64.self)))
        case .bool: .bool(bytes.map { $0 != 0 })
        case .uint8: .uint8(Array(bytes))
        case .float32, .bits: .float32(Array(bytes.bindMemory(to: Float.self)))
        }
    }
}
