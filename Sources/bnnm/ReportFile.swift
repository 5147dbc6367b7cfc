import BNNMReport
import Foundation

/// A file that the report is written to, in the form that its name's ending asks for.
struct ReportFile {
    private enum Form: String {
        case json, html
    }

    private let path: String
    private let form: Form

    /// nil where the ending is none that there is a form for.
    init?(path: String) {
        guard let form = Form(rawValue: URL(fileURLWithPath: path).pathExtension) else { return nil }
        self.path = path
        self.form = form
    }

    /// Writes the file whole or not at all.
    func write(_ report: CompilationReport) throws {
        do {
            let text = form == .json ? try ReportFile.json(report) + "\n" : report.html
            try Data(text.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
        } catch {
            throw CommandFailure("the report cannot be written to \(path): \(error.localizedDescription)")
        }
    }

    /// The report for tools; `docs/report.md` explains the keys.
    static func json(_ report: CompilationReport) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(report), as: UTF8.self)
    }
}
