import ArgumentParser
import Foundation

struct RunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Run a compiled model on NumPy files.",
        discussion: """
            Writes each output as <output name>.npy; with --probe-dir, also what the runtime decided at each binarizer, int8, \
            in the shape and under the name of the ONNX value. Characters that a file name cannot hold become "_".

              bnnm run digits.bnnm --input image=test-images.npy --output-dir out
              bnnm run digits.bnnm --check
            """)

    @Argument(help: ArgumentHelp("The compiled model.", valueName: "model.bnnm"))
    var model: String

    @Option(name: .customLong("input"), help: ArgumentHelp("An input's values, float32.", valueName: "[name=]x.npy"))
    var inputs: [InputArgument] = []

    @Option(help: ArgumentHelp("Where outputs are written; made where missing.", valueName: "dir"))
    var outputDir: String?

    @Flag(
        help: "Run the checks embedded by `compile --with-check` instead, at every level of this machine or at --isa.")
    var check = false

    @Option(help: ArgumentHelp("Where decisions are written; made where missing.", valueName: "dir"))
    var probeDir: String?

    @OptionGroup var execution: ExecutionOptions

    func validate() throws {
        if check {
            guard inputs.isEmpty, outputDir == nil, probeDir == nil else {
                throw ValidationError("--check takes its inputs from the model and writes no files")
            }
        } else if inputs.isEmpty || outputDir == nil {
            throw ValidationError("give --input and --output-dir, or --check")
        }
    }

    func run() throws {
        guard !check, let outputDir else { return try CheckRun(path: model, execution: execution).run() }
        let runtime = try Runtime(path: model, execution)
        let values = try InputValues(inputs, for: runtime.inputs)
        let result = try runtime.run(values, probing: probeDir != nil)
        try makeFolder(outputDir)
        for (index, port) in runtime.outputs.enumerated() {
            try write(
                NumpyArray(result.outputs[index], shape: RunCommand.shape(port.shape, values.executions)), port.name,
                to: outputDir)
        }
        guard let probeDir else { return }
        try makeFolder(probeDir)
        for (index, probe) in runtime.probes.enumerated() {
            let decisions = result.decisions[index].flatMap { $0 }
            try write(
                NumpyArray(decisions, shape: RunCommand.shape(probe.shape, values.executions)), probe.name, to: probeDir
            )
        }
    }

    /// The shape of several executions' results, one behind the other.
    private static func shape(_ shape: [Int], _ executions: Int) -> [Int] {
        shape.isEmpty ? shape : [shape[0] * executions] + shape.dropFirst()
    }

    private func makeFolder(_ path: String) throws {
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        } catch {
            throw CommandFailure("the folder \(path) cannot be made: \(error.systemReason)")
        }
    }

    private func write(_ array: NumpyArray, _ name: String, to folder: String) throws {
        let safe = String(name.map { $0.isLetter || $0.isNumber || "._-".contains($0) ? $0 : "_" })
        try array.write(to: "\(folder)/\(safe).npy")
    }
}
