import BNNMONNX
import BNNMPacker
import BNNMPasses
import Foundation

/// The trained digits models, compiled as the command line compiles them.
enum CompiledDigits {
    /// By the name of the model; each is compiled once.
    static let all: [(name: String, bytes: Result<[UInt8], any Error>)] = ["chain-ts", "dysign-ts"].map { name in
        (name, Result { try compile(name) })
    }

    private static func compile(_ name: String) throws -> [UInt8] {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let imported = try ONNXImporter.load(path: root.appendingPathComponent("models/digits/\(name).onnx").path)
        var graph = imported.graph
        var context = CompilationContext()
        try Pipeline.run(on: &graph, &context)
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("bnnm-\(UUID().uuidString).bnnm")
        defer { try? FileManager.default.removeItem(at: file) }
        let info = Packer.Info(
            name: name, producer: "test", target: .portable, sourceWeightBytes: UInt64(imported.weightByteCount))
        try Packer.write(graph, info, to: file.path)
        return [UInt8](try Data(contentsOf: file))
    }
}
