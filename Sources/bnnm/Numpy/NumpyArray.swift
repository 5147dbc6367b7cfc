import BNNM
import Foundation

/// An array as a .npy file holds it (NumPy format 1.0 and 2.0): the element type, the shape, and the elements' bytes in
/// row-major order. Little-endian numeric types and bool only.
struct NumpyArray {
    /// NumPy's type code without byte order: "f4", "i8", "b1".
    let code: String
    let shape: [Int]
    let bytes: Data

    init(code: String, shape: [Int], bytes: Data) {
        self.code = code
        self.shape = shape
        self.bytes = bytes
    }

    init(_ values: [Float], shape: [Int]) {
        self.init(code: "f4", shape: shape, bytes: values.withUnsafeBytes { Data($0) })
    }

    init(_ values: [Int8], shape: [Int]) {
        self.init(code: "i1", shape: shape, bytes: values.withUnsafeBytes { Data($0) })
    }

    init(_ values: BNNMValues, shape: [Int]) {
        switch values {
        case .float32(let elements): self.init(elements, shape: shape)
        case .int32(let elements):
            self.init(code: "i4", shape: shape, bytes: elements.withUnsafeBytes { Data($0) })
        case .int64(let elements):
            self.init(code: "i8", shape: shape, bytes: elements.withUnsafeBytes { Data($0) })
        case .bool(let elements): self.init(code: "b1", shape: shape, bytes: Data(elements.map { $0 ? 1 : 0 }))
        case .uint8(let elements): self.init(code: "u1", shape: shape, bytes: Data(elements))
        }
    }

    /// Reads a file. - Throws: `CommandFailure` naming it.
    init(path: String) throws {
        guard FileManager.default.fileExists(atPath: path) else { throw CommandFailure("\(path): no such file") }
        let data: Data
        do {
            data = try Data(contentsOf: URL(fileURLWithPath: path), options: .mappedIfSafe)
        } catch {
            throw CommandFailure("\(path) cannot be read: \(error.systemReason)")
        }
        try self.init(parsing: data, source: path)
    }

    /// - Parameter source: names the data in messages.
    init(parsing data: Data, source: String) throws {
        let data = data.startIndex == 0 ? data : Data(data)
        guard data.count >= 10, data.prefix(6) == Data([0x93]) + Data("NUMPY".utf8) else {
            throw CommandFailure("\(source) is not a NumPy .npy file")
        }
        let wide = data[6] >= 2
        let lengthBytes = wide ? 4 : 2
        guard data.count >= 8 + lengthBytes else { throw CommandFailure("\(source) is cut short") }
        let length = (0..<lengthBytes).reduce(0) { $0 | Int(data[8 + $1]) << (8 * $1) }
        let start = 8 + lengthBytes + length
        guard start <= data.count else { throw CommandFailure("\(source) is cut short in its header") }
        let header = String(decoding: data[(8 + lengthBytes)..<start], as: UTF8.self)
        guard let descriptor = header.quotedValue(of: "descr"), let shape = header.shapeValue,
            let isFortran = header.range(of: "'fortran_order':").map({
                header[$0.upperBound...].drop { $0 == " " }.hasPrefix("True")
            })
        else { throw CommandFailure("\(source) has a header that is not understood: \(header)") }
        guard !isFortran || shape.count < 2 else {
            throw CommandFailure("\(source) is in column-major order; save it with numpy.ascontiguousarray")
        }
        // Sizes are those that NumPy has: the product with the number of elements cannot overflow.
        guard "<|=".contains(descriptor.first ?? " "), let size = Int(descriptor.dropFirst(2)),
            [1, 2, 4, 8, 16].contains(size), "fiub".contains(descriptor.dropFirst().first ?? " ")
        else {
            throw CommandFailure("\(source) holds elements of type '\(descriptor)'; little-endian numbers are needed")
        }
        var count = 1
        for dimension in shape {
            let (product, overflow) = count.multipliedReportingOverflow(by: dimension)
            guard !overflow, product <= data.count else {
                throw CommandFailure("\(source) is cut short: shape \(shape) needs more bytes")
            }
            count = product
        }
        guard data.count - start == count * size else {
            throw CommandFailure(
                "\(source) has \(data.count - start) bytes of data; shape \(shape) of '\(descriptor)' needs \(count * size)"
            )
        }
        self.init(code: String(descriptor.dropFirst()), shape: shape, bytes: Data(data[start...]))
    }

