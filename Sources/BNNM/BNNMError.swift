import CBNNM

/// Why a model could not be opened or run: the C API's status and its message. The only error that this module throws.
///
///     do {
///         model = try BNNMModel(path: path)
///     } catch {
///         if error.status == .fileNotFound { … }
///         print(error.message)
///     }
public struct BNNMError: Error, Equatable, CustomStringConvertible {
    /// The kinds of failure: those of `bnnm_status` in bnnm.h.
    public enum Status: Sendable, Hashable, CaseIterable {
        /// Misuse: an index or count out of range, options that contradict each other.
        case invalidArgument
        /// There is no input or output of that name.
        case notFound
        /// Values or their number do not fit the model's shapes.
        case shapeMismatch
        case outOfMemory
        case fileNotFound
        /// The file cannot be read; the message says why.
        case ioError
        /// The bytes are no `.bnnm` file.
        case notAModel
        /// The file is damaged, or inconsistent inside.
        case corruptModel
        /// Made for another version of the library, or with operators it does not know.
        case unsupportedVersion
        /// Larger than the library, or the machine's address space, can take.
        case limitExceeded
        /// The CPU has none of the instruction sets asked for.
        case unsupportedCPU
        /// The operating system started no thread.
        case threadFailed
        /// A status that a newer library has and this module does not know.
        case unknown
    }

    /// What kind of failure it is, for programs.
    public let status: Status
    /// What was wrong, where, and what would be valid, for people. Names in it are the file's, as they are.
    public let message: String

    /// The message.
    public var description: String { message }

    init(_ status: bnnm_status, _ message: String) {
        self.status =
            switch status {
            case BNNM_INVALID_ARGUMENT: .invalidArgument
            case BNNM_NOT_FOUND: .notFound
            case BNNM_SHAPE_MISMATCH: .shapeMismatch
            case BNNM_OUT_OF_MEMORY: .outOfMemory
            case BNNM_FILE_NOT_FOUND: .fileNotFound
            case BNNM_IO_ERROR: .ioError
            case BNNM_NOT_A_MODEL: .notAModel
            case BNNM_CORRUPT_MODEL: .corruptModel
            case BNNM_UNSUPPORTED_VERSION: .unsupportedVersion
            case BNNM_LIMIT_EXCEEDED: .limitExceeded
            case BNNM_UNSUPPORTED_CPU: .unsupportedCPU
            case BNNM_THREAD_FAILED: .threadFailed
            default: .unknown
            }
        self.message = message.isEmpty ? String(cString: bnnm_status_text(status)) : message
    }

    /// Calls a C function that writes its details into a buffer; throws where it fails.
    static func check(
        _ call: (_ message: UnsafeMutablePointer<CChar>, _ capacity: Int) -> bnnm_status
    ) throws(BNNMError) {
        let capacity = 1024
        let buffer = UnsafeMutablePointer<CChar>.allocate(capacity: capacity)
        defer { buffer.deallocate() }
        buffer.pointee = 0
        let status = call(buffer, capacity)
        guard status == BNNM_OK else { throw BNNMError(status, String(cString: buffer)) }
    }
}
