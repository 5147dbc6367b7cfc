// Bits as bnnm_format.h defines them, from and to numbers -1 and +1.

import TestSupport

/// Words that `channels` bits take.
func wordCount(_ channels: Int) -> Int {
    (channels + 63) / 64
}

/// Rows of `channels` values -1 / +1, packed: bit 1 stands for -1.
func pack(_ values: [Int8], channels: Int) -> [UInt64] {
    guard channels > 0 else { return [] }
    let words = wordCount(channels)
    var packed = [UInt64](repeating: 0, count: values.count / channels * words)
    for (i, value) in values.enumerated() where value < 0 {
        packed[i / channels * words + i % channels / 64] |= 1 << UInt64(i % channels % 64)
    }
    return packed
}

/// How the values of a test are drawn.
enum SignPattern: CaseIterable {
    case random, plus, minus

    func values(_ count: Int, using random: inout SeededRandom) -> [Int8] {
        switch self {
        case .random: return (0..<count).map { _ in Bool.random(using: &random) ? 1 : -1 }
        case .plus: return [Int8](repeating: 1, count: count)
        case .minus: return [Int8](repeating: -1, count: count)
        }
    }
}
