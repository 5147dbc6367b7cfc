import ArgumentParser
import BNNM
import BNNMVerification
import Foundation

struct VerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Prove that the compiled model decides and computes as the ONNX model means.",
        discussion: """
            Runs the compiled model and the reference interpreter on the same inputs. At every binarizer the two are compared \
            decision by decision, and the interpreter goes on from the runtime's, so that one near-tie does not make \
            everything behind it differ. Decisions folded to integers must all be equal; one on a real number may differ only \
            where its distance from the threshold is within the computed rounding bound.

              bnnm verify model.onnx                      on seeded random inputs
              bnnm verify model.onnx model.bnnm --input x.npy
              bnnm verify model.onnx --expected recorded  with recorded results
            """)

    @Argument(help: ArgumentHelp("The ONNX model.", valueName: "model.onnx"))
    var model: String

    @Argument(help: ArgumentHelp("The compiled model; compiled anew where absent.", valueName: "model.bnnm"))
    var compiled: String?

    @Option(name: .customLong("input"), help: ArgumentHelp("An input's values.", valueName: "[name=]x.npy"))
    var inputs: [InputArgument] = []

    @Option(
        help: ArgumentHelp(
            "A folder of recorded results: input_0.npy … (for a model with one input), output_0.npy …, probes.npz of case 0.",
            valueName: "dir"))
    var expected: String?

    @Option(help: "How many random samples, where no inputs are given.")
    var samples = 4

    @OptionGroup var execution: ExecutionOptions
    @OptionGroup var options: CompileOptions

    @Flag(help: "Print the result as JSON.")
    var json = false

    func validate() throws {
        guard (1...1_000_000).contains(samples) else {
            throw ValidationError("--samples must be 1 to 1000000, not \(samples)")
        }
    }

    func run() throws {
        let compiler = try Compiler(path: model, options: options)
        let scratch = FileManager.default.temporaryDirectory.appendingPathComponent("bnnm-verify-\(getpid()).bnnm").path
        defer { if compiled == nil { unlink(scratch) } }
        if compiled == nil { _ = try compiler.write(to: scratch) }
        let runtime = try Runtime(path: compiled ?? scratch, execution)
        try requireSameInputs(compiler, runtime)

        var verification = Verification(check: compiler.referenceCheck)
        let recorded = try expected.map { try RecordedResults(folder: $0) }
        for (index, values) in try cases(recorded, runtime).enumerated() {
            Console.progress("verifying case \(index)")
            let result = try runtime.run(values)
            try verification.compare(values, result, runtime)
            if inputs.isEmpty, let recorded {
                verification.recorded += try recorded.compare(result, runtime, case: index)
            }
        }
        Console.clearProgress()
        print(json ? try verification.json() : verification.text(runtime), terminator: "")
        guard verification.passed else { throw CommandFailure("\(model): the check failed") }
    }

    /// Throws where the compiled model takes something else than the ONNX model, compiled with the given options, does.
    private func requireSameInputs(_ compiler: Compiler, _ runtime: Runtime) throws {
        let expected = compiler.reference.inputs.map { compiler.reference[$0] }
        guard expected.count == runtime.inputs.count else {
            throw CommandFailure("\(model) has \(expected.count) inputs, \(compiled ?? model) \(runtime.inputs.count)")
        }
        for (input, port) in zip(expected, runtime.inputs) {
            let type = BNNMModel.ElementType(input.type.elementType)
            guard type == port.elementType, input.type.shape == port.shape else {
                throw CommandFailure(
                    "\(compiled ?? model) takes '\(port.name)' \(port.elementType)\(port.shapeText), but compiled with these "
                        + "options \(model) takes \(input.type): give the --shape and --input-u8 that it was compiled with"
                )
            }
        }
    }

    private func cases(_ recorded: RecordedResults?, _ runtime: Runtime) throws -> [InputValues] {
        if !inputs.isEmpty { return [try InputValues(inputs, for: runtime.inputs)] }
        if let recorded { return try recorded.inputs(for: runtime.inputs) }
        return [InputValues(randomSamples: samples, seed: 1, for: runtime.inputs)]
    }
}
