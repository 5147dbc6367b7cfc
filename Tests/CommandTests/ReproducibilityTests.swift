import Foundation
import XCTest

/// The same model compiles to the same bytes and the same report, whatever process does it and wherever it writes: Swift
/// orders dictionaries differently in each process, so nothing that is written may depend on that.
final class ReproducibilityTests: XCTestCase {
    private func models(in folder: String) throws -> [String] {
        let root = CommandLine.root.appendingPathComponent(folder).path
        let files = try FileManager.default.subpathsOfDirectory(atPath: root)
        return files.filter { $0.hasSuffix(".onnx") }.sorted().map { "\(root)/\($0)" }
    }

    private func check(_ models: [String], _ options: [String] = []) throws {
        for model in models {
            let folders = [try TemporaryFolder(), try TemporaryFolder()]
            let outcomes = try folders.map { folder in
                try CommandLine.run(
                    ["compile", model, "-o", folder.path("m.bnnm"), "--report", folder.path("r.json")] + options)
            }
            XCTAssertEqual(outcomes[0].status, outcomes[1].status, model)
            XCTAssertEqual(outcomes[0].errors, outcomes[1].errors, model)
            guard outcomes[0].status == 0 else { continue }
            for name in ["m.bnnm", "r.json"] {
                let bytes = try folders.map { try Data(contentsOf: $0.url.appendingPathComponent(name)) }
                XCTAssertTrue(bytes[0] == bytes[1], "\(model): \(name) differs")
            }
        }
    }

    func testFixturesCompileToTheSameBytes() throws {
        let fixtures = try models(in: "Tests/Fixtures") + models(in: "models/digits")
        XCTAssertGreaterThan(fixtures.count, 20)
        try check(fixtures)
    }

    func testModelsOfEveryOperatorCompileToTheSameBytes() throws {
        let seeds = try models(in: "Tests/Fuzzing/Seeds/onnx")
        XCTAssertGreaterThan(seeds.count, 5)
        try check(seeds)
    }

    func testLargeNetworksWithRandomWeightsCompileToTheSameBytes() throws {
        let networks = ["dysign-resnet18", "bnext-t", "dybinarycct"].map {
            CommandLine.root.appendingPathComponent("models/zoo/graphs/\($0).onnx").path
        }
        try check(networks, ["--random-weights", "1"])
    }
}
