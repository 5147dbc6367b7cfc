extension CompilationReport {
    /// The report as a page of its own, which needs no other file.
    public var html: String {
        var page = Page(title: "\(model): compilation report")
        if !strictFailures.isEmpty { page.warning("Refused by --strict:", strictFailures) }
        page.bar(binaryShare, of: "binary multiply-accumulates")
        page.facts(facts)
        page.heading("Layers")
        page.table(
            header: [
                "layer", "operator", "kind", "input", "output", "MACs", "float32", "packed", "computes",
                "stays in float because",
            ],
            rightAligned: [5, 6, 7], rows: layers.map(\.cells))
        page.heading("Binarizers")
        if binarizers.isEmpty {
            page.paragraph("none")
        } else {
            page.table(
                header: ["binarizer", "folded to", "exactness", "note"], rightAligned: [],
                rows: binarizers.map { [$0.name, $0.folding, $0.exactness.rawValue, $0.note].map { Page.Cell($0) } })
        }
        if !furtherRemarks.isEmpty {
            page.heading("Notes")
            page.list(furtherRemarks)
        }
        return page.html
    }

    private var facts: [(name: String, value: String)] {
        var facts = [
            (
                "binary layers",
                "\(binaryLayers) of \(layers.count), \((binaryShare * 100).fixed(2)) % of \((binaryMACs + floatMACs).grouped) MACs"
            ),
            ("weights", "\(weightBytesBefore.byteText) in float32 → \(weightBytesAfter.byteText) packed"),
        ]
        if let sourceFileBytes, let modelFileBytes {
            facts.append(("file", "\(sourceFileBytes.byteText) → \(modelFileBytes.byteText)"))
        }
        if let arenaBytes { facts.append(("arena of a session", arenaBytes.byteText)) }
        facts.append(("target", target))
        if largestWeightDeviation > 0 { facts.append(("deviation of weights from ±α", "\(largestWeightDeviation)")) }
        if let randomSeed { facts.append(("weights", "random, seed \(randomSeed): for profiling only")) }
        return facts
    }
}

extension CompilationReport.Layer {
    fileprivate var cells: [Page.Cell] {
        let style = reason?.isFallback == true ? "fallback" : kind.rawValue
        return [Page.Cell(name), Page.Cell(`operator`), Page.Cell(badge: kind.rawValue, style: style)]
            + [
                inputShape.dropFirst().dimensions, outputShape.dropFirst().dimensions, macs.grouped,
                weightBytesBefore.byteText, weightBytesAfter.byteText, execution, reason?.text ?? "",
            ].map { Page.Cell($0) }
    }
}
