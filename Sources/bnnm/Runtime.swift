import BNNM

/// A compiled model opened by the runtime library, as the commands use it.
struct Runtime {
    /// What one run gave.
    struct Result {
        /// One array per output; the executions one behind the other.
        let outputs: [BNNMValues]
        /// By probe, then by execution, in the ONNX value's order of elements; empty where nothing was probed.
        let decisions: [[[Int8]]]

        /// The values of one execution.
        func output(_ index: Int, execution: Int, of executions: Int) -> BNNMValues {
            let count = outputs[index].count / executions
            return outputs[index][execution * count..<(execution + 1) * count]
        }
    }

    let model: BNNMModel
    let inputs: [ModelPort]
    let outputs: [ModelPort]
    private let path: String
    private let threads: Int
    private let level: InstructionSet?

    /// - Throws: `CommandFailure` naming the file, or the levels that this machine has.
    init(path: String, _ options: ExecutionOptions) throws {
        self.path = path
        threads = options.threads
        level = options.isa.flatMap { InstructionSet(name: $0) }
        if let level, !InstructionSet.available.contains(level) {
            let names = InstructionSet.levels.filter { InstructionSet.available.contains($0) }.compactMap(\.name)
            throw CommandFailure("this machine has no level '\(options.isa!)'; it has \(names.joined(separator: ", "))")
        }
        do {
            model = try BNNMModel(path: path)
        } catch {
            throw CommandFailure("\(path): \(error)")
        }
        inputs = model.inputs.map { ModelPort($0) }
        outputs = model.outputs.map { ModelPort($0) }
    }

    var probes: [BNNMModel.Probe] { model.probes }

    /// The level that is used.
    var levelName: String {
        level?.name ?? InstructionSet.levels.last { InstructionSet.available.contains($0) }?.name ?? "generic"
    }

    func session(onProbe: BNNMSession.ProbeHandler? = nil) throws -> BNNMSession {
        do {
            return try BNNMSession(model, threads: threads, instructionSets: level, onProbe: onProbe)
        } catch {
            throw CommandFailure("\(path): \(error)")
        }
    }

    /// Runs the model on all executions, keeping every binarizer's decisions where `probing`.
    func run(_ values: InputValues, probing: Bool = true) throws -> Result {
        let kept = DecisionStore(probes: probes.count, executions: values.executions)
        let session = try session(onProbe: probing ? { kept.decisions[$0][$1] = $2 } : nil)
        do {
            return Result(
                outputs: try session.run(values: values.arrays, executions: values.executions),
                decisions: probing ? kept.decisions : [])
        } catch {
            throw CommandFailure("\(path): \(error)")
        }
    }
}

/// Where a session's probe handler puts decisions, by probe and execution.
private final class DecisionStore {
    var decisions: [[[Int8]]]

    init(probes: Int, executions: Int) {
        decisions = [[[Int8]]](repeating: [[Int8]](repeating: [], count: executions), count: probes)
    }
}

extension ModelPort {
    init(_ port: BNNMModel.Port) {
        isBatchOpen = port.isBatchOpen
        name = port.name
        shape = port.shape(executions: 1)
        elementType = port.elementType
    }
}
