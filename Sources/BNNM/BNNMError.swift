import CBNNM

/// Why a model could not be opened or run: the C API's status and its message.
public struct BNNMError: Error, Equatable, CustomStringConvertible {
    /// The kinds of failure; see `bnnm_status` in bnnm.h.
    public enum Status: Sendable {
        case invalidArgument, notFound, shapeMismatch, outOfMemory, fileNotFound, ioError, notAModel, corruptModel
        case unsupportedVersion, limitExceeded, unsupportedCPU, threadFailed, unknown
    }

    public let status: Status
    /// What was wrong, and what would be valid.
    public let message: String

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
