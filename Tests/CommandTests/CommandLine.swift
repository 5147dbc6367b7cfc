import Foundation
import XCTest

/// Runs the built `bnnm` as a user would.
struct CommandLine {
    struct Outcome {
        let status: Int32
        let output: String
        let errors: String
    }

    /// The folder of the build products, where the test bundle stands too.
    static let products: URL = {
        for bundle in Bundle.allBundles where bundle.bundlePath.hasSuffix(".xctest") {
            return bundle.bundleURL.deletingLastPathComponent()
        }
        return URL(fileURLWithPath: ProcessInfo.processInfo.arguments[0]).deletingLastPathComponent()
    }()

    /// The package's root.
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    static func fixture(_ name: String) -> String { root.appendingPathComponent("Tests/Fixtures/\(name)").path }
    static func model(_ name: String) -> String { root.appendingPathComponent("Tests/Models/\(name)").path }
    static func digits(_ name: String) -> String { root.appendingPathComponent("models/digits/\(name)").path }

    @discardableResult
    static func run(_ arguments: String...) throws -> Outcome { try run(arguments) }

    @discardableResult
    static func run(_ arguments: [String], program: String = "bnnm") throws -> Outcome {
        let process = Process()
        process.executableURL = products.appendingPathComponent(program)
        process.arguments = arguments
        // Files rather than pipes: no reader is needed while the process runs.
        let folder = try TemporaryFolder()
        let outputFile = try folder.create("stdout"), errorFile = try folder.create("stderr")
        process.standardOutput = outputFile
        process.standardError = errorFile
        try process.run()
        process.waitUntilExit()
        return Outcome(
            status: process.terminationStatus, output: try folder.text("stdout"), errors: try folder.text("stderr"))
    }
}

/// A folder that is gone when the last user of it is.
final class TemporaryFolder {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appendingPathComponent("bnnm-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    func path(_ name: String) -> String { url.appendingPathComponent(name).path }

    func create(_ name: String) throws -> FileHandle {
        try Data().write(to: url.appendingPathComponent(name))
        return try FileHandle(forWritingTo: url.appendingPathComponent(name))
    }

    func text(_ name: String) throws -> String {
        try String(contentsOf: url.appendingPathComponent(name), encoding: .utf8)
    }

    var files: [String] { ((try? FileManager.default.contentsOfDirectory(atPath: url.path)) ?? []).sorted() }
}
