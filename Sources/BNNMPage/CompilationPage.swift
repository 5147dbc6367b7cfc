import BNNMReport

extension PageContent {
    /// The page of a compilation: the file that was written, with what the compiler says of it.
    ///
    /// - Parameter path: of the `.bnnm` file.
    /// - Throws: as `Network.init(path:)`.
    public init(_ report: CompilationReport, path: String) throws {
        var network = try Network(path: path)
        network.markFallbacks(report)
        self.init(
            title: "\(report.model): compilation report",
            summary: "What bnnm compile made of the model: \(report.binaryLayers) of \(report.layers.count) layers are "
                + "binary, \((report.binaryShare * 100).fixed(2)) % of the multiply-accumulates.",
            network: network)
        facts = report.facts
        if !report.strictFailures.isEmpty { warnings.append(Warning("Refused by --strict:", report.strictFailures)) }
        notes = report.furtherRemarks
        self.report = report
    }
}

extension Network {
    /// Marks the operators of layers that could have been binary.
    mutating func markFallbacks(_ report: CompilationReport) {
        let fallbacks = report.layers.filter { $0.reason?.isFallback == true }
        let names = Set(fallbacks.map(\.name) + fallbacks.flatMap { $0.parts.map(\.name) })
        for index in layers.indices
        where layers[index].macs > 0 && layers[index].kind == .float && names.contains(layers[index].name) {
            layers[index].kind = .fallback
        }
    }
}

extension CompilationReport {
    fileprivate var facts: [PageContent.Fact] {
        var facts = [
            PageContent.Fact(
                "binary layers",
                "\(binaryLayers) of \(layers.count), \((binaryShare * 100).fixed(2)) % of "
                    + "\((binaryMACs + floatMACs).grouped) MACs"),
            PageContent.Fact(
                "weights", "\(weightBytesBefore.byteText) in float32 → \(weightBytesAfter.byteText) packed"),
        ]
        if let sourceFileBytes, let modelFileBytes {
            facts.append(PageContent.Fact("file", "\(sourceFileBytes.byteText) → \(modelFileBytes.byteText)"))
        }
        if let arenaBytes { facts.append(PageContent.Fact("arena of a session", arenaBytes.byteText)) }
        facts.append(PageContent.Fact("target", target))
        if largestWeightDeviation > 0 {
            facts.append(PageContent.Fact("deviation of weights from ±α", "\(largestWeightDeviation)"))
        }
        if let randomSeed {
            facts.append(PageContent.Fact("made-up weights", "random, seed \(randomSeed): for profiling only"))
        }
        return facts
    }
}
