import BNNM
import BNNMIR
import BNNMONNX
import BNNMPacker
import BNNMPasses
import BNNMReport
import BNNMVerification
import Foundation

/// The way from an ONNX file to a `.bnnm` file: import, passes, pack.
struct Compiler {
    static let producer = "bnnm 0.1.0"

    let path: String
    let options: CompileOptions
    private(set) var imported: ImportedModel
    private(set) var context: CompilationContext
    /// The graph at stage `binary`, the reference of `verify`.
    private(set) var reference: Graph
    private(set) var laidOut: Graph

    /// - Parameter dump: a pass after which the graph is printed.
    init(path: String, options: CompileOptions, dumpAfter dump: String? = nil) throws {
        self.path = path
        self.options = options
        Console.progress("reading \(path)")
        defer { Console.clearProgress() }
        imported = try ONNXImporter.load(path: path, options: try options.importerOptions())
        var context = CompilationContext(signZero: options.signZero)
        var graph = imported.graph
        // The report asks for the model's own layers, but not for their weights.
        imported.graph.releaseConstants()
        func observe(_ name: String, _ graph: Graph) {
            Console.progress("compiling: \(name)")
            if name == dump { print(graph.text, terminator: "") }
        }
        try Pipeline.run(Pipeline.toReference, on: &graph, &context, verify: options.verifyEach, observer: observe)
        reference = graph
        try Pipeline.run(Pipeline.toRuntime, on: &graph, &context, verify: options.verifyEach, observer: observe)
        laidOut = graph
        self.context = context
    }

    /// Writes the model file and gives the report on it. The file takes its place only once this machine's runtime has opened
    /// it, made a session of it and, where checks are embedded, passed them by plain C.
    ///
    /// - Parameter checks: executions with known results to embed.
    /// - Throws: `CommandFailure` where the runtime disagrees; then nothing is written.
    func write(to output: String, checks: [Check] = []) throws -> CompilationReport {
        Console.progress("writing \(output)")
        defer { Console.clearProgress() }
        var report = self.report()
        try Packer.write(
            laidOut,
            Packer.Info(
                name: name, producer: producer, target: options.target,
                sourceWeightBytes: UInt64(imported.weightByteCount)),
            checks: checks, to: output
        ) { finished in
            report.modelFileBytes = Compiler.fileSize(finished)
            report.arenaBytes = try prove(finished)
        }
        return report
    }

    /// Opens a finished model file and runs the checks in it.
    /// - Returns: the bytes of its arena.
    private func prove(_ finished: String) throws -> Int {
        func refusal(_ reason: String) -> CommandFailure {
            CommandFailure(
                "\(path): what it compiles to fails on this machine (\(reason)); nothing was written. Please report it "
                    + "with the model")
        }
        let model: BNNMModel, session: BNNMSession
        do {
            model = try BNNMModel(path: finished)
            session = try BNNMSession(model, instructionSets: .generic)
        } catch {
            guard [.outOfMemory, .ioError, .fileNotFound].contains(error.status) else { throw refusal("\(error)") }
            throw CommandFailure("\(path): what it compiles to cannot be tried here (\(error)); nothing was written")
        }
        for index in 0..<model.checkCount {
            let result = try session.check(index)
            guard result.passed else { throw refusal("check \(index): \(result.text(model))") }
        }
        return model.info.arenaByteCount
    }

    /// The report, but for what only the written file tells.
    func report() -> CompilationReport {
        var report = CompilationReport(
            model: name, target: options.target.rawValue, imported: imported.graph, laidOut: laidOut, context)
        report.sourceFileBytes = Compiler.fileSize(path).map { $0 + imported.externalByteCount }
        report.randomSeed = imported.randomSeed
        return report
    }

    private var name: String { URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent }

    /// What compiled the model, and that its weights may be none.
    private var producer: String {
        imported.randomSeed.map { "\(Compiler.producer) (random weights, seed \($0))" } ?? Compiler.producer
    }

    /// The check of a runtime against the reference graph.
    var referenceCheck: ReferenceCheck {
        ReferenceCheck(
            reference, exactNames: Set(context.binarizers.filter { $0.domain == .accumulator }.map(\.name)))
    }

    private static func fileSize(_ path: String) -> Int? {
        (try? FileManager.default.attributesOfItem(atPath: path)[.size] as? NSNumber)??.intValue
    }
}
