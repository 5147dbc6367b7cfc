import BNNMIR
import Foundation

/// Elements stored as little-endian bytes, one after the other: `raw_data` and external files.
enum RawElements {
    /// The elements in `bytes`, whose count must be a multiple of the element's size.
    static func storage(of bytes: Data, _ elementType: ElementType) -> Tensor.Storage {
        switch elementType {
        case .float32: .float(load(bytes, UInt32.self) { Float(bitPattern: $0) })
        case .float16: .float(load(bytes, UInt16.self) { Float(Float16(bitPattern: $0)) })
        case .float64: .double(load(bytes, UInt64.self) { Double(bitPattern: $0) })
        case .int8: .integer(load(bytes, Int8.self) { Int64($0) })
        case .int16: .integer(load(bytes, Int16.self) { Int64($0) })
        case .int32: .integer(load(bytes, Int32.self) { Int64($0) })
        case .int64: .integer(load(bytes, Int64.self) { $0 })
        case .uint8: .integer(load(bytes, UInt8.self) { Int64($0) })
        case .uint16: .integer(load(bytes, UInt16.self) { Int64($0) })
        case .uint32: .integer(load(bytes, UInt32.self) { Int64($0) })
        case .uint64: .integer(load(bytes, UInt64.self) { Int64(bitPattern: $0) })
        case .bool, .binary: .integer(load(bytes, UInt8.self) { $0 == 0 ? 0 : 1 })
        }
    }

    private static func load<Word: FixedWidthInteger, Element>(
        _ bytes: Data, _: Word.Type, _ convert: (Word) -> Element
    ) -> [Element] {
        let count = bytes.count / MemoryLayout<Word>.size
        return bytes.withUnsafeBytes { source in
            [Element](unsafeUninitializedCapacity: count) { elements, initialized in
                for index in 0..<count {
                    let word = source.loadUnaligned(fromByteOffset: index * MemoryLayout<Word>.size, as: Word.self)
                    elements.initializeElement(at: index, to: convert(Word(littleEndian: word)))
                }
                initialized = count
            }
        }
    }
}
