import BNNMKernels
import CBNNM

/// A caller's session options, checked.
struct SessionOptions {
    let message: Message
    let functions: bnnm_allocator
    let threadCount: UInt32
    /// Instruction sets that may be used, all of them available.
    let isaMask: UInt32
    let arena: UnsafeMutableRawPointer?
    let arenaByteCount: Int
    let probe: bnnm_probe_callback?
    let probeUser: UnsafeMutableRawPointer?
    let layer: bnnm_layer_callback?
    let layerUser: UnsafeMutableRawPointer?
    /// Where threads stay; empty: anywhere.
    let cpus: UnsafeBufferPointer<UInt32>

    init(_ pointer: UnsafePointer<bnnm_session_options>?) throws(Failure) {
        var options = bnnm_session_options()
        var isKnown = true
        if let pointer { isKnown = try readOptions(pointer, into: &options) }
        let message = Message(options.message, capacity: options.message_capacity)
        guard isKnown else {
            throw message.failure(BNNM_INVALID_ARGUMENT, "options: members this library does not know must be 0")
        }
        guard options.threads <= UInt32(BNNM_MAX_THREADS) else {
            let threads = options.threads
            throw message.failure(BNNM_INVALID_ARGUMENT) {
                $0.add("options: threads must be at most ")
                $0.add(UInt32(BNNM_MAX_THREADS))
                $0.add(", not ")
                $0.add(threads)
            }
        }
        if let arena = options.arena, Int(bitPattern: arena) & (Allocator.alignment &- 1) != 0 {
            throw message.failure(BNNM_INVALID_ARGUMENT, "options: arena must be aligned to 64 bytes")
        }
        cpus = UnsafeBufferPointer(start: options.cpus, count: options.cpus == nil ? 0 : Int(options.cpu_count))
        guard (options.cpus == nil) == (options.cpu_count == 0) else {
            throw message.failure(BNNM_INVALID_ARGUMENT, "options: cpus and cpu_count must be both set or both 0")
        }
        for cpu in cpus where cpu >= UInt32(BNNM_MAX_CPUS) {
            throw message.failure(BNNM_INVALID_ARGUMENT) {
                $0.add("options: cpus must be below ")
                $0.add(UInt32(BNNM_MAX_CPUS))
                $0.add(", not ")
                $0.add(cpu)
            }
        }
        isaMask = try InstructionSets.allowed(options.isa_mask, message)
        self.message = message
        functions = options.allocator
        threadCount = max(options.threads, 1)
        arena = options.arena
        arenaByteCount = options.arena_byte_count
        probe = options.probe
        probeUser = options.probe_user
        layer = options.layer
        layerUser = options.layer_user
    }
}
