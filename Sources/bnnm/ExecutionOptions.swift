import ArgumentParser
import BNNM

/// The options that say how a compiled model is executed.
struct ExecutionOptions: ParsableArguments {
    @Option(help: "Threads that share the work of one execution.")
    var threads = 1

    @Option(
        help: ArgumentHelp(
            "Instruction set level: generic, neon, neon-dotprod, avx2, avx512 or amx; the best one but amx by default.",
            valueName: "level"))
    var isa: String?

    func validate() throws {
        guard (1...64).contains(threads) else { throw ValidationError("--threads must be 1 to 64, not \(threads)") }
        if let isa, InstructionSet(name: isa) == nil {
            let names = InstructionSet.levels.compactMap(\.name).joined(separator: ", ")
            throw ValidationError("there is no level '\(isa)'; the levels are \(names)")
        }
    }
}
