import BNNMPage
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

    /// - Parameter model: the `.bnnm` file that the report is on.
    func write(_ report: CompilationReport, on model: String) throws {
        switch form {
        case .json: try ReportFile.write(try ReportFile.json(report) + "\n", to: path)
        case .html: try ReportFile.write(try Page(PageContent(report, path: model)).html(), to: path)
        }
    }

    /// Writes the file whole or not at all.
    static func write(_ text: String, to path: String) throws {
        do {
            try Data(text.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
        } catch {
            throw CommandFailure("the report cannot be written to \(path): \(error.systemReason)")
        }
    }

    /// What tools read: keys in alphabetical order. `docs/report.md` explains those of the compilation's report.
    static func json(_ content: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(content), as: UTF8.self)
    }
}
