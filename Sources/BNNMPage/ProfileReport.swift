import Foundation

/// What `bnnm-profile --json` measured, on this machine or on a board: the members of docs/profiling.md that a page shows.
public struct ProfileReport: Codable, Sendable {
    /// The machine.
    public struct Board: Codable, Sendable {
        public let machine, cpu, system, governor: String
        public let cpus: Int
    }

    /// Whole runs, in microseconds.
    public struct Latency: Codable, Sendable {
        public let count: Int
        public let min, p50, p90, p99, max, mean, stddev: Double
    }

    /// The machine's state meanwhile.
    public struct State: Codable, Sendable {
        public let least_mhz, most_mhz, celsius_before, celsius_after, celsius_most, other_load: Double
        public let warnings: [String]
    }

    /// The time of a layer, in microseconds.
    public struct Layer: Codable, Sendable {
        public let name, op, kernel: String
        public let p50_us, p90_us, min_us, share: Double
        public let runs_with: Int
    }

    /// One number of threads at one level.
    public struct Run: Codable, Sendable {
        public let threads: Int
        public let isa: String
        public let create_us: Double
        public let latency_us: Latency
        public let board: State
        public let layer_runs: Int
        public let layers: [Layer]
    }

    public let schema: Int
    public let library, model, graph, target: String
    public let board: Board
    public let runs: [Run]
    public let arena_bytes, weight_bytes, peak_rss_bytes: Int
    public let load_us: Double

    /// - Parameter source: the name of the file, for messages.
    /// - Throws: `PageError` where it is no such report.
    public init(json: Data, source: String) throws {
        do {
            // A path or a name need not be UTF-8.
            let text = String(decoding: json, as: UTF8.self)
            self = try JSONDecoder().decode(ProfileReport.self, from: Data(text.utf8))
        } catch {
            throw PageError("\(source) is no report of bnnm-profile --json: \(ProfileReport.text(error))")
        }
        guard schema == 1 else {
            throw PageError("\(source) is a report of schema \(schema); valid is 1")
        }
        guard !runs.isEmpty else { throw PageError("\(source) has no runs; valid is one or more") }
        for layer in runs.flatMap({ run in run.layers.map { ($0, run.layers.count) } })
        where !(0..<layer.1).contains(layer.0.runs_with) {
            throw PageError(
                "\(source): runs_with of layer '\(layer.0.name)' is \(layer.0.runs_with); valid is 0 to \(layer.1 - 1)")
        }
    }

    /// That the layers are those of a compiled model.
    ///
    /// - Throws: `PageError` naming the first layer that is another.
    func check(isOf network: Network) throws {
        for run in runs {
            guard run.layers.count == network.layers.count else {
                throw PageError(
                    "the report has \(run.layers.count) layers and the model \(network.layers.count): it was measured "
                        + "with another model")
            }
            for (index, (measured, layer)) in zip(run.layers, network.layers).enumerated()
            where measured.name != layer.name || measured.op != layer.operator {
                throw PageError(
                    "layer \(index + 1) of the report is '\(measured.name)' (\(measured.op)), that of the model "
                        + "'\(layer.name)' (\(layer.operator)): it was measured with another model")
            }
        }
    }

    /// Where decoding failed, and why.
    private static func text(_ error: any Error) -> String {
        guard let error = error as? DecodingError else { return error.localizedDescription }
        let context: DecodingError.Context
        switch error {
        case .keyNotFound(let key, let place):
            return "\(path(place)) has no '\(key.stringValue)'"
        case .typeMismatch(_, let place), .valueNotFound(_, let place), .dataCorrupted(let place): context = place
        @unknown default: return "\(error)"
        }
        return "\(path(context)): \(context.debugDescription)"
    }

    private static func path(_ context: DecodingError.Context) -> String {
        let keys = context.codingPath.map { $0.intValue.map { "[\($0)]" } ?? $0.stringValue }
        return keys.isEmpty ? "it" : keys.joined(separator: ".").replacingOccurrences(of: ".[", with: "[")
    }
}