    /// The elements as float32; only a float32 array has them, since a silent conversion would hide a mistake.
    func floats(source: String) throws -> [Float] {
        guard code == "f4" else {
            throw CommandFailure("\(source) holds '\(code)' elements; the model takes float32 ('f4')")
        }
        return numbers(as: Float.self)
    }

    /// The elements in the type that an input takes; only an array of just that type has them.
    ///
    /// - Parameter input: names the input in messages.
    func values(_ type: BNNMModel.ElementType, for input: String, source: String) throws -> BNNMValues {
        switch (type, code) {
        case (.float32, "f4"): return .float32(numbers(as: Float.self))
        case (.int32, "i4"): return .int32(numbers(as: Int32.self))
        case (.int64, "i8"): return .int64(numbers(as: Int64.self))
        case (.bool, "b1"): return .bool(bytes.map { $0 != 0 })
        case (.uint8, "u1"): return .uint8(Array(bytes))
        default:
            let codes: [BNNMModel.ElementType: String] = [
                .float32: "f4", .int32: "i4", .int64: "i8", .bool: "b1", .uint8: "u1",
            ]
            throw CommandFailure(
                "\(source) holds '\(code)' elements; input '\(input)' takes \(type) ('\(codes[type] ?? "")')")
        }
    }

    private func numbers<Number: BitwiseCopyable>(as type: Number.Type) -> [Number] {
        let stride = MemoryLayout<Number>.stride
        return bytes.withUnsafeBytes { raw in
            (0..<bytes.count / stride).map { raw.loadUnaligned(fromByteOffset: $0 * stride, as: type) }
        }
    }

    /// The elements of an int8 array; nil for any other.
    var int8s: [Int8]? { code == "i1" ? bytes.map { Int8(bitPattern: $0) } : nil }

    /// The whole file.
    var encoded: Data {
        let dimensions = shape.map { "\($0)," }.joined(separator: " ")
        var header =
            "{'descr': '\(code.hasSuffix("1") ? "|" : "<")\(code)', 'fortran_order': False, 'shape': (\(dimensions)), }"
        // The data starts at a multiple of 64 bytes.
        header += String(repeating: " ", count: 63 - (10 + header.utf8.count) % 64) + "\n"
        let count = header.utf8.count
        return Data([0x93]) + Data("NUMPY".utf8) + Data([1, 0, UInt8(count & 255), UInt8(count >> 8)])
            + Data(header.utf8) + bytes
    }

    /// Writes a file whole or not at all.
    func write(to path: String) throws {
        do {
            try encoded.write(to: URL(fileURLWithPath: path), options: .atomic)
        } catch {
            throw CommandFailure("\(path) cannot be written: \(error.systemReason)")
        }
    }
}

extension String {
    /// The value of `'key': 'value'` in a NumPy header.
    fileprivate func quotedValue(of key: String) -> String? {
        guard let found = range(of: "'\(key)':"), let open = self[found.upperBound...].firstIndex(of: "'") else {
            return nil
        }
        let rest = self[index(after: open)...]
        return rest.firstIndex(of: "'").map { String(rest[..<$0]) }
    }

    /// The value of `'shape': (1, 2,)` in a NumPy header.
    fileprivate var shapeValue: [Int]? {
        guard let found = range(of: "'shape':"), let open = self[found.upperBound...].firstIndex(of: "("),
            let close = self[open...].firstIndex(of: ")")
        else { return nil }
        let parts = self[index(after: open)..<close].split(separator: ",").map { $0.filter { $0 != " " } }.filter {
            !$0.isEmpty
        }
        let numbers = parts.compactMap { Int($0) }.filter { $0 >= 0 }
        return numbers.count == parts.count ? numbers : nil
    }
}
