import ArgumentParser
import Foundation

/// The command line: compile a trained model, look into it, run it, and prove that it computes what the model means.
struct BNNMCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bnnm",
        abstract: "Compile binary neural networks from ONNX and run them on ordinary boards.",
        discussion: """
            The usual way, from a trained PyTorch model exported with torch.onnx.export:

              bnnm compile model.onnx     write model.bnnm; report every layer
              bnnm verify model.onnx      run both; compare every decision
              bnnm inspect model.bnnm     show what is in a compiled model
              bnnm run model.bnnm --input x.npy --output-dir out
              bnnm profile model.bnnm     how long runs take on this machine

            Exit status: 0 done, 1 bad input or a failed check (the message is on stderr), 2 wrong usage.
            """,
        version: "0.1.0",
        subcommands: [
            CompileCommand.self, InspectCommand.self, RunCommand.self, VerifyCommand.self, ProfileCommand.self,
        ])
}

/// A failure whose message is for the user: it names the file or option, what was found and what would be valid.
struct CommandFailure: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

@main
enum Main {
    /// Exit status of wrong usage; the argument parser's own is 64.
    private static let usageStatus: Int32 = 2

    static func main() {
        do {
            var command = try BNNMCommand.parseAsRoot()
            try command.run()
            try Console.flushResults()
        } catch {
            switch BNNMCommand.exitCode(for: error) {
            case .success:
                print(BNNMCommand.fullMessage(for: error))
                exit(0)
            case .validationFailure:
                Console.error(BNNMCommand.fullMessage(for: error))
                exit(usageStatus)
            default:
                // A command that has told what was wrong ends with its own status.
                if let code = error as? ExitCode { exit(code.rawValue) }
                Console.error("bnnm: \(error)")
                exit(1)
            }
        }
    }
}
