import BNNMFormat
import TestSupport
import XCTest

/// Scales, shifts and clamps behind a float convolution, in every order and number: its kernel does one of each by
/// itself. Numbers are small and dyadic, so that results are exact.
final class NormalizationTests: EngineTestCase {
    private var random = SeededRandom(seed: 11)

    private func powers(_ count: Int) -> [Float] {
        (0..<count).map { _ in [0.5, 1, 2, -1, -2, 0.25].randomElement(using: &random)! }
    }

    /// Steps by letters: S scales and shifts, A scales, B shifts, C clamps.
    private func steps(_ letters: String, _ channels: Int) -> [EpilogueDescription.Step] {
        letters.map { letter in
            switch letter {
            case "S": .scaleShift(powers(channels), random.integers(channels))
            case "A": .scaleShift(powers(channels), nil)
            case "B": .scaleShift(nil, random.integers(channels))
            default: .clamp(-3.5, 20.25)
            }
        }
    }

    private func check(
        _ x: Image, _ g: bnnmf_window, channels m: Int, groups: Int, _ letters: String, own: Float
    ) throws {
        let taps = Int(g.kernel_h * g.kernel_w), c = x.c, outs = m / groups
        let w = random.integers(taps * c / groups * m), bias = random.integers(m)
        let epilogue = EpilogueDescription(steps: steps(letters, m))
        let dims = x.outputDims(g, channels: m)
        let model = ModelDescription()
        model.batch = 1
        let record = letters.isEmpty ? .none : epilogue.record(model, channels: m)
        let (weights, biases) = (model.blob(w), model.blob(bias))
        model.output(
            model.op(BNNMF_OP_CONV2D, [model.input(x.dims)], BNNMF_FLOAT32, dims) {
                $0.parameters.conv2d = bnnmf_conv2d(
                    window: g, groups: UInt32(groups), weights: weights, bias: biases, minimum: own,
                    maximum: .infinity, layout: 0, epilogue: record)
            })
        var sums = x.conv(g, groups: groups, channels: m, pad: 0) { tap, k, out in
            w[(((out / outs) * taps + tap) * (c / groups) + k) * outs + out % outs]
        }
        for i in sums.values.indices { sums.values[i] = max(sums.values[i] + bias[i % m], own) }
        try assertRuns(
            model, [x.values], give: epilogue.expected(sums.values, dims: dims),
            "steps '\(letters)' behind a clamp at \(own), \(groups) groups of \(m)")
    }

    func testEveryOrderOfSteps() throws {
        let g = window(kernel: (3, 3), stride: (2, 1), pads: (1, 1, 1, 1))
        for letters in ["", "S", "A", "B", "C", "SC", "AC", "BC", "CS", "CC", "SS", "SCS", "CSC"] {
            for own in [-Float.infinity, -4] {
                for (c, m, groups) in [(3, 37, 1), (6, 4, 2), (17, 17, 17)] {
                    let x = Image(2, 5, 9, c, random.integers(90 * c))
                    try check(x, g, channels: m, groups: groups, letters, own: own)
                }
            }
        }
    }

    /// So many that threads share the output channels of the one pixel.
    func testADenseLayer() throws {
        for letters in ["S", "BC"] {
            let x = Image(1, 1, 1, 200, random.integers(200))
            try check(x, window(), channels: 1001, groups: 1, letters, own: -.infinity)
        }
    }
}
