import BNNM

/// `bnnm run --check`: the checks embedded in a model, at one level or at all that this machine has.
struct CheckRun {
    let path: String
    let execution: ExecutionOptions

    /// Prints a line for each check and level.
    /// - Throws: `CommandFailure` where one fails, or the model has none.
    func run() throws {
        let names =
            execution.isa.map { [$0] }
            ?? InstructionSet.levels.filter { InstructionSet.available.contains($0) }.compactMap(\.name)
        var failures = 0
        for name in names {
            var options = execution
            options.isa = name
            let runtime = try Runtime(path: path, options)
            guard runtime.model.checkCount > 0 else {
                throw CommandFailure("\(path) has no checks; compile it with --with-check N")
            }
            let session = try runtime.session()
            for index in 0..<runtime.model.checkCount {
                let result = try session.check(index)
                failures += result.passed ? 0 : 1
                print("check \(index) at \(name): \(result.text(runtime.model))")
            }
        }
        guard failures == 0 else { throw CommandFailure("\(path): \(failures) of its checks failed") }
    }
}

extension BNNMCheckResult {
    /// "ok: 4 binarizers as expected, outputs within 1e-07".
    func text(_ model: BNNMModel) -> String {
        if passed { return "ok: \(probeCount) binarizers as expected, outputs within \(largestDifference)" }
        let probe = firstDifferingProbe.map { ", first at '\(model.probes[$0].name)'" } ?? ""
        return "FAILED: \(differingProbes) of \(probeCount) binarizers differ\(probe); \(differingOutputs) of "
            + "\(outputCount) outputs differ, by \(largestDifference) where \(tolerance) is allowed"
    }
}
