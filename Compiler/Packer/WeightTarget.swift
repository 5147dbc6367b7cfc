import BNNMFormat

/// The machines whose kernels the weights of a file are laid out for. Any machine opens any file; where the layout is
/// another, the weights are repacked when the model is opened.
public enum WeightTarget: String, CaseIterable, Sendable {
    case portable
    case aarch64
    case armv7
    case x86AVX2 = "x86-avx2"
    case x86AVX512 = "x86-avx512"

    var code: bnnmf_target {
        switch self {
        case .portable: BNNMF_TARGET_PORTABLE
        case .aarch64: BNNMF_TARGET_AARCH64
        case .armv7: BNNMF_TARGET_ARMV7
        case .x86AVX2: BNNMF_TARGET_X86_AVX2
        case .x86AVX512: BNNMF_TARGET_X86_AVX512
        }
    }
}
