import Foundation
import XCTest

@testable import BNNMPage

/// The network of a page is that of the file: layers in order, what each reads, and what was folded.
final class NetworkTests: XCTestCase {
    private let folder = FileManager.default.temporaryDirectory.appendingPathComponent("bnnm-page-\(UUID().uuidString)")

    override func setUpWithError() throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    override func tearDown() { try? FileManager.default.removeItem(at: folder) }

    func testEveryLayerReadsEarlierOnesAndEveryResultIsRead() throws {
        let network = try Network(path: try HostileNetwork(in: folder).path)
        XCTAssertGreaterThanOrEqual(network.layers.count, 3)
        var read = Set(network.outputs.compactMap(\.source))
        for (index, layer) in network.layers.enumerated() {
            XCTAssertFalse(layer.reads.isEmpty, layer.name)
            XCTAssertEqual(Set(layer.reads).count, layer.reads.count, layer.name)
            XCTAssertTrue(layer.reads.allSatisfy { (-1..<index).contains($0) }, "\(layer.name) reads \(layer.reads)")
            XCTAssertGreaterThan(layer.readBytes, 0)
            XCTAssertGreaterThan(layer.writtenBytes, 0)
            read.formUnion(layer.reads)
        }
        XCTAssertEqual(read, Set(-1..<network.layers.count))
        XCTAssertEqual(network.outputs.map(\.name), [HostileNetwork.names[1], HostileNetwork.names[5]])
        XCTAssertEqual(network.inputs.map(\.result), ["float32[1,2,6,6]"])
    }

    func testTheSkipConnectionsAreThere() throws {
        let layers = try Network(path: try HostileNetwork(in: folder).path).layers
        let binary = layers.indices.filter { layers[$0].operator == "BinaryConv2D" }
        XCTAssertEqual(binary.count, 2)
        // Each adds what came before it, beside the bits that it reads.
        for index in binary {
            XCTAssertEqual(layers[index].kind, .binary)
            XCTAssertGreaterThan(layers[index].macs, 0)
            XCTAssertTrue(layers[index].folded.contains("add"), layers[index].folded)
        }
        XCTAssertEqual(
            layers.flatMap(\.decides).sorted(), [HostileNetwork.names[1], HostileNetwork.names[5]].sorted())
        for layer in layers where !layer.decides.isEmpty {
            let decisions = try XCTUnwrap(layer.decisions, layer.name)
            XCTAssertEqual(
                decisions.rising + decisions.falling + decisions.constant + decisions.several, 2, layer.name)
        }
    }

    func testFallbacksAreMarkedWhereTheCompilerTellsOfThem() throws {
        let compiled = try HostileNetwork(in: folder)
        let content = try PageContent(compiled.report, path: compiled.path)
        XCTAssertEqual(content.network.layers.filter { $0.kind == .fallback }.map(\.name), [HostileNetwork.fallback])
        XCTAssertFalse(try Network(path: compiled.path).layers.contains { $0.kind == .fallback })
    }

    func testAFileThatIsNoModelIsNamed() throws {
        let path = folder.appendingPathComponent("no.bnnm").path
        XCTAssertThrowsError(try Network(path: path)) { XCTAssertTrue("\($0)".contains(path), "\($0)") }
        try Data("nothing".utf8).write(to: URL(fileURLWithPath: path))
        XCTAssertThrowsError(try Network(path: path)) { XCTAssertTrue("\($0)".contains(path), "\($0)") }
    }
}
