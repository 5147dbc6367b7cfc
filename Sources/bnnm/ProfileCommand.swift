import ArgumentParser
import BNNMProfile
import Foundation

/// The profiler with its own arguments (`Runtime/Profile`), the same as the program `bnnm-profile` for boards.
struct ProfileCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "profile",
        abstract: "Measure a compiled model on this machine, layer by layer.",
        discussion: """
              bnnm profile model.bnnm
              bnnm profile model.bnnm --threads 1,2 --json > today.json
              bnnm profile model.bnnm --compare yesterday.json
              bnnm profile --help         all options
            """)

    @Argument(parsing: .captureForPassthrough, help: "The compiled model, and options.")
    var arguments: [String] = []

    func run() throws {
        // C keeps none of the strings.
        let strings = (["bnnm profile"] + arguments).map { strdup($0) }
        defer { strings.forEach { free($0) } }
        let status = bnnm_profile_main(Int32(strings.count), strings.map { $0.map { UnsafePointer($0) } })
        if status != 0 { throw ExitCode(status) }
    }
}
