import BNNMONNX
import BNNMPacker
import BNNMPasses
import Foundation
import XCTest

/// ONNX files that once stopped the compiler or made it take all memory: each is refused with an error that says where.
final class MalformedONNXTests: XCTestCase {
    func testEachIsRefused() throws {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Fuzzing/Malformed/onnx")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".onnx") }
        XCTAssertGreaterThan(names.count, 5)
        for name in names.sorted() {
            XCTAssertThrowsError(try compile(folder.appendingPathComponent(name).path), name) { error in
                XCTAssertFalse("\(error)".isEmpty, name)
            }
        }
    }

    private func compile(_ path: String) throws {
        var graph = try ONNXImporter.load(path: path).graph
        var context = CompilationContext()
        try Pipeline.run(on: &graph, &context)
        let result = FileManager.default.temporaryDirectory.appendingPathComponent("bnnm-\(UUID().uuidString).bnnm")
        defer { try? FileManager.default.removeItem(at: result) }
        let info = Packer.Info(name: "m", producer: "test", target: .portable, sourceWeightBytes: 0)
        try Packer.write(graph, info, to: result.path)
    }
}
