import Foundation

/// What the command line says beside its results: on stderr, so that results can be piped.
enum Console {
    static func error(_ message: String) { FileHandle.standardError.write(Data((message + "\n").utf8)) }

    /// Shows what a long step is doing where stderr is a terminal; says nothing elsewhere.
    static func progress(_ message: String) {
        guard isatty(STDERR_FILENO) != 0 else { return }
        FileHandle.standardError.write(Data("\r\u{1B}[K\(message)".utf8))
    }

    /// Takes the last progress message away.
    static func clearProgress() {
        guard isatty(STDERR_FILENO) != 0 else { return }
        FileHandle.standardError.write(Data("\r\u{1B}[K".utf8))
    }
}
