import BNNM
import BNNMIR
import BNNMPacker
import BNNMPasses
import BNNMVerification
import Foundation
import TestSupport

/// One random network through the whole way: compiled, written, opened, run at every level of this machine, and compared.
///
/// Two comparisons, decision by decision, meet in the reference graph (stage `binary`): the imported graph against it,
/// which shows what recognition and folding made of the network, and the device against it. Both may differ from it only
/// within the computed rounding bound; decisions on integers not at all.
struct NetworkTrial {
    /// What became of a network.
    enum Outcome {
        case passed(Statistics)
        /// The compiler does not take it; why.
        case refused(String)
        /// Something is wrong; what, and at which level.
        case failed(String)

        var isFailure: Bool {
            if case .failed = self { return true }
            return false
        }
    }

    /// What was compared, so that a test can tell whether it shows anything.
    struct Statistics {
        var decisions = 0
        var differingDecisions = 0
        /// Exact zeros of signs that the compiler does not hold for ternary.
        var ties = 0
        /// Where they are.
        var tied: [String] = []
        /// Binarizers whose decisions the compiled model does not show.
        var unshown: [String] = []
        var outputs = 0
        /// Outputs with a bound that says nothing: greater than the values themselves.
        var looseOutputs = 0
        var runs = 0
        /// Nodes of the compiled graph, by operator.
        var operators: [String: Int] = [:]
        var domains: [BinarizerRecord.Domain: Int] = [:]

        mutating func add(_ other: Statistics) {
            decisions += other.decisions
            differingDecisions += other.differingDecisions
            ties += other.ties
            tied += other.tied
            unshown += other.unshown
            outputs += other.outputs
            looseOutputs += other.looseOutputs
            runs += other.runs
            operators.merge(other.operators, uniquingKeysWith: +)
            domains.merge(other.domains, uniquingKeysWith: +)
        }
    }

    let network: RandomNetwork
    /// Where the compiled model is written.
    let path: String

    func run() -> Outcome {
        do {
            return try compared()
        } catch let error as UnsupportedNodes {
            return .refused(error.errors.map { "\($0.op): \($0.reason)" }.joined(separator: "; "))
        } catch let mismatch as Mismatch {
            return .failed(mismatch.description)
        } catch {
            return .failed("\(error)")
        }
    }

    /// A comparison that does not hold.
    struct Mismatch: Error {
        let description: String
    }

    /// What passes may move a number by, relative to the largest: a layer of two-valued numbers becomes another sum of
    /// the same terms, and rounds otherwise.
    private static let passSlack: Float = 1e-5

    private func compared() throws -> Outcome {
        let imported = try network.graph()
        var graph = imported
        var context = CompilationContext()
        var recognized: [String] = []
        try Pipeline.run(Pipeline.toReference, on: &graph, &context, verify: true) { pass, graph in
            if pass == RecognizeBinarizers().name { recognized = ReferenceCheck(graph, exactNames: []).probeNames }
        }
        let reference = graph
        try Pipeline.run(Pipeline.toRuntime, on: &graph, &context, verify: true)
        let check = ReferenceCheck(
            reference, exactNames: Set(context.binarizers.filter { $0.domain == .accumulator }.map(\.name)))
        let info = Packer.Info(name: "random", producer: "test", target: .portable, sourceWeightBytes: 0)
        try Packer.write(graph, info, to: path)
        let model = try BNNMModel(path: path)

        var statistics = Statistics()
        for id in graph.schedule() { statistics.operators[type(of: graph[id].op).name, default: 0] += 1 }
        for record in context.binarizers { statistics.domains[record.domain, default: 0] += 1 }
        let live = Set(check.probeNames)
        // Ternary signs are numbers, and have no decisions to show.
        statistics.unshown = recognized.filter {
            !live.contains($0) && context.structuralZeros[$0]?.outcome != .ternary
        }.map { "network \(network.seed), '\($0)' lost" }
        let inputs = (0..<(network.executions ?? 1)).map { network.input(execution: $0) }
        for input in inputs {
            let (decisions, output, ties) = try ImportedExecution.run(
                imported, input, probes: reference.probes.filter { live.contains($0.name) })
            statistics.ties += ties.values.reduce(0, +)
            statistics.tied += ties.map { "network \(network.seed), '\($0)': \($1)" }
            statistics.add(
                try compare(
                    check, input, decisions: decisions, output: output, "the graph after the passes",
                    slack: Self.passSlack))
        }
        for level in InstructionSet.levels where InstructionSet.available.contains(level) {
            let name = level.name ?? "\(level)"
            let kept = KeptDecisions()
            let session = try BNNMSession(
                model, threads: 1 + Int(network.seed % 2), instructionSets: level,
                onProbe: { kept.decisions[[$0, $1]] = $2 })
            let output = try session.run([inputs.flatMap(\.floats)], executions: inputs.count)[0]
            statistics.runs += 1
            let count = output.count / inputs.count
            for (execution, input) in inputs.enumerated() {
                var decisions: [String: [Int64]] = [:]
                for (index, probe) in model.probes.enumerated() {
                    decisions[probe.name] = kept.decisions[[index, execution]]?.map {
                        probe.isZeroOne ? 2 * Int64($0) - 1 : Int64($0)
                    }
                }
                statistics.unshown += check.probeNames.filter { decisions[$0] == nil }.map {
                    "network \(network.seed), '\($0)'"
                }
                let part = Tensor(
                    reference[reference.outputs[0].value].type.shape,
                    Array(output[execution * count..<(execution + 1) * count]))
                statistics.add(try compare(check, input, decisions: decisions, output: part, name))
            }
        }
        return .passed(statistics)
    }

