/// What docs/format.md says that steps on whole rows make of them, by plain loops.
public enum RowSteps {
    /// The rows of values along their last dimension, each replaced by what `body` makes of it.
    public static func each(of values: [Float], width: Int, _ body: ([Float]) -> [Float]) -> [Float] {
        stride(from: 0, to: values.count, by: width).flatMap { body(Array(values[$0..<$0 + width])) }
    }

    public static func softmax(_ row: [Float], exponential: (Float) -> Float) -> [Float] {
        let greatest = row.contains { $0.isNaN } ? Float.nan : row.max()!
        let exponentials = row.map { exponential($0 - greatest) }
        let sum = Float(sum(exponentials))
        return exponentials.map { $0 / sum }
    }

    public static func standardized(_ row: [Float], epsilon: Float) -> [Float] {
        let mean = mean(row)
        let differences = row.map { $0 - mean }
        let deviation = (self.mean(differences.map { $0 * $0 }) + epsilon).squareRoot()
        let inverse = 1 / deviation
        return differences.map { $0 * inverse }
    }

    private static func mean(_ row: [Float]) -> Float { Float(sum(row) / Double(row.count)) }

    /// In float64, in the order in which kernels sum rows: eight sums in turns, then those of each other.
    private static func sum(_ row: [Float]) -> Double {
        var sums = [Double](repeating: 0, count: 8)
        for (index, number) in row.enumerated() { sums[index % 8] += Double(number) }
        return ((sums[0] + sums[4]) + (sums[2] + sums[6])) + ((sums[1] + sums[5]) + (sums[3] + sums[7]))
    }
}
