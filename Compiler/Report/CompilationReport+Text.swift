extension CompilationReport {
    /// The report as aligned text: a table of layers, one of binarizers, why layers stay in float, and the sums.
    public var text: String {
        let sections = [layerTable, binarizerTable, floatSummary, summary]
        return sections.filter { !$0.isEmpty }.map { $0.joined(separator: "\n") + "\n" }.joined(separator: "\n")
    }

    private var layerTable: [String] {
        TextTable(
            header: [
                "layer", "operator", "kind", "input", "output", "MACs", "float32", "packed", "computes",
                "stays in float because",
            ],
            rightAligned: [5, 6, 7],
            rows: layers.map {
                [
                    $0.name, $0.operator, $0.kindText, $0.inputShape.dropFirst().dimensions,
                    $0.outputShape.dropFirst().dimensions, $0.macs.grouped, $0.weightBytesBefore.byteText,
                    $0.weightBytesAfter.byteText, $0.execution, $0.reason?.text ?? "",
                ]
            }
        ).lines
    }

    private var binarizerTable: [String] {
        guard !binarizers.isEmpty else { return [] }
        return TextTable(
            header: ["binarizer", "folded to", "exactness", ""], rightAligned: [],
            rows: binarizers.map { [$0.name, $0.folding, $0.exactness.rawValue, $0.note] }
        ).lines
    }

    /// A line for each reason, with the layers it holds for.
    private var floatSummary: [String] {
        var codes: [String] = []
        for layer in layers {
            if let code = layer.reason?.code, !codes.contains(code) { codes.append(code) }
        }
        guard !codes.isEmpty else { return [] }
        return TextTable(
            header: ["stays in float", "layers", "MACs", "which"], rightAligned: [1, 2],
            rows: codes.map { code in
                let those = layers.filter { $0.reason?.code == code }
                let names = those.prefix(3).map(\.name) + (those.count > 3 ? ["…"] : [])
                let mark = those.contains { $0.reason?.isFallback == true } ? " (!)" : ""
                return [
                    code + mark, "\(those.count)", those.map(\.macs).reduce(0, +).grouped,
                    names.joined(separator: ", "),
                ]
            }
        ).lines
    }

    /// What a person wants to know first; it stands last, where a terminal shows it.
    private var summary: [String] {
        var lines = [
            "\(binaryLayers) of \(layers.count) layers are binary: \((binaryShare * 100).fixed(2)) % of \((binaryMACs + floatMACs).grouped) MACs",
            "weights \(weightBytesBefore.byteText) in float32 → \(weightBytesAfter.byteText) packed",
        ]
        if let sourceFileBytes, let modelFileBytes {
            lines.append("file    \(sourceFileBytes.byteText) → \(modelFileBytes.byteText)")
        }
        if let arenaBytes { lines.append("arena   \(arenaBytes.byteText) of working memory a session") }
        if largestWeightDeviation > 0 {
            lines.append("binary weights deviated from ±α by at most \(largestWeightDeviation) of α, and were snapped")
        }
        if let randomSeed {
            lines.append("note: weights are random (seed \(randomSeed)); the model is for profiling only")
        }
        for remark in furtherRemarks { lines.append("note: \(remark)") }
        for failure in strictFailures { lines.append("(!) \(failure)") }
        return lines
    }
}

extension CompilationReport {
    /// Those that no row of a binarizer says.
    public var furtherRemarks: [String] {
        remarks.filter { remark in !binarizers.contains { remark.hasPrefix("binarizer '\($0.name)'") } }
    }
}

extension CompilationReport.Layer {
    /// The kind, marked where a float layer could have been binary.
    var kindText: String { kind.rawValue + (reason?.isFallback == true ? " (!)" : "") }

    /// "float32 α·acc; scale, shift → values".
    var execution: String {
        let phases = parts.filter { $0.role == .phase }.count, sums = parts.filter { $0.role == .windowSum }.count
        let steps = [phases > 0 ? "\(phases) phases" : "", sums > 0 ? "with sums of its input" : "", note]
            .filter { !$0.isEmpty }.joined(separator: "; ")
        guard !steps.isEmpty, !epilogue.isEmpty else { return steps + epilogue }
        return steps + (epilogue.hasPrefix("→") ? " " : "; ") + epilogue
    }
}