    /// The decisions of each probe and execution, as the session tells them.
    private final class KeptDecisions {
        var decisions: [[Int]: [Int8]] = [:]
    }

    private func compare(
        _ check: ReferenceCheck, _ input: Tensor, decisions: [String: [Int64]], output: Tensor, _ what: String,
        slack: Float = 0
    ) throws -> Statistics {
        let (found, outputs) = try check.run(inputs: [input], decisions: decisions, outputs: [output])
        var statistics = Statistics()
        for binarizer in found {
            guard binarizer.beyondBound == 0 || binarizer.largestDistance <= slack else {
                throw Mismatch(
                    description: "\(what): \(binarizer.name) decides \(binarizer.beyondBound) of \(binarizer.count) "
                        + "otherwise, up to \(binarizer.largestDistance) from the threshold, beyond the bound of "
                        + "\(binarizer.boundThere)")
            }
            statistics.decisions += binarizer.count
            statistics.differingDecisions += binarizer.differing
        }
        for output in outputs {
            let within = slack * max(1, output.largestMagnitude)
            guard output.beyondBound == 0 || output.largestDifference <= within else {
                throw Mismatch(
                    description: "\(what): \(output.beyondBound) outputs differ by up to \(output.largestDifference), "
                        + "bound \(output.largestBound), largest value \(output.largestMagnitude)")
            }
            statistics.outputs += 1
            if !(output.largestBound < 0.01 * max(1, output.largestMagnitude)) { statistics.looseOutputs += 1 }
        }
        return statistics
    }
}

/// The imported graph in the reference interpreter: its output, and what its binarizers decide. A tie of a Sign that the
/// compiler does not hold for ternary counts as +1, as it says; how many there are is counted.
enum ImportedExecution {
    /// - Returns: decisions by probe name, −1/0/+1 in the ONNX value's order.
    static func run(
        _ graph: Graph, _ input: Tensor, probes: [Graph.Probe]
    ) throws -> (decisions: [String: [Int64]], output: Tensor, ties: [String: Int]) {
        let probesByName = Dictionary(probes.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        var decisions: [String: [Int64]] = [:]
        var ties: [String: Int] = [:]
        let outputs = try Interpreter(graph).run([input]) { id, results in
            zip(graph[id].outputs, results).map { value, result in
                let name = graph[value].name
                guard let probe = probesByName[name] else { return result }
                guard case .signed = probe.encoding else {
                    decisions[name] = result.doubles.map { 2 * Int64($0) - 1 }
                    return result
                }
                guard probe.mask == nil else {
                    decisions[name] = result.doubles.map { Int64($0) }
                    return result
                }
                // Where(s = 0, 1, s) says itself what zero is.
                let isSettled = graph.readers(of: value).contains { graph[$0].op is Equal }
                let zeros = result.floats.count { $0 == 0 }
                if zeros > 0, !isSettled { ties[name] = zeros }
                let settled = result.floats.map { $0 == 0 ? 1 : $0 }
                decisions[name] = settled.map { Int64($0) }
                return Tensor(result.shape, settled)
            }
        }
        return (decisions, outputs[0], ties)
    }
}
