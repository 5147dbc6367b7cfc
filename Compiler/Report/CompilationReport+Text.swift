extension CompilationReport {
    /// The report as aligned text: a table of layers, one of binarizers, and the sums.
    public var text: String {
        var lines: [String] = []
        lines +=
            TextTable(
                header: ["layer", "kind", "input", "output", "MACs", "weights", "packed", "form"],
                rightAligned: [4, 5, 6],
                rows: layers.map {
                    [
                        $0.name, $0.kind.rawValue, $0.inputShape.dropFirst().dimensions,
                        $0.outputShape.dropFirst().dimensions,
                        $0.macs.grouped, $0.weightBytesBefore.byteText, $0.weightBytesAfter.byteText,
                        $0.form,
                    ]
                }
            ).lines
        if !binarizers.isEmpty {
            lines.append("")
            lines +=
                TextTable(
                    header: [
                        "binarizer", "decides on", "rising", "falling", "constant", "several", "ties", "in noise", "",
                    ],
                    rightAligned: [2, 3, 4, 5, 6, 7],
                    rows: binarizers.map {
                        [
                            $0.name, $0.domain, "\($0.rising)", "\($0.falling)", "\($0.constant)", "\($0.several)",
                            "\($0.ties)", "\($0.withinNoise)", $0.note,
                        ]
                    }
                ).lines
        }
        lines.append("")
        let total = max(1, binaryMACs + floatMACs)
        let share = Double(binaryMACs) / Double(total) * 100
        lines.append(
            "\(layers.filter { $0.kind == .binary }.count) binary layers of \(layers.filter { $0.kind != .windowSum }.count); \(share.fixed(2)) % of \(total.grouped) MACs are binary"
        )
        lines.append("weights \(weightBytesBefore.byteText) in float32 → \(weightBytesAfter.byteText) packed")
        if let sourceFileBytes, let modelFileBytes {
            lines.append("file    \(sourceFileBytes.byteText) → \(modelFileBytes.byteText)")
        }
        if largestWeightDeviation > 0 {
            lines.append("binary weights deviated from ±α by at most \(largestWeightDeviation) of α, and were snapped")
        }
        if let randomSeed {
            lines.append("note: weights are random (seed \(randomSeed)); the model is for profiling only")
        }
        for remark in remarks { lines.append("note: \(remark)") }
        return lines.joined(separator: "\n") + "\n"
    }
}

extension CompilationReport.Layer {
    /// How the layer is executed, and why it is not binary where it could have been thought so.
    fileprivate var form: String {
        let note = kind == .float && !note.isEmpty ? "stays float: \(note)" : note
        return [note, epilogue].filter { !$0.isEmpty }.joined(separator: "; ")
    }
}
