import BNNMIR

/// One spatial axis of a transposed convolution, taken apart by the remainder of the output's coordinate: outputs
/// o = q·stride + phase are a convolution of stride 1, because only every few taps of the kernel reach them.
///
/// Input i adds tap t to o = i·stride + t·dilation − pad, so that t·dilation ≡ phase + pad (mod stride): one tap in
/// stride / gcd(stride, dilation), and the input's coordinate falls by dilation / gcd from each to the next.
///
/// *Source*: sub-pixel convolution, Shi et al., arXiv 1609.07009.
struct SubPixelAxis {
    let axis: Window.Axis
    let input: Int
    let output: Int

    /// Outputs of each phase; those of the last ones that lie beyond the output are to be cut off.
    var count: Int { (output + axis.stride - 1) / axis.stride }

    /// One phase: a convolution of stride 1 over a part of the input.
    struct Phase {
        /// The kernel's taps in the convolution's order; empty where no input reaches the phase.
        let taps: [Int]
        /// The convolution's window, its padding what lies outside the input.
        let window: Window.Axis
        /// The part of the input that it reads.
        let range: Range<Int>
    }

    func phase(_ phase: Int) -> Phase {
        let none = Phase(taps: [], window: Window.Axis(kernel: 1), range: 0..<0)
        let divisor = SubPixelAxis.greatestCommonDivisor(axis.stride, axis.dilation)
        let target = phase + axis.padBegin
        guard target % divisor == 0 else { return none }
        let period = axis.stride / divisor
        guard
            let first = (0..<min(period, axis.kernel)).first(where: { ($0 * axis.dilation - target) % axis.stride == 0 }
            )
        else { return none }
        let taps = Array(stride(from: first, to: axis.kernel, by: period).reversed())
        // The last tap reads the smallest coordinate, `start` for the first output.
        let dilation = axis.dilation / divisor
        let start = (target - taps[0] * axis.dilation) / axis.stride
        let end = start + (taps.count - 1) * dilation + count
        let range = max(0, start)..<max(max(0, start), min(input, end))
        guard !range.isEmpty else { return none }
        return Phase(
            taps: taps,
            window: Window.Axis(
                kernel: taps.count, dilation: dilation, padBegin: range.lowerBound - start,
                padEnd: end - range.upperBound),
            range: range)
    }

    private static func greatestCommonDivisor(_ a: Int, _ b: Int) -> Int {
        var (a, b) = (a, b)
        while b != 0 { (a, b) = (b, a % b) }
        return a
    }
}
