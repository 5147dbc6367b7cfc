import CBNNM

/// Structures of the C API that begin with their own size, so that older and newer callers and libraries agree: every
/// size since the first is taken. What a shorter structure lacks counts as 0, or is not written; what a longer one has
/// beyond the library's must be 0, or is set to 0.
protocol SizedStructure {
    /// What sizeof gave in the first version of bnnm.h, in bytes: on 32-bit machines, and on 64-bit ones. It never
    /// changes. Members are only ever added at the end, and none where an older structure has padding, which callers
    /// leave uninitialised.
    static var firstSize: (narrow: Int, wide: Int) { get }
}

extension bnnm_model_options: SizedStructure { static var firstSize: (narrow: Int, wide: Int) { (28, 56) } }
extension bnnm_session_options: SizedStructure { static var firstSize: (narrow: Int, wide: Int) { (48, 88) } }
extension bnnm_tensor_info: SizedStructure { static var firstSize: (narrow: Int, wide: Int) { (96, 104) } }
extension bnnm_model_info: SizedStructure { static var firstSize: (narrow: Int, wide: Int) { (72, 88) } }
extension bnnm_layer_info: SizedStructure { static var firstSize: (narrow: Int, wide: Int) { (104, 112) } }
extension bnnm_probe_info: SizedStructure { static var firstSize: (narrow: Int, wide: Int) { (88, 96) } }
extension bnnm_check_result: SizedStructure { static var firstSize: (narrow: Int, wide: Int) { (36, 40) } }

extension SizedStructure {
    /// Whether some version's structure can have this size; anything else is an uninitialised structure.
    static func isPossible(size: Int) -> Bool {
        let first = MemoryLayout<Int>.size == 4 ? firstSize.narrow : firstSize.wide
        return size >= first && size <= 4096 && size & (MemoryLayout<Self>.alignment &- 1) == 0
    }
}

/// Reads a caller's options; `result` comes as the defaults, all zero. False where members that the library does not know are
/// not zero.
/// - Throws: where `struct_size` is not believable; nothing else of the structure can be trusted then.
func readOptions<Options: SizedStructure>(
    _ options: UnsafePointer<Options>, into result: inout Options
) throws(Failure) -> Bool {
    let source = UnsafeRawPointer(options)
    let size = source.loadUnaligned(as: Int.self)
    guard Options.isPossible(size: size) else { throw Failure(status: BNNM_INVALID_ARGUMENT) }
    let shared = min(size, MemoryLayout<Options>.size)
    withUnsafeMutablePointer(to: &result) {
        UnsafeMutableRawPointer($0).copyMemory(from: source, byteCount: shared)
    }
    for byte in UnsafeRawBufferPointer(start: source + shared, count: size &- shared) where byte != 0 { return false }
    return true
}

/// Writes an info structure as long as the caller knows it; what the library does not know is zero.
func writeInfo<Info: SizedStructure>(_ info: UnsafeMutablePointer<Info>?, _ value: Info) -> bnnm_status {
    guard let info else { return BNNM_INVALID_ARGUMENT }
    let destination = UnsafeMutableRawPointer(info)
    let size = destination.loadUnaligned(as: Int.self)
    guard Info.isPossible(size: size) else { return BNNM_INVALID_ARGUMENT }
    let shared = min(size, MemoryLayout<Info>.size)
    withUnsafePointer(to: value) { destination.copyMemory(from: UnsafeRawPointer($0), byteCount: shared) }
    destination.storeBytes(of: size, as: Int.self)
    for index in shared..<size { destination.storeBytes(of: 0, toByteOffset: index, as: UInt8.self) }
    return BNNM_OK
}
