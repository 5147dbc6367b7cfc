import Foundation
import XCTest

@testable import BNNMPage

/// Reports from elsewhere are read, or refused with the place and the reason.
final class ProfileReportTests: XCTestCase {
    private static let layer = """
        {"name":"a","op":"Conv2D","kernel":"k","p50_us":1.5,"p90_us":2,"min_us":1,"share":1,"macs":1,"weight_bytes":4,
        "runs_with":0,"shape":[1]}
        """

    private func report(schema: String = "1", runs: String? = nil, layer: String = layer) -> Data {
        let run = """
            {"threads":1,"isa":"generic","create_us":1,"latency_us":{"count":1,"min":1,"p50":1,"p90":1,"p99":1,"max":1,
            "mean":1,"stddev":0},"board":{"least_mhz":0,"most_mhz":0,"celsius_before":-1,"celsius_after":-1,
            "celsius_most":-1,"throttled":-1,"other_load":-1,"warnings":[]},"layer_runs":1,"layers":[\(layer)]}
            """
        return Data(
            """
            {"schema":\(schema),"library":"0.1.0","model":"m","graph":"g","target":"t","board":{"machine":"","cpu":"c",
            "system":"s","governor":"","cpus":2},"runs":[\(runs ?? run)],"arena_bytes":1,"live_bytes":1,"weight_bytes":1,
            "weights_repacked":false,"peak_rss_bytes":0,"load_us":1}
            """.utf8)
    }

    private func refusal(_ json: Data) -> String {
        do {
            _ = try ProfileReport(json: json, source: "r.json")
            return "taken"
        } catch {
            return "\(error)"
        }
    }

    func testAReportIsRead() throws {
        let read = try ProfileReport(json: report(), source: "r.json")
        XCTAssertEqual(read.runs[0].layers[0].p50_us, 1.5)
        XCTAssertEqual(read.board.cpus, 2)
    }

    func testANameThatIsNoUTF8IsRepaired() throws {
        var json = report()
        json[try XCTUnwrap(json.range(of: Data("\"m\"".utf8))).lowerBound + 1] = 0xFF
        XCTAssertEqual(try ProfileReport(json: json, source: "r.json").model, "\u{FFFD}")
    }

    func testRefusalsSayWhereAndWhy() {
        for (json, texts) in [
            (Data(), ["r.json is no report of bnnm-profile --json"]), (Data("[1]".utf8), ["r.json is no report"]),
            (report(schema: "2"), ["r.json is a report of schema 2; valid is 1"]),
            (report(schema: "\"x\""), ["schema"]), (report(runs: ""), ["r.json has no runs; valid is one or more"]),
            (report(runs: "{}"), ["runs[0] has no 'threads'"]),
            (
                report(layer: Self.layer.replacingOccurrences(of: "\"runs_with\":0", with: "\"runs_with\":1")),
                ["runs_with of layer 'a' is 1; valid is 0 to 0"]
            ), (report(layer: Self.layer.replacingOccurrences(of: "1.5", with: "\"\"")), ["runs[0].layers[0].p50_us"]),
        ] {
            let message = refusal(json)
            for text in texts { XCTAssertTrue(message.contains(text), "\(text) in \(message)") }
        }
    }

    func testALayerOfAnotherModelIsNamed() throws {
        let layer = Network.Layer(
            name: "b", operator: "Conv2D", kind: .float, result: "float32[1]", reads: [-1], macs: 1, constantBytes: 4,
            readBytes: 4, writtenBytes: 4, folded: "", decisions: nil, decides: [])
        let measured = try ProfileReport(json: report(), source: "r.json")
        XCTAssertThrowsError(try measured.check(isOf: Network(inputs: [], outputs: [], layers: [layer]))) {
            XCTAssertTrue("\($0)".hasPrefix("layer 1 of the report is 'a' (Conv2D), that of the model 'b'"), "\($0)")
        }
        XCTAssertThrowsError(try measured.check(isOf: Network(inputs: [], outputs: [], layers: [layer, layer]))) {
            XCTAssertTrue("\($0)".hasPrefix("the report has 1 layers and the model 2"), "\($0)")
        }
    }
}
