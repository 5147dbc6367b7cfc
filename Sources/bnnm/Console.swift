import Foundation

/// What the command line says beside its results: on stderr, so that results can be piped.
enum Console {
    static func error(_ message: String) { tell(message + "\n") }

    /// Shows what a long step is doing where stderr is a terminal; says nothing elsewhere.
    static func progress(_ message: String) {
        guard isatty(STDERR_FILENO) != 0 else { return }
        tell("\r\u{1B}[K\(message)")
    }

    /// Takes the last progress message away.
    static func clearProgress() {
        guard isatty(STDERR_FILENO) != 0 else { return }
        tell("\r\u{1B}[K")
    }

    /// Hands over what was printed. Results that did not arrive, as on a full disk, are a failure like any other.
    static func flushResults() throws {
        guard fflush(nil) != 0 else { return }
        throw CommandFailure("the results cannot be written to standard output: \(String(cString: strerror(errno)))")
    }

    /// What cannot be told is not told: there is no other place for it.
    private static func tell(_ text: String) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
            guard count > 0 || errno == EINTR else { return }
            rest = rest.dropFirst(max(0, count))
        }
    }
}
