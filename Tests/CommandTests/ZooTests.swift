import Foundation
import XCTest

/// The published networks of `models/zoo` compile without their weights. All of them where `BNNM_ZOO` is `all`, which
/// takes minutes; else two small ones.
final class ZooTests: XCTestCase {
    private static let isWhole = ProcessInfo.processInfo.environment["BNNM_ZOO"] == "all"
    private static let few = ["binarydensenet28", "ftbnn"]
    private static let names = isWhole ? ZooNetwork.all : few

    /// Of `bnnm profile --json`.
    private struct Memory: Decodable {
        let arena_bytes: Int
        let live_bytes: Int
    }

    /// Binarizers of which far less than half the decisions are +1 by design, by network: attention maps that keep the
    /// few tokens above a threshold.
    private static let selecting = ["bivit-tiny": 0.05...0.8]

    /// How much larger than the bytes in use at once the arena may be, by network: concatenations that grow from layer to
    /// layer leave gaps.
    private static let gaps = ["meliusnet22": 1.17]

    /// Every graph compiles, says that its weights are random, and decides about half of the time +1: a profile of
    /// binarizers that hardly ever change would be worth nothing.
    func testEveryGraphCompilesWithRandomWeightsAndDecidesBothWays() throws {
        XCTAssertGreaterThanOrEqual(ZooNetwork.all.count, 30)
        for network in Self.names.map({ ZooNetwork(name: $0) }) {
            let name = network.name, folder = try TemporaryFolder()
            let report = try network.compile(seed: 3, folder)
            XCTAssertEqual(report.randomSeed, 3, name)
            XCTAssertGreaterThan(report.binaryLayerCount, 0, "\(name) has no binary layer")
            // The weights that are not there count as if they were.
            XCTAssertGreaterThan(report.sourceFileBytes, 1_000_000, name)
            let information = try CommandLine.run("inspect", folder.path("m.bnnm"))
            XCTAssertTrue(information.output.contains("random weights, seed 3"), information.output)

            let profiled = try CommandLine.run(
                "profile", folder.path("m.bnnm"), "--runs", "1", "--warmup", "0", "--json")
            let profile = try JSONDecoder().decode(Memory.self, from: Data(profiled.output.utf8))
            let excess = Double(profile.arena_bytes) / Double(profile.live_bytes)
            XCTAssertTrue((1...(Self.gaps[name] ?? 1.1)).contains(excess), "\(name): \(profile)")

            let shares = try network.decisionShares(folder)
            XCTAssertFalse(shares.isEmpty, "\(name) shows no binarizer")
            let range = Self.selecting[name] ?? 0.2...0.8
            for (probe, share) in shares { XCTAssertTrue(range.contains(share), "\(name), \(probe): \(share)") }
        }
    }

    /// Both exporters' graphs of a network become as many binary layers, with as many operations.
    func testBothExportersGiveTheSameLayers() throws {
        let names = Self.isWhole ? ZooNetwork.dynamo : Self.few
        XCTAssertFalse(names.isEmpty)
        for name in names {
            let folder = try TemporaryFolder()
            let script = try ZooNetwork(name: name).compile(folder)
            let dynamo = try ZooNetwork(name: name, isDynamo: true).compile(folder)
            XCTAssertEqual(dynamo.binaryLayerCount, script.binaryLayerCount, name)
            XCTAssertEqual(dynamo.binaryMACs, script.binaryMACs, name)
            XCTAssertEqual(dynamo.layers.count, script.layers.count, name)
        }
    }

    func testTheSeedDecidesTheModel() throws {
        let network = ZooNetwork(name: Self.names[0]), folder = try TemporaryFolder()
        for (output, seed) in [("a", 1), ("b", 1), ("c", 2)] {
            _ = try network.compile(seed: seed, folder, to: output)
        }
        let models = try ["a", "b", "c"].map { try Data(contentsOf: URL(fileURLWithPath: folder.path($0))) }
        XCTAssertEqual(models[0], models[1])
        XCTAssertNotEqual(models[0], models[2])
    }

    func testWithoutTheOptionAbsentWeightsAreAnError() throws {
        let network = ZooNetwork(name: Self.names[0]), folder = try TemporaryFolder()
        let outcome = try CommandLine.run("compile", network.path, "-o", folder.path("m.bnnm"))
        XCTAssertEqual(outcome.status, 1)
        XCTAssertTrue(
            outcome.errors.contains("\(network.name).data") && outcome.errors.contains("--random-weights"),
            outcome.errors)
        XCTAssertEqual(folder.files, [])
    }
}
