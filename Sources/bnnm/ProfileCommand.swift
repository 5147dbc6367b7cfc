import ArgumentParser
import BNNMPage
import BNNMProfile
import Foundation

/// The profiler with its own arguments (`Runtime/Profile`), the same as the program `bnnm-profile` for boards, and a page
/// of what it measured, here or there.
struct ProfileCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "profile",
        abstract: "Measure a compiled model on this machine, layer by layer.",
        discussion: """
              bnnm profile model.bnnm
              bnnm profile model.bnnm --threads 1,2 --json > today.json
              bnnm profile model.bnnm --compare yesterday.json
              bnnm profile model.bnnm --html today.html
              bnnm profile model.bnnm --from board.json --html board.html
              bnnm profile --help         all options
            """)

    @Argument(parsing: .captureForPassthrough, help: "The compiled model, and options.")
    var arguments: [String] = []

    func run() throws {
        let request = try ProfilePageRequest(arguments)
        if let report = request.report {
            return try write(try ProfileCommand.data(report), source: report, request)
        }
        guard request.page != nil else { return try profile(request.arguments, json: nil) }
        guard let json = tmpfile() else {
            throw CommandFailure("no temporary file can be made: \(String(cString: strerror(errno)))")
        }
        defer { fclose(json) }
        try profile(request.arguments, json: json)
        rewind(json)
        let data = try FileHandle(fileDescriptor: fileno(json), closeOnDealloc: false).readToEnd() ?? Data()
        // What measures nothing, as --help, leaves nothing to show.
        if !data.isEmpty { try write(data, source: "the profiler's report", request) }
    }

    /// - Parameter json: also gets the report as JSON.
    private func profile(_ arguments: [String], json: UnsafeMutablePointer<FILE>?) throws {
        // C keeps none of the strings.
        let strings = (["bnnm profile"] + arguments).map { strdup($0) }
        defer { strings.forEach { free($0) } }
        let status = bnnm_profile_main(Int32(strings.count), strings.map { $0.map { UnsafePointer($0) } }, json)
        if status != 0 { throw ExitCode(status) }
    }

    private static func data(_ path: String) throws -> Data {
        do {
            return try Data(contentsOf: URL(fileURLWithPath: path))
        } catch {
            throw CommandFailure("\(path) cannot be read: \(error.localizedDescription)")
        }
    }

    private func write(_ json: Data, source: String, _ request: ProfilePageRequest) throws {
        guard let page = request.page else { return }
        let report = try ProfileReport(json: json, source: source)
        try ReportFile.write(try Page(PageContent(report, path: request.model ?? report.model)).html(), to: page)
    }
}
