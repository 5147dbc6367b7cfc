import BNNMFormat
import Foundation

/// What a status-returning function said.
struct Answer: CustomStringConvertible {
    var status: bnnmf_status
    var message: String
    var description: String { "status \(status.rawValue) \"\(message)\"" }

    init(_ call: (UnsafeMutablePointer<CChar>, Int) -> bnnmf_status) {
        var buffer = [CChar](repeating: 1, count: 512)
        let status = buffer.withUnsafeMutableBufferPointer { call($0.baseAddress!, $0.count) }
        self.status = status
        message = String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

/// The bytes of a file in memory of exactly their size, aligned as the reader wants them, so that a sanitizer sees
/// every access beyond their end.
final class ModelBytes {
    let buffer: UnsafeMutableRawBufferPointer

    init<Bytes: Collection>(_ bytes: Bytes) where Bytes.Element == UInt8 {
        buffer = .allocate(byteCount: bytes.count, alignment: 64)
        buffer.copyBytes(from: bytes)
    }

    deinit { buffer.deallocate() }

    var array: [UInt8] { Array(buffer) }

    func open(_ view: inout bnnmf_view) -> Answer {
        Answer { bnnmf_open(buffer.baseAddress, buffer.count, &view, $0, $1) }
    }

    func open() -> Answer {
        var view = bnnmf_view()
        return open(&view)
    }

    /// Makes the header's checksum right for the bytes as they are.
    func repairChecksum() {
        let front = bnnmf_crc32c(0, buffer.baseAddress, 48)
        let checksum = bnnmf_crc32c(front, buffer.baseAddress! + 52, buffer.count - 52)
        buffer.storeBytes(of: checksum, toByteOffset: 48, as: UInt32.self)
    }

    func store<Value: BitwiseCopyable>(_ value: Value, at offset: Int) {
        buffer.storeBytes(of: value, toByteOffset: offset, as: Value.self)
    }

    func load<Value: BitwiseCopyable>(_ type: Value.Type, at offset: Int) -> Value {
        buffer.loadUnaligned(fromByteOffset: offset, as: type)
    }
}

/// A directory of a test's own, removed with it.
final class ScratchDirectory {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "bnnm-format-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    var names: [String] { (try? FileManager.default.contentsOfDirectory(atPath: path).sorted()) ?? [] }
}

extension DescribedModel {
    func write(to path: String?) -> Answer {
        Answer { message, capacity in withModel { bnnmf_write_file($0, path, message, capacity) } }
    }

    /// The file that the writer makes of this description.
    func fileBytes() throws -> ModelBytes {
        let directory = try ScratchDirectory()
        let path = directory.path + "/model.bnnm"
        let answer = write(to: path)
        guard answer.status == BNNMF_OK else { throw WriteRefused(answer: answer) }
        return ModelBytes(try Data(contentsOf: URL(fileURLWithPath: path)))
    }
}

struct WriteRefused: Error { let answer: Answer }
