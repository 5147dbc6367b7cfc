import Foundation

/// Says on standard error which network was being tried when a trap ends the process, before whoever handles traps
/// otherwise says where.
enum SeedOnTrap {
    private static let capacity = 64
    nonisolated(unsafe) private static let text = UnsafeMutablePointer<CChar>.allocate(capacity: capacity)
    nonisolated(unsafe) private static var length = 0
    nonisolated(unsafe) private static var previous: sighandler_t?
    nonisolated(unsafe) private static var isInstalled = false

    /// The network tried from now on.
    static func name(_ seed: Int) {
        let line = Array("trap at the random network of seed \(seed)\n".utf8CString.dropLast().prefix(capacity))
        for (index, character) in line.enumerated() { text[index] = character }
        length = line.count
        guard !isInstalled else { return }
        isInstalled = true
        // On return the instruction traps again, into the handler that was there before.
        previous = signal(SIGILL) { number in
            write(STDERR_FILENO, SeedOnTrap.text, SeedOnTrap.length)
            signal(number, SeedOnTrap.previous ?? SIG_DFL)
        }
    }
}
