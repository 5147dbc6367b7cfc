import Foundation
import XCTest

/// `bnnm profile` and `bnnm-profile`, which are one: what they print, and what they say of the machine, on made-up
/// boards too.
final class ProfileTests: XCTestCase {
    private func compiled(_ folder: TemporaryFolder) throws -> String {
        let path = folder.path("m.bnnm")
        let outcome = try CommandLine.run(
            "compile", CommandLine.digits("dysign-ts.onnx"), "-o", path, "--with-check", "2")
        XCTAssertEqual(outcome.status, 0, outcome.errors)
        return path
    }

    private func json(_ text: String) throws -> [String: Any] {
        try XCTUnwrap(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    }

    func testJSONHasWhatScriptsRelyOn() throws {
        let folder = try TemporaryFolder()
        let path = try compiled(folder)
        let outcome = try CommandLine.run("profile", path, "--threads", "1,2", "--runs", "12", "--json")
        XCTAssertEqual(outcome.status, 0, outcome.errors)
        let report = try json(outcome.output)
        for name in ["arena_bytes", "weight_bytes", "peak_rss_bytes", "load_us"] {
            XCTAssertGreaterThan(try XCTUnwrap(report[name] as? Double), 0, name)
        }
        let runs = try XCTUnwrap(report["runs"] as? [[String: Any]])
        XCTAssertEqual(runs.map { $0["threads"] as? Int }, [1, 2])
        for run in runs {
            let latency = try XCTUnwrap(run["latency_us"] as? [String: Double])
            let ordered = try ["min", "p50", "p90", "p99", "max"].map { try XCTUnwrap(latency[$0]) }
            XCTAssertEqual(ordered, ordered.sorted())
            XCTAssertEqual(latency["count"], 12)
            let layers = try XCTUnwrap(run["layers"] as? [[String: Any]])
            let inspected = try json(try CommandLine.run("inspect", path, "--json").output)
            XCTAssertEqual(layers.count, (inspected["layers"] as? [Any])?.count)
            XCTAssertEqual(layers.compactMap { $0["share"] as? Double }.reduce(0, +), 1, accuracy: 0.01)
            let binary = try XCTUnwrap(layers.first { $0["op"] as? String == "BinaryConv2D" })
            XCTAssertTrue((binary["kernel"] as? String ?? "").hasPrefix("binary_conv2d"))
            XCTAssertGreaterThan(try XCTUnwrap(binary["macs"] as? Int), 0)
            XCTAssertGreaterThan(try XCTUnwrap(binary["p50_us"] as? Double), 0)
        }
    }

    /// docs/profiling.md lists the members of the JSON report.
    func testTheDocumentListsEveryMember() throws {
        let folder = try TemporaryFolder()
        let report = try json(try CommandLine.run("profile", try compiled(folder), "--runs", "2", "--json").output)
        var members = Set<String>()
        func collect(_ value: Any, _ prefix: String) {
            if let object = value as? [String: Any] {
                for (name, member) in object {
                    members.insert(prefix + name)
                    collect(member, prefix + name + ".")
                }
            } else if let first = (value as? [Any])?.first {
                collect(first, String(prefix.dropLast()) + "[].")
            }
        }
        collect(report, "")
        let text = try String(
            contentsOf: CommandLine.root.appendingPathComponent("docs/profiling.md"), encoding: .utf8)
        let listed = Set(
            text.split(separator: "\n").filter { $0.hasPrefix("| `") }.compactMap {
                $0.split(separator: "`").dropFirst().first.map(String.init)
            })
        XCTAssertEqual(listed.symmetricDifference(members), [])
    }

    func testTheTableNamesLayersAndTheirShare() throws {
        let folder = try TemporaryFolder()
        let outcome = try CommandLine.run([try compiled(folder), "--runs", "5"], program: "bnnm-profile")
        XCTAssertEqual(outcome.status, 0, outcome.errors)
        for text in ["1 thread, ", "latency in us: min ", "BinaryConv2D", "arena ", "sum of the layers' medians"] {
            XCTAssertTrue(outcome.output.contains(text), text)
        }
    }

    func testCSVAndTrace() throws {
        let folder = try TemporaryFolder()
        let trace = folder.path("trace.json")
        let outcome = try CommandLine.run(
            "profile", try compiled(folder), "--runs", "6", "--csv", "--trace", trace)
        XCTAssertEqual(outcome.status, 0, outcome.errors)
        let lines = outcome.output.split(separator: "\n")
        XCTAssertEqual(
            lines.first, "threads,isa,layer,op,kernel,count,min_us,p50_us,p90_us,p99_us,max_us,stddev_us,macs")
        XCTAssertTrue(lines.dropFirst().allSatisfy { $0.hasPrefix("1,") }, outcome.output)
        XCTAssertTrue(lines.last?.contains("\"whole run\",\"\",6,") ?? false, outcome.output)
        let events = try XCTUnwrap(try json(try folder.text("trace.json"))["traceEvents"] as? [[String: Any]])
        // A name for the process, and every layer of the last five runs.
        XCTAssertEqual(events.count, 1 + 5 * (lines.count - 2))
        XCTAssertTrue(events.dropFirst().allSatisfy { $0["ph"] as? String == "X" && ($0["dur"] as? Double ?? -1) >= 0 })
    }

    func testEveryLevelProvesItself() throws {
        let folder = try TemporaryFolder()
        let path = try compiled(folder)
        let outcome = try CommandLine.run([path, "--check", "--threads", "1,2"], program: "bnnm-profile")
        XCTAssertEqual(outcome.status, 0, outcome.output + outcome.errors)
        for level in TestLevels.available {
            for check in 1...2 {
                XCTAssertTrue(outcome.output.contains("\(level), 1 thread, check \(check): passed"), outcome.output)
                XCTAssertTrue(outcome.output.contains("\(level), 2 threads, check \(check): passed"), outcome.output)
            }
        }
        let without = folder.path("without.bnnm")
        _ = try CommandLine.run("compile", CommandLine.digits("chain-ts.onnx"), "-o", without)
        let refused = try CommandLine.run([without, "--check"], program: "bnnm-profile")
        XCTAssertEqual(refused.status, 1)
        XCTAssertTrue(refused.errors.contains("--with-check"), refused.errors)
    }

    func testComparisonTellsWhatChanged() throws {
        let folder = try TemporaryFolder()
        let path = try compiled(folder)
        let now = try CommandLine.run("profile", path, "--runs", "20", "--json")
        // An earlier report that was ten times as fast, and whose times all were the same.
        var earlier = try json(now.output)
        var run = try XCTUnwrap((earlier["runs"] as? [[String: Any]])?.first)
        var latency = try XCTUnwrap(run["latency_us"] as? [String: Double])
        let fast = try XCTUnwrap(latency["p50"]) / 10
        latency["p50"] = fast
        latency["p90"] = fast
        run["latency_us"] = latency
        earlier["runs"] = [run]
        try JSONSerialization.data(withJSONObject: earlier).write(to: URL(fileURLWithPath: folder.path("old.json")))
        let outcome = try CommandLine.run("profile", path, "--runs", "20", "--compare", folder.path("old.json"))
        XCTAssertEqual(outcome.status, 0, outcome.errors)
        let whole = outcome.output.split(separator: "\n").first { $0.hasSuffix("whole run") }
        XCTAssertTrue(whole?.contains("slower") ?? false, outcome.output)

        for text in ["", "{", "[1, 2", "{\"runs\": [}", "{\"schema\": 2}", String(repeating: "[", count: 100_000)] {
            try Data(text.utf8).write(to: URL(fileURLWithPath: folder.path("bad.json")))
            let refused = try CommandLine.run("profile", path, "--runs", "2", "--compare", folder.path("bad.json"))
            XCTAssertEqual(refused.status, 1, text)
            XCTAssertTrue(refused.errors.contains("no report of bnnm-profile --json"), refused.errors)
        }
    }

    func testABoardThatIsThrottledIsToldOf() throws {
        let folder = try TemporaryFolder()
        let path = try compiled(folder)
        func write(_ file: String, _ text: String) throws {
            let url = URL(fileURLWithPath: folder.path("root/" + file))
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: url)
        }
        try write("proc/device-tree/model", "Raspberry Pi 4 Model B Rev 1.4\0")
        try write("proc/cpuinfo", "processor\t: 0\nCPU implementer\t: 0x41\nCPU part\t: 0xd08\n")
        try write("sys/class/thermal/thermal_zone0/temp", "84250\n")
        try write("sys/devices/platform/soc/soc:firmware/get_throttled", "50004\n")
        for cpu in 0..<ProcessInfo.processInfo.processorCount {
            let frequency = "sys/devices/system/cpu/cpu\(cpu)/cpufreq/"
            try write(frequency + "scaling_governor", "ondemand\n")
            try write(frequency + "scaling_cur_freq", "600000\n")
        }
        let arguments = ["profile", path, "--runs", "5", "--system-root", folder.path("root")]
        let table = try CommandLine.run(arguments)
        XCTAssertEqual(table.status, 0, table.errors)
        for text in [
            "Raspberry Pi 4 Model B Rev 1.4: Cortex-A72", "governor ondemand", "clock 600 to 600 MHz",
            "84.2 to 84.2 degrees Celsius", "warning: the machine was at 84 degrees Celsius",
            "warning: the CPU is throttled (firmware flags 0x50004)",
            "warning: since the board was started, the supply's voltage is too low at times",
        ] {
            XCTAssertTrue(table.output.contains(text), "\(text) in \(table.output)")
        }
        let report = try json(try CommandLine.run(arguments + ["--json"]).output)
        let board = try XCTUnwrap((report["runs"] as? [[String: Any]])?.first?["board"] as? [String: Any])
        XCTAssertEqual(board["throttled"] as? Int, 0x50004)
        XCTAssertEqual(board["most_mhz"] as? Int, 600)
        XCTAssertEqual((board["warnings"] as? [String])?.count, 3)
    }

