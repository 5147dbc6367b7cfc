import Foundation

/// A folder of results recorded elsewhere: `input_<case>.npy`, `output_<case>.npy` of the first output, `probes.npz` with
/// the decisions of case 0 by ONNX value name, and optionally `meta.json` with a tolerance.
struct RecordedResults {
    /// One recorded array against the runtime's.
    struct Comparison {
        let name: String
        let holds: Bool
        let text: String
    }

    private let folder: String
    private let probes: [String: NumpyArray]
    private let tolerance: Float

    /// - Throws: `CommandFailure` where there is no such folder or nothing recorded in it.
    init(folder: String) throws {
        self.folder = folder
        let manager = FileManager.default
        guard manager.fileExists(atPath: folder + "/output_0.npy") else {
            throw CommandFailure("\(folder) has no output_0.npy: it is no folder of recorded results")
        }
        let archive = folder + "/probes.npz"
        probes = manager.fileExists(atPath: archive) ? try NumpyArchive(path: archive).arrays : [:]
        struct Meta: Decodable {
            struct Tolerance: Decodable { let rel_to_max_abs_output: Float }
            let tolerance: Tolerance
        }
        let meta = try? JSONDecoder().decode(
            Meta.self, from: Data(contentsOf: URL(fileURLWithPath: folder + "/meta.json")))
        tolerance = meta?.tolerance.rel_to_max_abs_output ?? Verification.outputTolerance
    }

    private var caseCount: Int {
        (0...).first { !FileManager.default.fileExists(atPath: "\(folder)/output_\($0).npy") } ?? 0
    }

    /// The recorded inputs, one per case.
    func inputs(for ports: [ModelPort]) throws -> [InputValues] {
        guard ports.count == 1 else {
            throw CommandFailure(
                "--expected with recorded inputs takes a model with one input; give the inputs with --input")
        }
        return try (0..<caseCount).map {
            try InputValues([InputArgument(argument: "\(folder)/input_\($0).npy")!], for: ports)
        }
    }

    /// Decisions must be equal; outputs within the recorded tolerance of the largest output.
    func compare(_ result: Runtime.Result, _ runtime: Runtime, case index: Int) throws -> [Comparison] {
        var comparisons: [Comparison] = []
        let path = "\(folder)/output_\(index).npy"
        let array = try NumpyArray(path: path)
        let type = result.outputs[0].elementType, name = runtime.outputs[0].name
        let want = try array.values(type, for: name, source: path).floats, got = result.outputs[0].floats
        let largest = want.map { abs($0) }.max() ?? 0
        var difference = want.count == got.count ? Float(0) : .infinity
        for (a, b) in zip(want, got) where !(abs(a - b) <= difference) { difference = abs(a - b) }
        let holds = difference <= tolerance * largest
        comparisons.append(
            Comparison(
                name: "output_\(index)", holds: holds,
                text:
                    "recorded output_\(index): largest difference \(difference), allowed \(tolerance * largest)\(holds ? "" : " — FAILED")"
            ))
        guard index == 0 else { return comparisons }
        for name in probes.keys.sorted() {
            comparisons.append(compareProbe(name, probes[name]!, result, runtime))
        }
        return comparisons
    }

    private func compareProbe(
        _ name: String, _ array: NumpyArray, _ result: Runtime.Result, _ runtime: Runtime
    ) -> Comparison {
        guard let index = runtime.probes.firstIndex(where: { $0.name == name }) else {
            return Comparison(
                name: name, holds: false, text: "recorded '\(name)': the runtime has no such binarizer — FAILED")
        }
        let got = result.decisions[index].flatMap { $0 }, want = array.int8s ?? []
        let differing = want.count == got.count ? zip(want, got).filter { $0 != $1 }.count : max(want.count, got.count)
        return Comparison(
            name: name, holds: differing == 0,
            text:
                "recorded '\(name)': \(differing) of \(want.count) decisions differ\(differing == 0 ? "" : " — FAILED")"
        )
    }
}
