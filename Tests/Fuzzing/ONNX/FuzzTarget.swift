import BNNMFormat
import BNNMIR
import BNNMONNX
import BNNMPacker
import BNNMPasses
import Foundation

/// What libFuzzer calls with each input: any bytes are refused with an error, or become a `.bnnm` file that the reader
/// accepts. A trap is a finding, and so is a file that was written and does not open.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ data: UnsafePointer<UInt8>?, _ byteCount: Int) -> CInt {
    let bytes = Data(UnsafeBufferPointer(start: data, count: byteCount))
    CompilationTrial.run(bytes)
    return 0
}

/// The way from an ONNX file to a `.bnnm` file, in a folder of the process's own.
enum CompilationTrial {
    private static let folder: URL = {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("bnnm-fuzz-\(getpid())")
        try? FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        return folder
    }()

    static func run(_ bytes: Data) {
        let (source, result) = (folder.appendingPathComponent("m.onnx"), folder.appendingPathComponent("m.bnnm"))
        defer { try? FileManager.default.removeItem(at: result) }
        do {
            try bytes.write(to: source)
            var graph = try ONNXImporter.load(path: source.path).graph
            guard isSmall(graph) else { return }
            var context = CompilationContext()
            try Pipeline.run(on: &graph, &context)
            let info = Packer.Info(name: "m", producer: "fuzz", target: .portable, sourceWeightBytes: 0)
            try Packer.write(graph, info, to: result.path)
        } catch {
            precondition(!"\(error)".isEmpty)
            return
        }
        requireOpens(result)
    }

    /// Whether compiling takes no more than moments: a file of a hundred bytes can ask for an hour of honest work.
    private static func isSmall(_ graph: Graph) -> Bool {
        graph.values.count <= 500 && graph.values.allSatisfy { $0.type.elementCount <= 1 << 14 }
    }

    private static func requireOpens(_ file: URL) {
        guard let written = try? Data(contentsOf: file) else { preconditionFailure("nothing was written") }
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: written.count, alignment: 64)
        defer { memory.deallocate() }
        memory.copyBytes(from: written)
        var view = bnnmf_view()
        let status = withUnsafeTemporaryAllocation(of: CChar.self, capacity: 512) { message in
            let status = bnnmf_open(memory.baseAddress, memory.count, &view, message.baseAddress, message.count)
            precondition(status == BNNMF_OK, String(cString: message.baseAddress!))
            return status
        }
        precondition(status == BNNMF_OK)
    }
}
