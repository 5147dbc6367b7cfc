import ArgumentParser
import BNNMPage

struct InspectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Show what is in a compiled model.",
        discussion: """
              bnnm inspect model.bnnm
              bnnm inspect model.bnnm --json | jq .layers
              bnnm inspect model.bnnm --html model.html
            """)

    @Argument(help: ArgumentHelp("The compiled model.", valueName: "model.bnnm"))
    var model: String

    @Flag(help: "Print JSON.")
    var json = false

    @Option(help: ArgumentHelp("Also write a page.", valueName: "file.html"))
    var html: String?

    func validate() throws {
        if let html, !html.hasSuffix(".html") {
            throw ValidationError("--html takes a file ending in .html, not '\(html)'")
        }
    }

    func run() throws {
        let runtime = try Runtime(path: model, ExecutionOptions.parse([]))
        let content = try ModelContent(runtime)
        if let html { try ReportFile.write(try Page(content.page(path: model)).html(), to: html) }
        if json {
            print(try ReportFile.json(content))
        } else {
            print(content.text, terminator: "")
        }
    }
}
