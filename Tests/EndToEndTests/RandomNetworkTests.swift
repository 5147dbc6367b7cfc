import BNNM
import BNNMPasses
import Foundation
import TestSupport
import XCTest

/// Random networks of every kind decide and compute on the device what they mean, at every level of this machine.
///
/// `BNNM_RANDOM_GRAPHS` is how many are tried, `BNNM_RANDOM_SEED` the first seed: a failure names its own, and running
/// one graph from there repeats it, and prints the network.
final class RandomNetworkTests: XCTestCase {
    private static func environment(_ name: String) -> Int? {
        ProcessInfo.processInfo.environment[name].flatMap(Int.init)
    }

    /// After this many failures the rest is not tried.
    private static let failureLimit = 5
    /// How many examples of what is found are named.
    private static let exampleLimit = 60
    /// The most of all networks that the compiler may refuse.
    private static let refusalLimit = 0.03

    private let path = FileManager.default.temporaryDirectory.appendingPathComponent("bnnm-random-\(UUID()).bnnm").path

    override func tearDown() { try? FileManager.default.removeItem(atPath: path) }

    func testTheDeviceDecidesAndComputesWhatANetworkMeans() throws {
        let count = Self.environment("BNNM_RANDOM_GRAPHS") ?? 3000
        let first = Self.environment("BNNM_RANDOM_SEED") ?? 0
        var statistics = NetworkTrial.Statistics()
        var refusals: [String: Int] = [:]
        var failures = 0, tried = 0
        for seed in first..<first + count where failures < Self.failureLimit {
            tried += 1
            SeedOnTrap.name(seed)
            let network = RandomNetwork(.any, seed: UInt64(seed))
            if count == 1 { print(network, try network.graph().text, separator: "\n") }
            switch NetworkTrial(network: network, path: path).run() {
            case .passed(let found): statistics.add(found)
            case .refused(let reason): refusals[reason, default: 0] += 1
            case .failed(let reason):
                failures += 1
                report(network, reason, number: tried)
            }
        }
        let refused = refusals.values.reduce(0, +)
        print(
            "random networks: \(tried) tried, \(failures) failed, \(refused) refused, \(statistics.runs) runs, "
                + "\(statistics.decisions) decisions, \(statistics.differingDecisions) of them differing within the "
                + "bound, \(statistics.ties) ties, \(statistics.unshown.count) binarizers not shown; \(statistics.looseOutputs) of \(statistics.outputs) outputs with a bound above 1 %"
        )
        if failures == 0 {
            tellEvidence("random-networks", tried)
            tellEvidence("random-network-decisions", statistics.decisions)
        }
        for (reason, count) in refusals.sorted(by: { ($1.value, $0.key) < ($0.value, $1.key) }) {
            print("  refused \(count): \(reason)")
        }
        for tie in statistics.tied.prefix(Self.exampleLimit) { print("  ties in \(tie)") }
        XCTAssertEqual(statistics.unshown.prefix(Self.exampleLimit), [], "binarizers without decisions")
        guard count >= 200 else { return }
        XCTAssertLessThanOrEqual(Double(refused), Self.refusalLimit * Double(tried), "\(refusals)")
        guard failures == 0 else { return }
        assertCoverage(statistics, of: tried)
    }

    private func report(_ network: RandomNetwork, _ reason: String, number: Int) {
        let smallest = network.shrunk { NetworkTrial(network: $0, path: path).run().isFailure }
        var message = "network \(number), \(reason)"
        if case .failed(let reason) = NetworkTrial(network: smallest, path: path).run() {
            message += "\nthe smallest network that fails: \(reason)"
        }
        XCTFail("\(message)\n\(smallest)")
    }

    /// The networks reach every kind of what the compiler makes of them, or the test shows nothing.
    private func assertCoverage(_ statistics: NetworkTrial.Statistics, of count: Int) {
        XCTAssertGreaterThan(statistics.decisions, 100 * count)
        XCTAssertLessThan(statistics.differingDecisions, statistics.decisions / 1000)
        XCTAssertLessThan(statistics.ties, statistics.decisions / 20_000)
        XCTAssertLessThan(statistics.looseOutputs, statistics.outputs / 10)
        for domain in [BinarizerRecord.Domain.accumulator, .float, .dynamicAccumulator] {
            XCTAssertGreaterThan(statistics.domains[domain] ?? 0, count / 400, domain.rawValue)
        }
    }
}
