import BNNMIR
import BNNMPasses
import Foundation
import XCTest

@testable import BNNMPacker

/// A finished file takes its place only where its judge lets it.
final class AcceptanceTests: XCTestCase {
    private struct Refusal: Error {}

    private let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    private var path: String { folder.appendingPathComponent("m.bnnm").path }

    override func setUpWithError() throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    override func tearDownWithError() throws { try FileManager.default.removeItem(at: folder) }

    private func write(named name: String, accept: (String) throws -> Void) throws {
        var graph = Graph(name: name)
        let x = graph.addInput("x", TensorType(.float32, [1, 4]))
        graph.outputs = [Graph.Output(name: "y", value: try graph.append(Relu(), [x], name: "relu")[0])]
        var context = CompilationContext()
        try Pipeline.run(on: &graph, &context, verify: true)
        let info = Packer.Info(name: name, producer: "bnnm test", target: .portable, sourceWeightBytes: 0)
        try Packer.write(graph, info, to: path, accept: accept)
    }

    private var files: [String] { get throws { try FileManager.default.contentsOfDirectory(atPath: folder.path) } }
    private func bytes(_ path: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: path)) }

    func testTheJudgeSeesTheWholeFileBesideItsPlace() throws {
        var judged: Data?
        try write(named: "first") { finished in
            XCTAssertNotEqual(finished, path)
            XCTAssertFalse(FileManager.default.fileExists(atPath: path))
            judged = try bytes(finished)
        }
        XCTAssertEqual(try bytes(path), judged)
        XCTAssertEqual(try files, ["m.bnnm"])
    }

    func testARefusedFileLeavesTheOldOneAsItWas() throws {
        try write(named: "first") { _ in }
        let old = try bytes(path)
        XCTAssertThrowsError(try write(named: "second") { _ in throw Refusal() }) { XCTAssert($0 is Refusal) }
        XCTAssertEqual(try bytes(path), old)
        XCTAssertEqual(try files, ["m.bnnm"])
    }
}
