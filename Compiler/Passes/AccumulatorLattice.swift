import BNNMIR

/// The real numbers that a layer of two-valued inputs and weights computes: with P and Q the sums of the decisions under
/// its positive and its negative weights, a·(P − Q) + b·(P + Q) + offset. P and Q move freely, each in steps of 2, so that
/// which numbers are exactly zero follows from the coefficients alone.
struct AccumulatorLattice: Sendable {
    struct Class: Sendable {
        /// How many weights of either sign lie on the input.
        var plus: Int
        var minus: Int
        /// Bias included.
        var offset: Double
    }

    struct Channel: Sendable {
        /// What the unsnapped weights' sum can differ by; where it is not 0, a zero is a tie like any other.
        var noise: Float
        var accumulator: Double
        var windowSum: Double
        var classes: [Class]
    }

    var channels: [Channel]
    /// 2 of decisions, 1 where some of them may be 0.
    var step = 2

    /// How near to zero, relative to what is added up, a number is zero: far below what an accident would reach, and
    /// above the rounding of float64.
    private static let accuracy = 0x1p-45

    /// The first channel in which scale·y + shift is exactly zero for some input; nil where there is none.
    func zeroChannel(scale: [Double], shift: [Double]) -> Int? {
        channels.indices.first { m in
            channels[m].noise == 0
                && channels[m].classes.contains { reachesZero(channels[m], $0, scale: scale[m], shift: shift[m]) }
        }
    }

    /// Whether averages over the map can cancel: every number is then a whole multiple of one, or sums to 0 by itself.
    var canCancel: Bool {
        channels.contains { channel in
            channel.noise == 0
                && channel.classes.contains { $0.offset == 0 || isWhole($0.offset, channel) }
        }
    }

    private func isWhole(_ offset: Double, _ channel: Channel) -> Bool {
        let quotient = offset / channel.accumulator * 4
        return quotient.isFinite && quotient == quotient.rounded()
    }

    private func reachesZero(_ channel: Channel, _ class: Class, scale: Double, shift: Double) -> Bool {
        guard scale != 0 else { return shift == 0 }
        let a = channel.accumulator + channel.windowSum, b = channel.windowSum - channel.accumulator
        let offset = `class`.offset + shift / scale
        func isZero(_ p: Int, _ q: Int) -> Bool {
            let terms = [a * Double(p), b * Double(q), `class`.offset, shift / scale]
            return abs(terms.reduce(0, +)) <= Self.accuracy * terms.reduce(0) { $0 + abs($1) }
        }
        return stride(from: -`class`.plus, through: `class`.plus, by: step).contains { p in
            let q = nearest(b == 0 ? 0 : -(offset + a * Double(p)) / b, in: `class`.minus)
            return isZero(p, q)
        }
    }

    /// The number of −count, −count + step, …, count nearest to `value`.
    private func nearest(_ value: Double, in count: Int) -> Int {
        guard value.isFinite else { return count }
        let steps = ((value + Double(count)) / Double(step)).rounded()
        return Int(max(0, min(Double(2 * count / step), steps))) * step - count
    }
}
