import BNNMIR
import BNNMReport

/// A report of a network that has everything a report can show: parts, a fallback, a reason by design, a ternary sign,
/// and names that need escaping.
enum SampleReport {
    static let report: CompilationReport = {
        do { return try network() } catch { preconditionFailure("\(error)") }
    }()

    private static func network() throws -> CompilationReport {
        var g = SmallNetwork([1, 3, 6, 6])
        let real = g.constant([3, 3, 1, 1], (0..<9).map { Float($0) - 3.5 })
        let stem = try g.add(Conv(window: Window(kernel: 1)), g.x, real, nil, name: "stem <a & \"b\">")
        let ternary = try g.add(Sign(), try g.add(Relu(), stem, name: "relu"), name: "ternary")
        let up = try g.add(
            ConvTranspose(window: Window(kernel: 4, stride: 2, pad: 1)), ternary, g.signs([3, 2, 4, 4]), nil,
            name: "up")
        let condition = try g.add(Greater(), up, g.constant([], [0]), name: "condition")
        let codes = try g.add(Where(), condition, g.constant([], [3]), g.constant([], [-3]), name: "codes")
        let y = try g.add(Conv(window: Window(kernel: 3)), codes, g.signs([2, 2, 3, 3]), nil, name: "fallback")
        return try g.report(y)
    }
}
