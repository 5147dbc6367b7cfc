import BNNMFormat
import CBNNM

/// Version, status texts, and the format reader's results as the API's.

@c @implementation
public func bnnm_version() -> UnsafePointer<CChar>? { cString("0.1.0\0") }

@c @implementation
public func bnnm_status_text(_ status: bnnm_status) -> UnsafePointer<CChar>? {
    switch status {
    case BNNM_OK: cString("ok\0")
    case BNNM_INVALID_ARGUMENT: cString("invalid argument\0")
    case BNNM_NOT_FOUND: cString("no such name\0")
    case BNNM_SHAPE_MISMATCH: cString("buffers do not fit the model's shapes\0")
    case BNNM_OUT_OF_MEMORY: cString("out of memory\0")
    case BNNM_FILE_NOT_FOUND: cString("file not found\0")
    case BNNM_IO_ERROR: cString("the file cannot be read\0")
    case BNNM_NOT_A_MODEL: cString("not a .bnnm model\0")
    case BNNM_CORRUPT_MODEL: cString("the model is damaged\0")
    case BNNM_UNSUPPORTED_VERSION: cString("the model needs another version of the library\0")
    case BNNM_LIMIT_EXCEEDED: cString("the model is too large\0")
    case BNNM_UNSUPPORTED_CPU: cString("the CPU lacks the instruction set\0")
    case BNNM_THREAD_FAILED: cString("a thread could not be started\0")
    default: cString("unknown status\0")
    }
}

/// The status for what the reader of the file found.
func status(of result: bnnmf_status) -> bnnm_status {
    switch result {
    case BNNMF_OK: BNNM_OK
    case BNNMF_NOT_A_MODEL: BNNM_NOT_A_MODEL
    case BNNMF_UNSUPPORTED: BNNM_UNSUPPORTED_VERSION
    case BNNMF_LIMIT: BNNM_LIMIT_EXCEEDED
    case BNNMF_IO: BNNM_IO_ERROR
    case BNNMF_OUT_OF_MEMORY: BNNM_OUT_OF_MEMORY
    default: BNNM_CORRUPT_MODEL
    }
}
