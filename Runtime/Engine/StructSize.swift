import CBNNM

/// Structures of the C API that begin with their own size, so that older and newer callers and libraries agree.

/// The largest size that is believed; anything above is an uninitialised structure.
private let largestStructSize = 4096

/// Reads a caller's options. False where members that the library does not know are not zero.
/// - Throws: where `struct_size` is not believable; nothing else of the structure can be trusted then.
func readOptions<Options>(_ options: UnsafePointer<Options>, into result: inout Options) throws(Failure) -> Bool {
    let size = UnsafeRawPointer(options).loadUnaligned(as: Int.self)
    let known = MemoryLayout<Options>.size
    guard size >= known, size <= largestStructSize else { throw Failure(status: BNNM_INVALID_ARGUMENT) }
    result = options.pointee
    for byte in UnsafeRawBufferPointer(start: UnsafeRawPointer(options) + known, count: size &- known) where byte != 0 {
        return false
    }
    return true
}

/// Writes an info structure as long as the caller knows it; what the library does not know is zero.
func writeInfo<Info>(_ info: UnsafeMutablePointer<Info>?, _ value: Info) -> bnnm_status {
    guard let info else { return BNNM_INVALID_ARGUMENT }
    let destination = UnsafeMutableRawPointer(info)
    let size = destination.loadUnaligned(as: Int.self)
    let known = MemoryLayout<Info>.size
    guard size >= known, size <= largestStructSize else { return BNNM_INVALID_ARGUMENT }
    info.pointee = value
    destination.storeBytes(of: size, as: Int.self)
    for index in known..<size { destination.storeBytes(of: 0, toByteOffset: index, as: UInt8.self) }
    return BNNM_OK
}
