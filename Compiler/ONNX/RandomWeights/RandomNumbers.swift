/// A stream of random numbers that depends on a seed and a name alone: the same on every machine, and for every order in
/// which named streams are read.
struct RandomNumbers {
    private var state: UInt64

    init(seed: UInt64, name: String) {
        // FNV-1a over the name's bytes, from a start that the seed decides.
        state = 0xcbf2_9ce4_8422_2325 ^ (seed &* 0x9e37_79b9_7f4a_7c15)
        for byte in name.utf8 { state = (state ^ UInt64(byte)) &* 0x100_0000_01b3 }
    }

    /// 64 random bits. *Source*: SplitMix64 (Steele, Lea, Flood; OOPSLA 2014).
    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var word = state
        word = (word ^ (word >> 30)) &* 0xbf58_476d_1ce4_e5b9
        word = (word ^ (word >> 27)) &* 0x94d0_49bb_1331_11eb
        return word ^ (word >> 31)
    }

    /// In 0..<1.
    mutating func uniform() -> Float { Float(next() >> 40) * 0x1p-24 }

    /// Of mean 0 and variance 1, between −3.5 and 3.5 and never 0, so that every sign is decided: the sum of four
    /// uniform numbers of 16 bits, half a step beside its centre.
    mutating func normal() -> Float {
        let word = next()
        let sum = (word & 0xffff) + (word >> 16 & 0xffff) + (word >> 32 & 0xffff) + (word >> 48)
        return (Float(sum) - 131_070.5) * (1 / 37_837.227)
    }
}
