import Foundation
import XCTest

@testable import BNNMCommand

/// The published networks of `models/zoo` compile without their weights. All of them where `BNNM_ZOO` is `all`, which
/// takes minutes; else two small ones.
final class ZooTests: XCTestCase {
    private static let graphs = CommandLine.root.appendingPathComponent("models/zoo/graphs").path

    private static let names: [String] = {
        guard ProcessInfo.processInfo.environment["BNNM_ZOO"] == "all" else { return ["binarydensenet28", "ftbnn"] }
        return ((try? FileManager.default.contentsOfDirectory(atPath: graphs)) ?? []).sorted()
            .filter { $0.hasSuffix(".onnx") }.map { String($0.dropLast(".onnx".count)) }
    }()

    private struct Report: Decodable {
        struct Layer: Decodable { let kind: String }
        let layers: [Layer]
        let randomSeed: Int?
        let sourceFileBytes: Int
    }

    private func compile(_ name: String, seed: String, _ folder: TemporaryFolder, to output: String) throws -> Report {
        let outcome = try CommandLine.run(
            "compile", "\(Self.graphs)/\(name).onnx", "--random-weights", seed, "-o", folder.path(output), "--report",
            folder.path("r.json"))
        XCTAssertEqual(outcome.status, 0, "\(name): \(outcome.errors)")
        return try JSONDecoder().decode(
            Report.self, from: Data(contentsOf: URL(fileURLWithPath: folder.path("r.json"))))
    }

    func testEveryGraphCompilesWithRandomWeights() throws {
        for name in Self.names {
            let folder = try TemporaryFolder()
            let report = try compile(name, seed: "3", folder, to: "m.bnnm")
            XCTAssertEqual(report.randomSeed, 3, name)
            XCTAssertGreaterThan(report.layers.filter { $0.kind == "binary" }.count, 0, "\(name) has no binary layer")
            // The weights that are not there count as if they were.
            XCTAssertGreaterThan(report.sourceFileBytes, 1_000_000, name)
            let information = try CommandLine.run("inspect", folder.path("m.bnnm"))
            XCTAssertTrue(information.output.contains("random weights, seed 3"), information.output)
        }
    }

    func testTheSeedDecidesTheModel() throws {
        let folder = try TemporaryFolder()
        for (output, seed) in [("a", "1"), ("b", "1"), ("c", "2")] {
            _ = try compile(Self.names[0], seed: seed, folder, to: output)
        }
        let models = try ["a", "b", "c"].map { try Data(contentsOf: URL(fileURLWithPath: folder.path($0))) }
        XCTAssertEqual(models[0], models[1])
        XCTAssertNotEqual(models[0], models[2])
    }

    func testWithoutTheOptionAbsentWeightsAreAnError() throws {
        let folder = try TemporaryFolder()
        let outcome = try CommandLine.run(
            "compile", "\(Self.graphs)/\(Self.names[0]).onnx", "-o", folder.path("m.bnnm"))
        XCTAssertEqual(outcome.status, 1)
        XCTAssertTrue(
            outcome.errors.contains("\(Self.names[0]).data") && outcome.errors.contains("--random-weights"),
            outcome.errors)
        XCTAssertEqual(folder.files, [])
    }

    /// Decisions that hardly ever change would make a profile of the data-dependent parts meaningless.
    func testAboutHalfOfTheDecisionsArePlusOne() throws {
        let folder = try TemporaryFolder()
        _ = try compile("ftbnn", seed: "1", folder, to: "m.bnnm")
        var state: UInt64 = 1
        let pixels = (0..<3 * 224 * 224).map { _ -> Float in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Float(state >> 40) * 0x1p-23 - 1
        }
        try NumpyArray(pixels, shape: [1, 3, 224, 224]).write(to: folder.path("x.npy"))
        let outcome = try CommandLine.run(
            "run", folder.path("m.bnnm"), "--input", folder.path("x.npy"), "--output-dir", folder.path("out"),
            "--probe-dir", folder.path("probes"))
        XCTAssertEqual(outcome.status, 0, outcome.errors)
        let probes = try FileManager.default.contentsOfDirectory(atPath: folder.path("probes"))
        XCTAssertEqual(probes.count, 13)
        for probe in probes {
            let decisions = try NumpyArray(path: folder.path("probes/\(probe)")).bytes
            let share = Double(decisions.filter { $0 == 1 }.count) / Double(decisions.count)
            XCTAssertTrue((0.2...0.8).contains(share), "\(probe): \(share)")
        }
    }
}
