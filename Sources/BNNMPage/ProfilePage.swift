import BNNMReport

extension PageContent {
    /// The page of a measurement.
    ///
    /// - Parameter path: of the `.bnnm` file that was measured.
    /// - Throws: `PageError` where the report is of another model; else as `Network.init(path:)`.
    public init(_ profile: ProfileReport, path: String) throws {
        let network = try Network(path: path)
        try profile.check(isOf: network)
        let run = profile.runs[0]
        self.init(
            title: "\(profile.graph): profile",
            summary: "A run takes \(run.latency_us.p50.timeText) (median of \(run.latency_us.count)) with "
                + "\(run.threads) thread\(run.threads == 1 ? "" : "s") at level \(run.isa)"
                + (profile.board.name.isEmpty ? "." : ", on \(profile.board.name)."),
            network: network)
        facts = profile.facts
        warnings = profile.runs.filter { !$0.board.warnings.isEmpty }.map {
            Warning("Times of \($0.label) may be wrong:", $0.board.warnings)
        }
        self.profile = profile
    }
}

extension ProfileReport.Board {
    fileprivate var name: String { machine.isEmpty ? cpu : machine }
}

extension ProfileReport.Run {
    fileprivate var label: String { "\(threads) thread\(threads == 1 ? "" : "s"), \(isa)" }

    /// What is known of the machine's state; a machine tells no number that is 0 or less.
    fileprivate var stateText: String {
        var parts: [String] = []
        if board.least_mhz > 0 {
            parts.append("clock \(board.least_mhz.fixed(0)) to \(board.most_mhz.fixed(0)) MHz")
        }
        if board.celsius_most > 0 {
            parts.append("\(board.celsius_before.fixed(1)) to \(board.celsius_most.fixed(1)) °C")
        }
        if board.other_load >= 0 {
            parts.append("other programs took \((board.other_load * 100).fixed(0)) % of a CPU")
        }
        return parts.joined(separator: ", ")
    }
}

extension ProfileReport {
    fileprivate var facts: [PageContent.Fact] {
        var facts = [
            PageContent.Fact("machine", board.machine), PageContent.Fact("CPU", "\(board.cpu), \(board.cpus) CPUs"),
            PageContent.Fact("system", board.system), PageContent.Fact("governor", board.governor),
            PageContent.Fact("library", library), PageContent.Fact("weights laid out for", target),
            PageContent.Fact("constants", weight_bytes.byteText), PageContent.Fact("arena", arena_bytes.byteText),
            PageContent.Fact("most memory of the process", peak_rss_bytes > 0 ? peak_rss_bytes.byteText : ""),
            PageContent.Fact("opening the model", load_us.timeText),
        ]
        facts += runs.map { PageContent.Fact("state, \($0.label)", $0.stateText) }
        return facts.filter { !$0.value.isEmpty }
    }
}

extension Double {
    /// Microseconds as people read them: "812 µs", "12.3 ms", "1.25 s".
    fileprivate var timeText: String {
        if self < 1e3 { return "\(fixed(self < 10 ? 1 : 0)) µs" }
        return self < 1e6 ? "\((self / 1e3).fixed(self < 1e5 ? 2 : 1)) ms" : "\((self / 1e6).fixed(2)) s"
    }
}
