import CZlib
import Foundation

/// The arrays of a .npz file: a ZIP archive of .npy files, stored or deflated (PKWARE APPNOTE 6.3; no ZIP64 beyond what
/// NumPy writes in local headers, which the central directory makes up for).
struct NumpyArchive {
    /// By name, without the ending `.npy`.
    let arrays: [String: NumpyArray]

    /// - Throws: `CommandFailure` naming the file.
    init(path: String) throws {
        guard let data = try? Data(contentsOf: URL(fileURLWithPath: path)) else {
            throw CommandFailure("\(path) cannot be read")
        }
        let reader = ZIPReader(data: data, path: path)
        var arrays: [String: NumpyArray] = [:]
        for entry in try reader.entries() where entry.name.hasSuffix(".npy") {
            arrays[String(entry.name.dropLast(4))] = try NumpyArray(
                parsing: try reader.contents(of: entry), source: "\(path):\(entry.name)")
        }
        self.arrays = arrays
    }
}

/// Reads a ZIP archive through its central directory.
private struct ZIPReader {
    struct Entry {
        let name: String
        let method: Int
        let compressedCount: Int
        let count: Int
        let localHeader: Int
    }

    let data: Data
    let path: String

    private func damaged() -> CommandFailure { CommandFailure("\(path) is not a readable .npz archive") }

    private func number(at offset: Int, bytes: Int) throws -> Int {
        guard offset >= 0, offset + bytes <= data.count else { throw damaged() }
        return (0..<bytes).reduce(0) { $0 | Int(data[offset + $1]) << (8 * $1) }
    }

    func entries() throws -> [Entry] {
        // The end record stands last, but for a comment of at most 65,535 bytes.
        let earliest = max(0, data.count - 22 - 65_535)
        guard data.count >= 22,
            let end = try stride(from: data.count - 22, through: earliest, by: -1).first(where: {
                try number(at: $0, bytes: 4) == 0x0605_4b50
            })
        else { throw damaged() }
        var offset = try number(at: end + 16, bytes: 4)
        var entries: [Entry] = []
        for _ in 0..<(try number(at: end + 10, bytes: 2)) {
            guard try number(at: offset, bytes: 4) == 0x0201_4b50 else { throw damaged() }
            let nameCount = try number(at: offset + 28, bytes: 2)
            guard offset + 46 + nameCount <= data.count else { throw damaged() }
            entries.append(
                Entry(
                    name: String(decoding: data[(offset + 46)..<(offset + 46 + nameCount)], as: UTF8.self),
                    method: try number(at: offset + 10, bytes: 2),
                    compressedCount: try number(at: offset + 20, bytes: 4),
                    count: try number(at: offset + 24, bytes: 4), localHeader: try number(at: offset + 42, bytes: 4)))
            offset += 46 + nameCount + (try number(at: offset + 30, bytes: 2)) + (try number(at: offset + 32, bytes: 2))
        }
        return entries
    }

    func contents(of entry: Entry) throws -> Data {
        let start =
            entry.localHeader + 30 + (try number(at: entry.localHeader + 26, bytes: 2))
            + (try number(at: entry.localHeader + 28, bytes: 2))
        guard start + entry.compressedCount <= data.count else { throw damaged() }
        let packed = data[start..<(start + entry.compressedCount)]
        switch entry.method {
        case 0: return Data(packed)
        case 8: return try inflate(packed, count: entry.count)
        default:
            throw CommandFailure(
                "\(path): '\(entry.name)' is compressed by method \(entry.method); stored or deflated is needed")
        }
    }

    private func inflate(_ packed: Data, count: Int) throws -> Data {
        // Deflate cannot expand more than 1,032 times: a larger claim is damage, and no reason to allocate.
        guard count <= packed.count * 1032 + 64 else { throw damaged() }
        var result = Data(count: count)
        let written = result.withUnsafeMutableBytes { output in
            packed.withUnsafeBytes { input -> Int? in
                var stream = z_stream()
                guard inflateInit2_(&stream, -15, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
                    return nil
                }
                defer { inflateEnd(&stream) }
                stream.next_in = UnsafeMutablePointer(mutating: input.bindMemory(to: UInt8.self).baseAddress)
                stream.avail_in = UInt32(input.count)
                stream.next_out = output.bindMemory(to: UInt8.self).baseAddress
                stream.avail_out = UInt32(output.count)
                return CZlib.inflate(&stream, Z_FINISH) == Z_STREAM_END ? Int(stream.total_out) : nil
            }
        }
        guard written == count else { throw damaged() }
        return result
    }
}
