import BNNMIR
import BNNMPacker
import BNNMVerification

/// The inputs that `compile --with-check` embeds, with what the reference interpreter decides and computes on them.
///
/// A decision within rounding of its threshold may fall otherwise on another machine, and everything behind it with it. So of
/// several random inputs the one with the fewest such decisions is taken.
struct EmbeddedChecks {
    /// Inputs tried for each check.
    private static let attempts: UInt64 = 16
    /// Of outputs, relative to the largest magnitude: the accumulated rounding of float32 layers.
    static let tolerance: Float = 1e-4

    private(set) var checks: [Check] = []
    /// Decisions in all checks that lie within rounding of their threshold.
    private(set) var uncertainDecisions = 0

    init(count: Int, _ compiler: Compiler) throws {
        let reference = compiler.referenceCheck
        let ports = compiler.reference.inputs.map { input in
            ModelPort(
                name: compiler.reference[input].name, shape: compiler.reference[input].type.shape, isBatchOpen: false,
                elementType: .init(compiler.reference[input].type.elementType))
        }
        for index in 0..<count {
            Console.progress("computing check \(index)")
            var best: (check: Check, uncertain: Int)?
            for attempt in 0..<EmbeddedChecks.attempts where best?.uncertain != 0 {
                let seed = UInt64(index) * EmbeddedChecks.attempts + attempt + 1
                let candidate = try EmbeddedChecks.candidate(seed: seed, ports, reference)
                if candidate.uncertain < best?.uncertain ?? .max { best = candidate }
            }
            guard let best else { continue }
            checks.append(best.check)
            uncertainDecisions += best.uncertain
        }
        Console.clearProgress()
    }

    private static func candidate(
        seed: UInt64, _ ports: [ModelPort], _ reference: ReferenceCheck
    ) throws -> (check: Check, uncertain: Int) {
        let values = InputValues(randomSamples: 1, seed: seed, for: ports)
        let inputs = zip(ports, values.arrays).map { Tensor($0.shape, $1) }
        let expected = try reference.expectation(inputs: inputs)
        let found = try reference.run(inputs: inputs, decisions: expected.decisions, outputs: expected.outputs)
        let check = Check(
            inputs: inputs, outputs: expected.outputs, decisions: expected.decisions, tolerance: tolerance)
        return (check, found.decisions.map(\.uncertain).reduce(0, +))
    }

    var text: String {
        "embedded \(checks.count) check\(checks.count == 1 ? "" : "s"); \(uncertainDecisions) of their decisions "
            + "lie\(uncertainDecisions == 1 ? "s" : "") within rounding of the threshold"
    }
}