    func testWrongUsage() throws {
        let folder = try TemporaryFolder()
        let path = try compiled(folder)
        for (arguments, text) in [
            ([], "usage: "), ([path, "--threads", "0"], "from 1 to 64"), ([path, "--threads", "1,"], "--threads"),
            ([path, "--isa", "mmx"], "generic"), ([path, "--runs", "many"], "whole number"),
            ([path, "--seconds", "nan"], "above 0"), ([path, "--fast"], "no option --fast"),
            ([path, path], "one model at a time"), ([path, "--trace"], "a value is missing"),
        ] as [([String], String)] {
            let outcome = try CommandLine.run(arguments, program: "bnnm-profile")
            XCTAssertEqual(outcome.status, 2, "\(arguments)")
            XCTAssertTrue(outcome.errors.contains(text), outcome.errors)
            XCTAssertEqual(outcome.output, "")
        }
        XCTAssertEqual(try CommandLine.run("profile", "--threads", "0", path).status, 2)
        XCTAssertTrue(try CommandLine.run("profile", "--help").output.contains("usage: bnnm profile MODEL.bnnm"))
        let missing = try CommandLine.run("profile", folder.path("missing.bnnm"))
        XCTAssertEqual(missing.status, 1)
        XCTAssertTrue(missing.errors.contains("no such file"), missing.errors)
        let unwritable = try CommandLine.run("profile", path, "--runs", "1", "--trace", folder.path("no/trace.json"))
        XCTAssertEqual(unwritable.status, 1)
        XCTAssertTrue(unwritable.errors.contains("cannot be written"), unwritable.errors)
    }
}
