import BNNMFormat
import BNNMKernels
import BNNMPlatform
import CBNNM

/// Which instruction sets there are, and which of them a session may use.
enum InstructionSets {
    /// Every level that the API knows, from the least to the most.
    static let all: InlineArray<6, bnnm_isa> = [
        BNNM_ISA_GENERIC, BNNM_ISA_NEON, BNNM_ISA_NEON_DOTPROD, BNNM_ISA_AVX2, BNNM_ISA_AVX512, BNNM_ISA_AMX,
    ]

    /// The available levels of a mask (0: all that need no permission); plain C is what remains where the mask has it.
    static func allowed(_ mask: UInt32, _ message: Message) throws(Failure) -> UInt32 {
        let available = bnnm_available_isa()
        if mask == 0 { return bnnmk_free_levels(available) }
        guard mask & available != 0 else {
            throw message.failure(BNNM_UNSUPPORTED_CPU) {
                $0.add("isa_mask: this CPU has none of the instruction sets asked for; available are")
                for index in 0..<6 where available & all[index].rawValue != 0 {
                    $0.add(" ")
                    $0.add(cString: bnnm_isa_name(all[index]))
                }
            }
        }
        return mask & available
    }

    /// The levels of allowed ones that the operating system permits; asks it where the mask did.
    static func permitted(_ allowed: UInt32, _ message: Message) throws(Failure) -> UInt32 {
        let error = bnnmk_ask_for_levels(allowed)
        if error == 0 { return allowed }
        let free = bnnmk_free_levels(allowed)
        guard free == 0 else { return free }
        throw message.failure(BNNM_UNSUPPORTED_CPU) { writer in
            writer.add("isa_mask: the operating system does not permit this process ")
            writer.add(cString: bnnm_isa_name(bnnm_isa(rawValue: allowed)))
            writer.add(": ")
            withUnsafeTemporaryAllocation(of: CChar.self, capacity: 128) { buffer in
                bnnmp_error_text(error, buffer.baseAddress, 128)
                writer.add(cString: UnsafePointer(buffer.baseAddress))
            }
        }
    }

    /// Fails where the CPU lacks what the whole library was built for, so that not even plain C would run.
    static func checkBuild(_ message: Message) throws(Failure) {
        guard let missing = bnnmk_missing_instructions() else { return }
        throw message.failure(BNNM_UNSUPPORTED_CPU) {
            $0.add("this build of the library needs ")
            $0.add(cString: missing)
            $0.add(", which this CPU does not have")
        }
    }

    /// The kernels of all levels that this CPU has and that need no permission.
    static func bestKernels() -> bnnmk_table {
        var table = bnnmk_table()
        bnnmk_fill_table(&table, bnnmk_free_levels(bnnmk_available_levels()))
        return table
    }

    /// The highest level of a mask.
    static func best(_ mask: UInt32) -> UInt32 {
        var best = BNNM_ISA_GENERIC.rawValue
        for index in 0..<6 where mask & all[index].rawValue != 0 { best = all[index].rawValue }
        return best
    }
}

@c @implementation
public func bnnm_available_isa() -> UInt32 { bnnmk_available_levels() | BNNM_ISA_GENERIC.rawValue }

@c @implementation
public func bnnm_native_target() -> UnsafePointer<CChar>? {
    bnnmf_target_name(bnnmf_target(rawValue: InstructionSets.bestKernels().target))
}

@c @implementation
public func bnnm_isa_name(_ isa: bnnm_isa) -> UnsafePointer<CChar>? {
    switch isa {
    case BNNM_ISA_GENERIC: cString("generic\0")
    case BNNM_ISA_NEON: cString("neon\0")
    case BNNM_ISA_NEON_DOTPROD: cString("neon-dotprod\0")
    case BNNM_ISA_AVX2: cString("avx2\0")
    case BNNM_ISA_AVX512: cString("avx512\0")
    case BNNM_ISA_AMX: cString("amx\0")
    default: nil
    }
}
