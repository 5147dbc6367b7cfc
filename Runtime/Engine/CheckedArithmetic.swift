/// Arithmetic on numbers that came from a file or a caller: nil instead of a trap where a result does not fit.

/// The product of all factors; nil where it does not fit into an Int64.
func product(_ a: Int64, _ b: Int64, _ c: Int64 = 1, _ d: Int64 = 1) -> Int64? {
    let (ab, overflow) = a.multipliedReportingOverflow(by: b)
    let (cd, overflow2) = c.multipliedReportingOverflow(by: d)
    let (result, overflow3) = ab.multipliedReportingOverflow(by: cd)
    return overflow || overflow2 || overflow3 ? nil : result
}

/// a + b; nil where it does not fit into an Int.
func sum(_ a: Int, _ b: Int) -> Int? {
    let (result, overflow) = a.addingReportingOverflow(b)
    return overflow ? nil : result
}

/// `value` (≥ 0) rounded up to the next multiple of `alignment` (a power of two); nil where that does not fit.
func roundedUp(_ value: Int, to alignment: Int) -> Int? {
    guard let padded = sum(value, alignment &- 1) else { return nil }
    return padded & ~(alignment &- 1)
}

/// ⌈value / divisor⌉ for value ≥ 0, divisor ≥ 1.
func dividedUp(_ value: Int64, by divisor: Int64) -> Int64 {
    value == 0 ? 0 : (value &- 1) / divisor &+ 1
}

/// 64-bit words that hold `bitCount` (≥ 0) bits.
func wordCount(_ bitCount: Int64) -> Int64 { dividedUp(bitCount, by: 64) }
