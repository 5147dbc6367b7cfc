/// How a layer decides, over its columns (channels, or elements where each has a threshold of its own): what kinds of
/// columns there are, and how their thresholds are spread.
public struct Decisions: Encodable, Sendable, Equatable {
    /// What is compared with a threshold.
    public enum Domain: String, Encodable, Sendable {
        case accumulator = "integer accumulator"
        case float = "float32"
    }

    /// Thresholds in bins of equal width, the first of which begins at `low`.
    public struct Histogram: Encodable, Sendable, Equatable {
        public let low: Double
        public let binWidth: Double
        public let counts: [Int]
        public let least: Double
        public let median: Double
        public let greatest: Double
    }

    /// At most so many bins.
    static let binLimit = 24

    public let domain: Domain
    /// Columns that decide +1 above their only threshold; +1 below it, as a negative scale makes them; always the same;
    /// or change several times.
    public private(set) var rising = 0
    public private(set) var falling = 0
    public private(set) var constant = 0
    public private(set) var several = 0
    /// nil where every column is constant.
    public private(set) var histogram: Histogram?

    /// - Parameter points: [rows][columns], as `bnnm_format.h` defines switch points.
    /// - Returns: nil where there are none.
    init?(accumulators points: UnsafeBufferPointer<Int32>, rows: UInt32) {
        domain = .accumulator
        guard count(points, Int(rows), startsAtPlus: { $0 == .min }, isPoint: { $0 != .min && $0 != .max }) else {
            return nil
        }
    }

    /// - Returns: nil where there are none.
    init?(numbers points: UnsafeBufferPointer<Float>, rows: UInt32) {
        domain = .float
        guard count(points, Int(rows), startsAtPlus: { $0 == -.infinity }, isPoint: { $0.isFinite }) else { return nil }
    }

    private mutating func count<Point>(
        _ points: UnsafeBufferPointer<Point>, _ rows: Int, startsAtPlus: (Point) -> Bool, isPoint: (Point) -> Bool
    ) -> Bool where Point: SwitchPoint {
        guard rows > 0, points.count >= rows else { return false }
        let columns = points.count / rows
        var thresholds: [Double] = []
        for column in 0..<columns {
            let before = thresholds.count
            for row in 0..<rows where isPoint(points[row * columns + column]) {
                thresholds.append(points[row * columns + column].number)
            }
            switch thresholds.count - before {
            case 0: constant += 1
            case 1 where startsAtPlus(points[column]): falling += 1
            case 1: rising += 1
            default: several += 1
            }
        }
        histogram = Histogram(thresholds, isInteger: domain == .accumulator)
        return true
    }
}

/// A switch point as a number.
protocol SwitchPoint {
    var number: Double { get }
}

extension Int32: SwitchPoint {
    var number: Double { Double(self) }
}

extension Float: SwitchPoint {
    var number: Double { Double(self) }
}

extension Decisions.Histogram {
    /// - Parameter isInteger: whether a bin must hold whole numbers only.
    /// - Returns: nil where there are no values.
    init?(_ values: [Double], isInteger: Bool) {
        let sorted = values.sorted()
        guard let least = sorted.first, let greatest = sorted.last else { return nil }
        let limit = Decisions.binLimit
        let width =
            isInteger
            ? max(1, ((greatest - least + 1) / Double(limit)).rounded(.up)) : (greatest - least) / Double(limit)
        let count = isInteger ? Int((greatest - least) / width) + 1 : width > 0 ? limit : 1
        var counts = [Int](repeating: 0, count: count)
        for value in sorted { counts[width > 0 ? min(count - 1, Int((value - least) / width)) : 0] += 1 }
        self.init(
            low: least, binWidth: width, counts: counts, least: least,
            median: (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2, greatest: greatest)
    }
}
