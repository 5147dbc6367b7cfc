/// Random numbers that a printed seed repeats, the same on every machine: SplitMix64 (Steele, Lea, Flood: Fast Splittable
/// Pseudorandom Number Generators, OOPSLA 2014).
public struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64

    public init(seed: some BinaryInteger) { state = UInt64(truncatingIfNeeded: seed) }

    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// From 0 up to, but not including, `bound`.
    public mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &self) }

    public mutating func chance(_ numerator: Int, in denominator: Int) -> Bool { below(denominator) < numerator }

    public mutating func pick<T>(_ choices: [T]) -> T { choices[below(choices.count)] }

    /// A float of magnitude up to `bound`.
    public mutating func float(_ bound: Float = 1) -> Float { Float.random(in: -bound...bound, using: &self) }

    public mutating func floats(_ count: Int, bound: Float = 1) -> [Float] { (0..<count).map { _ in float(bound) } }

    /// Whole numbers, so that float32 sums of them are exact.
    public mutating func integers(_ count: Int, _ range: ClosedRange<Int> = -4...4) -> [Float] {
        (0..<count).map { _ in Float(Int.random(in: range, using: &self)) }
    }

    public mutating func signs(_ count: Int) -> [Float] { (0..<count).map { _ in next() & 1 == 0 ? 1 : -1 } }
}
