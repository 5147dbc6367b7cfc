import BNNMFormat
import Foundation

/// The bytes of a `.bnnm` file and their records, as the format's own verified reader gives them. What the C API does
/// not tell of a model, `NetworkReader` takes from here.
final class ModelFile {
    private let bytes: UnsafeMutableRawBufferPointer
    private var view = bnnmf_view()

    /// - Throws: `PageError` naming the file and what is wrong with it.
    init(path: String) throws {
        let data: Data
        do {
            data = try Data(contentsOf: URL(fileURLWithPath: path))
        } catch {
            throw PageError("\(path) cannot be read: \(error.localizedDescription)")
        }
        bytes = .allocate(byteCount: data.count, alignment: Int(BNNMF_ALIGNMENT))
        bytes.copyBytes(from: data)
        var message = [CChar](repeating: 0, count: 512)
        guard bnnmf_open(bytes.baseAddress, bytes.count, &view, &message, message.count) == BNNMF_OK else {
            throw PageError(
                "\(path): " + String(decoding: message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self))
        }
    }

    deinit { bytes.deallocate() }

    var tensors: [bnnmf_tensor] { records(bnnmf_tensor_count(&view), bnnmf_tensor(), bnnmf_get_tensor) }
    /// In execution order: operator i is layer i of the C API.
    var operators: [bnnmf_op] { records(bnnmf_op_count(&view), bnnmf_op(), bnnmf_get_op) }
    var inputs: [bnnmf_port] { records(bnnmf_input_count(&view), bnnmf_port(), bnnmf_get_input) }
    var outputs: [bnnmf_port] { records(bnnmf_output_count(&view), bnnmf_port(), bnnmf_get_output) }
    var probes: [bnnmf_probe] { records(bnnmf_probe_count(&view), bnnmf_probe(), bnnmf_get_probe) }

    /// A constant's elements; none where `index` is `BNNMF_NONE`. Valid as long as the file.
    func blob<Element: BitwiseCopyable>(_ index: UInt32, as: Element.Type) -> UnsafeBufferPointer<Element> {
        guard index < bnnmf_blob_count(&view) else { return UnsafeBufferPointer(start: nil, count: 0) }
        var blob = bnnmf_blob()
        bnnmf_get_blob(&view, index, &blob)
        return UnsafeRawBufferPointer(start: blob.data, count: Int(blob.byte_count)).bindMemory(to: Element.self)
    }

    private func records<Record>(
        _ count: UInt32, _ empty: Record,
        _ get: (UnsafePointer<bnnmf_view>, UInt32, UnsafeMutablePointer<Record>) -> Void
    ) -> [Record] {
        (0..<count).map { index in
            var record = empty
            get(&view, index, &record)
            return record
        }
    }
}

/// Why a page cannot be made: names the file, what was found and what would be valid.
public struct PageError: Error, CustomStringConvertible {
    /// The message for the user.
    public let description: String
    init(_ description: String) { self.description = description }
}
