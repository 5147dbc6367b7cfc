import Foundation
import XCTest

@testable import BNNMCommand

/// One graph of `models/zoo`, compiled with random weights by the built `bnnm`.
struct ZooNetwork {
    struct Report: Decodable {
        struct Layer: Decodable { let kind: String }
        let layers: [Layer]
        let randomSeed: Int?
        let sourceFileBytes: Int
        let binaryMACs: Int

        var binaryLayerCount: Int { layers.filter { $0.kind == "binary" }.count }
    }

    /// What `bnnm inspect --json` says of a model's inputs.
    private struct Content: Decodable {
        struct Port: Decodable { let shape: String }
        let inputs: [Port]
    }

    private static let graphs = CommandLine.root.appendingPathComponent("models/zoo/graphs").path
    private static let dynamoGraphs = graphs + "/dynamo"

    /// All graphs of the TorchScript exporter, and those of the dynamo exporter.
    static let all = names(in: graphs), dynamo = names(in: dynamoGraphs)

    private static func names(in folder: String) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
            .filter { $0.hasSuffix(".onnx") }.map { String($0.dropLast(".onnx".count)) }
    }

    let name: String
    var isDynamo = false

    var path: String { "\(isDynamo ? Self.dynamoGraphs : Self.graphs)/\(name).onnx" }

    /// Writes `output` into a folder.
    func compile(seed: Int = 1, _ folder: TemporaryFolder, to output: String = "m.bnnm") throws -> Report {
        let outcome = try CommandLine.run(
            "compile", path, "--random-weights", "\(seed)", "-o", folder.path(output), "--report",
            folder.path("r.json"))
        XCTAssertEqual(outcome.status, 0, "\(name): \(outcome.errors)")
        return try JSONDecoder().decode(
            Report.self, from: Data(contentsOf: URL(fileURLWithPath: folder.path("r.json"))))
    }

    /// The share of decisions +1 at each binarizer of the compiled model, on an image of uniform noise of mean 0 and
    /// variance 1, as normalized images have.
    func decisionShares(_ folder: TemporaryFolder, of model: String = "m.bnnm") throws -> [String: Double] {
        let inspected = try CommandLine.run("inspect", folder.path(model), "--json").output
        let ports = try JSONDecoder().decode(Content.self, from: Data(inspected.utf8)).inputs
        let shape = try JSONDecoder().decode([Int].self, from: Data(try XCTUnwrap(ports.first).shape.utf8))
        var state: UInt64 = 1
        let pixels = (0..<shape.reduce(1, *)).map { _ -> Float in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return (Float(state >> 40) * 0x1p-23 - 1) * Float(3).squareRoot()
        }
        try NumpyArray(pixels, shape: shape).write(to: folder.path("x.npy"))
        let outcome = try CommandLine.run(
            "run", folder.path(model), "--input", folder.path("x.npy"), "--output-dir", folder.path("out"),
            "--probe-dir", folder.path("probes"))
        XCTAssertEqual(outcome.status, 0, "\(name): \(outcome.errors)")
        var shares: [String: Double] = [:]
        for probe in try FileManager.default.contentsOfDirectory(atPath: folder.path("probes")) {
            let decisions = try NumpyArray(path: folder.path("probes/\(probe)")).bytes
            shares[probe] = Double(decisions.filter { $0 == 1 }.count) / Double(decisions.count)
        }
        return shares
    }
}
