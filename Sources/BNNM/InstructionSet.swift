import CBNNM

/// The instruction sets that kernels are written for.
public struct InstructionSet: OptionSet, Sendable, Hashable {
    public let rawValue: UInt32
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    public static let generic = InstructionSet(rawValue: BNNM_ISA_GENERIC.rawValue)
    public static let neon = InstructionSet(rawValue: BNNM_ISA_NEON.rawValue)
    public static let neonDotprod = InstructionSet(rawValue: BNNM_ISA_NEON_DOTPROD.rawValue)
    public static let avx2 = InstructionSet(rawValue: BNNM_ISA_AVX2.rawValue)
    public static let avx512 = InstructionSet(rawValue: BNNM_ISA_AVX512.rawValue)
    public static let amx = InstructionSet(rawValue: BNNM_ISA_AMX.rawValue)

    /// Every level, from the least to the most.
    public static let levels: [InstructionSet] = [.generic, .neon, .neonDotprod, .avx2, .avx512, .amx]

    /// What both this CPU and the library have.
    public static var available: InstructionSet { InstructionSet(rawValue: bnnm_available_isa()) }

    /// The value of `bnnm compile --target` whose layout of weights this CPU uses where it is in the file: "x86-avx2".
    public static var nativeTarget: String { bnnm_native_target().map { String(cString: $0) } ?? "portable" }

    /// The level of this name, as `name` gives it; nil: there is none.
    public init?(name: String) {
        guard let level = Self.levels.first(where: { $0.name == name }) else { return nil }
        self = level
    }

    /// "avx2"; nil for a combination.
    public var name: String? { bnnm_isa_name(bnnm_isa(rawValue: rawValue)).map { String(cString: $0) } }
}
