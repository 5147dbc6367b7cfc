import BNNMFormat
import BNNMIR
import BNNMPasses
import Foundation
import XCTest

@testable import BNNMPacker

/// A compiled graph written to a file and read back by the format's own reader.
final class PackedModel {
    private let bytes: UnsafeMutableRawBufferPointer
    private var view = bnnmf_view()
    let graph: Graph

    init(compiling imported: Graph) throws {
        var graph = imported
        var context = CompilationContext()
        try Pipeline.run(on: &graph, &context, verify: true)
        self.graph = graph
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).bnnm")
        defer { try? FileManager.default.removeItem(at: file) }
        let info = Packer.Info(name: "sample", producer: "bnnm test", target: .portable, sourceWeightBytes: 1234)
        try Packer.write(graph, info, to: file.path)
        let data = try Data(contentsOf: file)
        bytes = .allocate(byteCount: data.count, alignment: 64)
        bytes.copyBytes(from: data)
        var message = [CChar](repeating: 0, count: 512)
        let status = bnnmf_open(bytes.baseAddress, bytes.count, &view, &message, message.count)
        XCTAssertEqual(status, BNNMF_OK, String(decoding: message.map { UInt8(bitPattern: $0) }, as: UTF8.self))
    }

    deinit { bytes.deallocate() }

    var info: bnnmf_model_info {
        var info = bnnmf_model_info()
        bnnmf_get_info(&view, &info)
        return info
    }

    var ops: [bnnmf_op] { records(bnnmf_op_count(&view), bnnmf_op(), bnnmf_get_op) }
    var tensors: [bnnmf_tensor] { records(bnnmf_tensor_count(&view), bnnmf_tensor(), bnnmf_get_tensor) }
    var inputs: [bnnmf_port] { records(bnnmf_input_count(&view), bnnmf_port(), bnnmf_get_input) }
    var outputs: [bnnmf_port] { records(bnnmf_output_count(&view), bnnmf_port(), bnnmf_get_output) }
    var probes: [bnnmf_probe] { records(bnnmf_probe_count(&view), bnnmf_probe(), bnnmf_get_probe) }

    /// The operators' codes in execution order.
    var codes: [bnnmf_op_code] { ops.map { bnnmf_op_code(rawValue: $0.code) } }

    /// The dimensions of a tensor, in memory order.
    func shape(_ tensor: UInt32) -> [Int] { dimensions(tensors[Int(tensor)].dims, tensors[Int(tensor)].rank) }

    func elementType(_ tensor: UInt32) -> bnnmf_element_type {
        bnnmf_element_type(rawValue: tensors[Int(tensor)].element_type)
    }

    func blob<Element: BitwiseCopyable>(_ index: UInt32, as: Element.Type) -> [Element] {
        var blob = bnnmf_blob()
        bnnmf_get_blob(&view, index, &blob)
        return [Element](
            UnsafeRawBufferPointer(start: blob.data, count: Int(blob.byte_count)).bindMemory(to: Element.self))
    }

    func dimensions<Dimensions>(_ dims: Dimensions, _ rank: UInt32) -> [Int] {
        withUnsafeBytes(of: dims) { $0.bindMemory(to: UInt32.self).prefix(Int(rank)).map { Int($0) } }
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
