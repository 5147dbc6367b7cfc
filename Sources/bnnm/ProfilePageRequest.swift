import ArgumentParser
import Foundation

/// The arguments of `bnnm profile` that ask for a page, apart from those that the profiler itself reads.
struct ProfilePageRequest {
    /// What is left for the profiler.
    private(set) var arguments: [String] = []
    /// Where the page goes; nil: none is asked for.
    private(set) var page: String?
    /// An earlier report of `--json`, instead of measuring.
    private(set) var report: String?
    /// The model, where a report is given.
    private(set) var model: String?

    /// - Throws: `ValidationError` naming the option, what was found and what is valid.
    init(_ all: [String]) throws {
        var rest = all[...]
        while let argument = rest.popFirst() {
            switch argument {
            case "--html": page = try ProfilePageRequest.value(of: argument, &rest)
            case "--from": report = try ProfilePageRequest.value(of: argument, &rest)
            default: arguments.append(argument)
            }
        }
        if let page, !page.hasSuffix(".html") {
            throw ValidationError("--html takes a file ending in .html, not '\(page)'")
        }
        if page != nil, arguments.contains("--check") {
            throw ValidationError("--html shows what was measured, and --check measures nothing: use one of them")
        }
        guard report != nil else { return }
        guard page != nil else {
            throw ValidationError("--from makes a page of an earlier report: say with --html FILE.html where it goes")
        }
        guard arguments.count == 1, let model = arguments.first, !model.hasPrefix("-") else {
            throw ValidationError(
                "--from measures nothing: it takes one model and --html, not '\(arguments.joined(separator: " "))'")
        }
        self.model = model
    }

    private static func value(of option: String, _ rest: inout ArraySlice<String>) throws -> String {
        guard let value = rest.popFirst(), !value.isEmpty, !value.hasPrefix("--") else {
            throw ValidationError("\(option): a value is missing; it must be the path of a file")
        }
        return value
    }
}
