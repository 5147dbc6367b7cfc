import BNNMIR

/// Folded binarizers of many columns (channels, or channels × positions): for each, the ascending numbers at which the
/// decision changes sign. See `Decide` for the meaning of its tensor form.
public struct SwitchTable: Sendable {
    /// Columns by kind, for the report.
    public struct Counts: Sendable, Hashable {
        public var rising = 0
        public var falling = 0
        public var constant = 0
        public var several = 0
        /// The most switch points of any column.
        public var most = 0
    }

    /// One column.
    public struct Column: Sendable {
        /// The decision below the first switch point.
        public var start: Int
        public var points: [Float]

        public init(start: Int, points: [Float]) {
            self.start = start
            self.points = points
        }
    }

    public var columns: [Column]

    public init(columns: [Column]) { self.columns = columns }

    public var counts: Counts {
        var counts = Counts()
        for column in columns {
            switch (column.points.count, column.start) {
            case (0, _): counts.constant += 1
            case (1, -1): counts.rising += 1
            case (1, _): counts.falling += 1
            default: counts.several += 1
            }
            counts.most = max(counts.most, column.points.count)
        }
        return counts
    }

    /// [S] + `shape`: integer switch points. Accumulators are below 2²⁴, so every point is exact in Float.
    public func integerTensor(shape: [Int]) -> Tensor {
        let rows = rowCount
        var values = [Int64](repeating: Int64(Int32.max), count: rows * columns.count)
        for (index, column) in columns.enumerated() {
            let points = (column.start > 0 ? [Int64(Int32.min)] : []) + column.points.map { Int64($0) }
            for (row, point) in points.enumerated() { values[row * columns.count + index] = point }
        }
        return Tensor([rows] + shape, values, .int32)
    }

    /// [S] + `shape`: float32 switch points.
    public func floatTensor(shape: [Int]) -> Tensor {
        let rows = rowCount
        var values = [Float](repeating: .nan, count: rows * columns.count)
        for (index, column) in columns.enumerated() {
            let points = (column.start > 0 ? [-Float.infinity] : []) + column.points
            for (row, point) in points.enumerated() { values[row * columns.count + index] = point }
        }
        return Tensor([rows] + shape, values)
    }

    private var rowCount: Int { max(1, columns.map { $0.points.count + ($0.start > 0 ? 1 : 0) }.max() ?? 1) }
}
