import BNNMPasses

/// The binarizers of a model, in execution order: one for each decision of the model, with what became of it.
///
/// A binarizer that each phase of a transposed convolution decides by itself is one; so are a ternary sign's decision and
/// the one on where it is 0.
struct BinarizerList {
    private(set) var binarizers: [CompilationReport.Binarizer] = []

    init(_ context: CompilationContext) {
        var numbers: [String: Int] = [:]
        var records: [BinarizerRecord] = []
        for record in context.binarizers where !record.isMask {
            if let number = numbers[record.name], records[number].domain == record.domain {
                records[number].add(record)
            } else {
                numbers[record.name] = records.count
                records.append(record)
            }
        }
        binarizers = records.map { CompilationReport.Binarizer($0, zero: context.structuralZeros[$0.name]) }
        insertTernarySigns(context)
    }

    /// Signs that stay ternary became no comparison; they stand where the graph has them.
    private mutating func insertTernarySigns(_ context: CompilationContext) {
        let order = Dictionary(
            context.binarizerOrder.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        let known = Set(binarizers.map(\.name))
        let ternary = context.structuralZeros.filter { $0.value.outcome == .ternary && !known.contains($0.key) }
        for (name, zero) in ternary.sorted(by: { (order[$0.key] ?? .max, $0.key) < (order[$1.key] ?? .max, $1.key) }) {
            let place = binarizers.firstIndex { order[$0.name].map { $0 > order[name] ?? .max } ?? false }
            binarizers.insert(CompilationReport.Binarizer(ternary: name, zero), at: place ?? binarizers.count)
        }
    }
}

extension BinarizerRecord {
    /// Adds the columns of another phase.
    fileprivate mutating func add(_ other: BinarizerRecord) {
        counts.rising += other.counts.rising
        counts.falling += other.counts.falling
        counts.constant += other.counts.constant
        counts.several += other.counts.several
        counts.most = max(counts.most, other.counts.most)
        ties += other.ties
        withinNoise += other.withinNoise
    }

    /// "37 integer thresholds, 3 constant".
    fileprivate var folding: String {
        let number = domain == .float ? "float32" : "integer"
        if isDynamic { return "\(number) threshold of each sample and channel" }
        let one = counts.rising + counts.falling
        if one == 1, counts.constant + counts.several == 0 { return "one \(number) threshold" }
        return [
            (one, "\(number) threshold\(one == 1 ? "" : "s")"),
            (counts.several, "with up to \(counts.most) \(number) switch points"), (counts.constant, "constant"),
        ].filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
    }
}

extension CompilationReport.Binarizer {
    fileprivate init(_ record: BinarizerRecord, zero: StructuralZero?) {
        var notes = [record.isDynamic ? "" : record.note]
        var exactness: Exactness = record.domain == .accumulator ? .exact : .exactComparison
        switch zero?.outcome {
        case .masked: notes.append("zeros are masked: \(zero!.reason)")
        case .decided(let decision):
            notes.append("\(zero!.reason); decided \(decision > 0 ? "+1" : "-1") as --sign-zero asks")
            exactness = .changed
        case .ternary, nil: break
        }
        if record.ties > 0 { notes.append("\(record.ties) accumulators on a tie decide +1") }
        if record.withinNoise > 0 {
            notes.append("\(record.withinNoise) accumulators within the weights' export noise")
        }
        self.init(
            name: record.name, domain: record.domain.rawValue, folding: record.folding, rising: record.counts.rising,
            falling: record.counts.falling, constant: record.counts.constant, several: record.counts.several,
            mostSwitchPoints: record.counts.most, ties: record.ties, withinNoise: record.withinNoise,
            exactness: exactness, note: notes.filter { !$0.isEmpty }.joined(separator: "; "))
    }

    /// A sign that stays −1, 0, +1.
    fileprivate init(ternary name: String, _ zero: StructuralZero) {
        self.init(
            name: name, domain: BinarizerRecord.Domain.float.rawValue, folding: "none: stays -1, 0, +1 in float",
            rising: 0, falling: 0, constant: 0, several: 0, mostSwitchPoints: 0, ties: 0, withinNoise: 0,
            exactness: .exactComparison, note: "\(zero.reason); --sign-zero plus|minus makes it binary")
    }
}
