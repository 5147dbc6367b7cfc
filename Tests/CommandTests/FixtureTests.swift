import Foundation
import XCTest

/// Networks with recorded results: every decision equal, every output within its tolerance, every binary layer binary.
final class FixtureTests: XCTestCase {
    /// Every folder with recorded results.
    private static let names: [String] = {
        let fixtures = CommandLine.fixture("")
        return ((try? FileManager.default.contentsOfDirectory(atPath: fixtures)) ?? []).sorted().filter {
            FileManager.default.fileExists(atPath: "\(fixtures)/\($0)/probes.npz")
        }
    }()

    func testTheFixturesAreThere() { XCTAssertEqual(Self.names.count, 21) }

    private struct Meta: Decodable {
        let binary_layers: Int
        /// Of one sample.
        let binary_macs: Int
        let symbolic_batch: Bool
        let input_shapes: [[Int]]
    }

    private struct Report: Decodable {
        struct Layer: Decodable {
            let name: String
            let kind: String
            let macs: Int
            let note: String
            let weightBytesBefore: Int
            let weightBytesAfter: Int
        }
        let layers: [Layer]
    }

    func testDecisionsEqualTheRecordedProbesAtEveryLevel() throws {
        for name in Self.names {
            for level in TestLevels.available {
                let fixture = CommandLine.fixture(name)
                let outcome = try CommandLine.run(
                    "verify", fixture + "/model.onnx", "--expected", fixture, "--isa", level)
                XCTAssertEqual(outcome.status, 0, "\(name) at \(level):\n\(outcome.output)\(outcome.errors)")
                XCTAssertTrue(
                    outcome.output.contains("recorded '"), "\(name): no probe was compared:\n\(outcome.output)")
                XCTAssertTrue(outcome.output.contains(", 0 differing"), "\(name) at \(level):\n\(outcome.output)")
            }
        }
    }

    func testTheReportShowsEveryBinaryLayerBinary() throws {
        for name in Self.names {
            let folder = try TemporaryFolder()
            let model = CommandLine.fixture(name) + "/model.onnx"
            let outcome = try CommandLine.run(
                "compile", model, "-o", folder.path("m.bnnm"), "--report", folder.path("r.json"), "--strict",
                "--verify-each")
            XCTAssertEqual(outcome.status, 0, "\(name): \(outcome.errors)")
            let meta = try JSONDecoder().decode(
                Meta.self, from: Data(contentsOf: URL(fileURLWithPath: CommandLine.fixture(name) + "/meta.json")))
            let report = try JSONDecoder().decode(
                Report.self, from: Data(contentsOf: URL(fileURLWithPath: folder.path("r.json"))))
            let binary = report.layers.filter { $0.kind == "binary" }
            XCTAssertEqual(binary.count, meta.binary_layers, name)
            let samples = meta.symbolic_batch ? 1 : meta.input_shapes[0][0]
            XCTAssertEqual(binary.map(\.macs).reduce(0, +), samples * meta.binary_macs, name)
            for layer in binary {
                XCTAssertFalse(layer.note.isEmpty, "\(name): \(layer.name) has no folded form")
                XCTAssertGreaterThan(layer.weightBytesAfter, 0)
                XCTAssertTrue(outcome.output.contains(layer.name), "\(name): the table lacks \(layer.name)")
            }
        }
    }
}

/// The instruction set levels of this machine, as `--isa` names them.
enum TestLevels {
    static let available: [String] = {
        let model = CommandLine.fixture("mono-chain-tiny-ts") + "/model.onnx"
        return ["generic", "avx2", "avx512", "neon"].filter { level in
            (try? CommandLine.run("verify", model, "--samples", "1", "--isa", level))?.status == 0
        }
    }()
}
