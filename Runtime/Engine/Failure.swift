import CBNNM

/// Why a call cannot succeed: thrown inside the engine, turned into the status that the C function gives back. The
/// details are already in the caller's message buffer.
struct Failure: Error {
    let status: bnnm_status
}

/// The status of a body that throws `Failure`.
@inline(__always)
func status(of body: () throws(Failure) -> Void) -> bnnm_status {
    do {
        try body()
        return BNNM_OK
    } catch {
        return error.status
    }
}
