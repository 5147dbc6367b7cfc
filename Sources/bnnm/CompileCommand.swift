import ArgumentParser
import BNNM
import BNNMPasses
import Foundation

struct CompileCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compile",
        abstract: "Compile an ONNX model to a .bnnm file.",
        discussion: """
            Prints what became of each layer: whether it is binary, how what stands behind it was folded, what it weighs. \
            A layer that stays in float is named with the reason, and marked (!) where it could have been binary. \
            docs/report.md explains every word of it.

              bnnm compile resnet.onnx
              bnnm compile resnet.onnx -o out.bnnm --shape image=1x3x224x224
            """)

    @Argument(help: ArgumentHelp("The model, as torch.onnx.export writes it.", valueName: "model.onnx"))
    var model: String

    @Option(
        name: .shortAndLong, help: ArgumentHelp("Where to write; beside the model by default.", valueName: "out.bnnm"))
    var output: String?

    @OptionGroup var options: CompileOptions

    @Flag(help: "Fail if a layer of binary input and weights stays in float, or a binarizer is not exact.")
    var strict = false

    @Flag(help: "Print the report as JSON.")
    var json = false

    @Option(
        help: ArgumentHelp("Also write the report to a file, as JSON or as a page.", valueName: "file.json|file.html"))
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
        if let report, ReportFile(path: report) == nil {
            throw ValidationError("--report takes a file ending in .json or .html, not '\(report)'")
        }
    }

    func run() throws {
        if let warning = options.byteInput?.warning { Console.error(warning) }
        let compiler = try Compiler(path: model, options: options, dumpAfter: dumpAfter)
        if strict { try refuse(compiler.report().strictFailures) }
        let output = output ?? CompileCommand.defaultOutput(for: model)
        let embedded = try EmbeddedChecks(count: withCheck, compiler)
        let result = try compiler.write(to: output, checks: embedded.checks)
        if let report { try ReportFile(path: report)?.write(result, on: output) }
        if json { return print(try ReportFile.json(result)) }
        print(result.text, terminator: "")
        if withCheck > 0 { print(embedded.text) }
        print("wrote \(output)")
    }

    /// The model's path with the ending `.bnnm`.
    static func defaultOutput(for model: String) -> String {
        URL(fileURLWithPath: model).deletingPathExtension().appendingPathExtension("bnnm").relativePath
    }

    private func refuse(_ failures: [String]) throws {
        guard !failures.isEmpty else { return }
        throw CommandFailure("\(model) does not compile strictly:\n  " + failures.joined(separator: "\n  "))
    }
}
