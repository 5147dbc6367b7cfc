import ArgumentParser
import BNNM
import BNNMPasses
import BNNMReport
import Foundation

struct CompileCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compile",
        abstract: "Compile an ONNX model to a .bnnm file.",
        discussion: """
            Prints what became of each layer: whether it is binary, how what stands behind it was folded, what it weighs. \
            A layer that looks binary but stays in float is named with the reason.

              bnnm compile resnet.onnx
              bnnm compile resnet.onnx -o out.bnnm --shape image=1x3x224x224
            """)

    @Argument(help: ArgumentHelp("The model, as torch.onnx.export writes it.", valueName: "model.onnx"))
    var model: String

    @Option(
        name: .shortAndLong, help: ArgumentHelp("Where to write; beside the model by default.", valueName: "out.bnnm"))
    var output: String?

    @OptionGroup var options: CompileOptions

    @Flag(help: "Fail if a layer with a binary input stays in float, or a binarizer is not exact.")
    var strict = false

    @Option(help: ArgumentHelp("Also write the report to a file, as JSON.", valueName: "file.json"))
    var report: String?

    @Option(
        help: ArgumentHelp(
            "Embed this many random inputs with the decisions and outputs they must give; `bnnm run --check` runs them.",
            valueName: "n"))
    var withCheck = 0

    @Option(help: ArgumentHelp("Print the graph as it stands after this pass.", valueName: "pass"))
    var dumpAfter: String?

    func validate() throws {
        if let dumpAfter, !Pipeline.passes.contains(where: { $0.name == dumpAfter }) {
            let names = Pipeline.passes.map(\.name).joined(separator: ", ")
            throw ValidationError("there is no pass '\(dumpAfter)'; the passes are \(names)")
        }
        guard (0...1024).contains(withCheck) else { throw ValidationError("--with-check must be 0 to 1024") }
        if let report, !report.hasSuffix(".json") {
            throw ValidationError("--report takes a file ending in .json, not '\(report)'")
        }
    }

    func run() throws {
        let compiler = try Compiler(path: model, options: options, dumpAfter: dumpAfter)
        if strict { try refuseFallbacks(compiler) }
        let output = output ?? CompileCommand.defaultOutput(for: model)
        let embedded = try EmbeddedChecks(count: withCheck, compiler)
        if withCheck > 0 { try prove(embedded, compiler, beside: output) }
        let result = try compiler.write(to: output, checks: embedded.checks)
        if let report { try write(result, to: report) }
        print(result.text, terminator: "")
        if withCheck > 0 { print(embedded.text) }
        print("wrote \(output)")
    }

    /// Runs the checks on this machine, by plain C, before the model is put in place.
    private func prove(_ embedded: EmbeddedChecks, _ compiler: Compiler, beside output: String) throws {
        let trial = output + ".trial-\(getpid())"
        defer { unlink(trial) }
        _ = try compiler.write(to: trial, checks: embedded.checks)
        let runtime = try Runtime(path: trial, ExecutionOptions.parse(["--isa", "generic"]))
        let session = try runtime.session()
        for index in 0..<runtime.model.checkCount {
            let result = try session.check(index)
            guard result.passed else {
                throw CommandFailure(
                    "\(model): check \(index) fails on this machine (\(result.text(runtime.model))); nothing was written. "
                        + "Please report it with the model")
            }
        }
    }

    /// The model's path with the ending `.bnnm`.
    static func defaultOutput(for model: String) -> String {
        URL(fileURLWithPath: model).deletingPathExtension().appendingPathExtension("bnnm").relativePath
    }

    private func refuseFallbacks(_ compiler: Compiler) throws {
        let report = CompilationReport(model: model, target: "portable", laidOut: compiler.laidOut, compiler.context)
        let reasons = report.fallbacks.map { "layer '\($0.name)' stays float: \($0.note)" } + report.remarks
        guard reasons.isEmpty else {
            throw CommandFailure("\(model) does not compile strictly:\n  " + reasons.joined(separator: "\n  "))
        }
    }

    private func write(_ report: CompilationReport, to path: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        do {
            try encoder.encode(report).write(to: URL(fileURLWithPath: path), options: .atomic)
        } catch {
            throw CommandFailure("the report cannot be written to \(path): \(error.localizedDescription)")
        }
    }
}
