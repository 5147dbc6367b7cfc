import BNNMIR
import BNNMReport
import BNNMVerification
import Foundation

/// The sums of a verification over all cases and executions.
struct Verification {
    /// Largest difference of an output from the reference, relative to the largest output. Float32 rounding alone stays
    /// below 1e-5 in networks of the usual depth, as recorded for ONNX Runtime against float64.
    static let outputTolerance: Float = 1e-5

    private let check: ReferenceCheck
    private var executions = 0
    private var order: [String] = []
    private var decisions: [String: ReferenceCheck.Decisions] = [:]
    private var outputs: [String: ReferenceCheck.Output] = [:]
    private var unprobed: [String] = []
    /// Comparisons with recorded results.
    var recorded: [RecordedResults.Comparison] = []

    init(check: ReferenceCheck) { self.check = check }

    /// Compares one case of the runtime with the reference, execution by execution.
    mutating func compare(_ values: InputValues, _ result: Runtime.Result, _ runtime: Runtime) throws {
        let shown = Set(runtime.probes.map(\.name))
        unprobed = check.probeNames.filter { !shown.contains($0) }
        for execution in 0..<values.executions {
            let inputs = check.graph.inputs.enumerated().map { index, id in
                Tensor(check.graph[id].type.shape, values.sample(execution, input: index))
            }
            let outputs = runtime.outputs.enumerated().map { index, port in
                Tensor(port.shape, result.output(index, execution: execution, of: values.executions))
            }
            var taken: [String: [Int64]] = [:]
            for (index, probe) in runtime.probes.enumerated() {
                taken[probe.name] = result.decisions[index][execution].map {
                    probe.isZeroOne ? 2 * Int64($0) - 1 : Int64($0)
                }
            }
            let found = try check.run(inputs: inputs, decisions: taken, outputs: outputs)
            found.decisions.forEach { add($0) }
            found.outputs.forEach { add($0) }
            executions += 1
        }
    }

    private mutating func add(_ new: ReferenceCheck.Decisions) {
        guard var sum = decisions[new.name] else {
            order.append(new.name)
            decisions[new.name] = new
            return
        }
        sum.count += new.count
        sum.differing += new.differing
        sum.beyondBound += new.beyondBound
        if new.largestDistance > sum.largestDistance {
            sum.largestDistance = new.largestDistance
            sum.boundThere = new.boundThere
        }
        decisions[new.name] = sum
    }

    private mutating func add(_ new: ReferenceCheck.Output) {
        guard var sum = outputs[new.name] else {
            outputs[new.name] = new
            return
        }
        sum.largestDifference = new.largestDifference.isNaN ? .nan : max(sum.largestDifference, new.largestDifference)
        sum.largestMagnitude = max(sum.largestMagnitude, new.largestMagnitude)
        sum.notFinite += new.notFinite
        outputs[new.name] = sum
    }

    var passed: Bool {
        unprobed.isEmpty && decisions.values.allSatisfy { $0.beyondBound == 0 }
            && outputs.values.allSatisfy(\.isWithinTolerance)
            && recorded.allSatisfy(\.holds)
    }

    func text(_ runtime: Runtime) -> String {
        var lines = TextTable(
            header: ["binarizer", "decisions", "differing", "beyond bound", "largest |x-t|", "bound there"],
            rightAligned: [1, 2, 3, 4, 5],
            rows: order.map { decisions[$0]! }.map {
                [
                    $0.name, $0.count.grouped, "\($0.differing)", "\($0.beyondBound)",
                    $0.differing > 0 ? "\($0.largestDistance)" : "-",
                    $0.differing > 0 ? "\($0.boundThere)" : "-",
                ]
            }
        ).lines
        if !unprobed.isEmpty { lines.append("not in the compiled model: \(unprobed.joined(separator: ", ")) — FAILED") }
        for output in outputs.values.sorted(by: { $0.name < $1.name }) {
            lines.append(
                output.isExact
                    ? "output '\(output.name)': \(Int(output.largestDifference)) elements differ"
                        + (output.isWithinTolerance ? "" : "; none may")
                    : "output '\(output.name)': largest difference \(output.largestDifference), largest value \(output.largestMagnitude)"
                        + (output.notFinite > 0 ? ", \(output.notFinite) infinite or NaN in the reference" : "")
                        + (output.isWithinTolerance ? "" : " — beyond the tolerance of \(Verification.outputTolerance)")
            )
        }
        lines += recorded.map(\.text)
        let total = decisions.values.map(\.count).reduce(0, +),
            differing = decisions.values.map(\.differing).reduce(0, +)
        lines.append(
            "\(passed ? "ok" : "FAILED"): \(executions) execution\(executions == 1 ? "" : "s") at \(runtime.levelName), "
                + "\(total.grouped) decisions, \(differing) differing")
        return lines.joined(separator: "\n") + "\n"
    }

    func json() throws -> String {
        let result = JSONResult(
            passed: passed, executions: executions,
            binarizers: order.map { decisions[$0]! }.map {
                .init(
                    name: $0.name, decisions: $0.count, differing: $0.differing, beyondBound: $0.beyondBound,
                    largestDistance: $0.largestDistance, boundThere: $0.boundThere)
            },
            outputs: outputs.values.sorted { $0.name < $1.name }.map {
                .init(
                    name: $0.name, largestDifference: $0.largestDifference, largestMagnitude: $0.largestMagnitude,
                    notFinite: $0.notFinite)
            },
            recorded: recorded.map { .init(name: $0.name, holds: $0.holds, text: $0.text) })
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        return String(decoding: try encoder.encode(result), as: UTF8.self) + "\n"
    }
}

/// The result as `--json` prints it.
private struct JSONResult: Encodable {
    struct Binarizer: Encodable {
        let name: String
        let decisions, differing, beyondBound: Int
        let largestDistance, boundThere: Float
    }
    struct Output: Encodable {
        let name: String
        let largestDifference, largestMagnitude: Float
        let notFinite: Int
    }
    struct Recorded: Encodable {
        let name: String
        let holds: Bool
        let text: String
    }
    let passed: Bool
    let executions: Int
    let binarizers: [Binarizer]
    let outputs: [Output]
    let recorded: [Recorded]
}

extension ReferenceCheck.Output {
    /// Written so that a NaN is not.
    var isWithinTolerance: Bool {
        isExact
            ? largestDifference == 0
            : largestDifference <= Verification.outputTolerance * max(largestMagnitude, .leastNormalMagnitude)
    }
}
