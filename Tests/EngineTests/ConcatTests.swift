import BNNM
import BNNMFormat
import TestSupport
import XCTest

/// Concatenation along every axis, of every type, against plain loops; comparisons with thresholds of each sample.
final class ConcatTests: EngineTestCase {
    /// The elements of `parts` behind each other along an axis.
    private func joined(_ parts: [([Int], [Float])], axis: Int) -> [Float] {
        let outer = parts[0].0[..<axis].reduce(1, *)
        return (0..<outer).flatMap { row in
            parts.flatMap { dims, values -> ArraySlice<Float> in
                let inner = dims[axis...].reduce(1, *)
                return values[row * inner..<(row + 1) * inner]
            }
        }
    }

    func testEveryAxisAndType() throws {
        var seed: UInt64 = 0
        for dims in [[2, 3, 4, 5], [1, 2, 2, 64], [3, 65], [7], [1, 2, 3, 130], [2, 1, 70]] {
            for axis in dims.indices {
                for extents in [[3], [1, 2], [64, 1, 63], [64, 128], [5, 70, 128, 3]] {
                    for type in [BNNMF_FLOAT32, BNNMF_BITS] {
                        seed += 1
                        var random = SeededRandom(seed: seed)
                        let model = ModelDescription()
                        model.batch = 1
                        var parts: [([Int], [Float])] = []
                        let tensors = extents.map { extent in
                            var shape = dims
                            shape[axis] = extent
                            parts.append((shape, random.signs(shape.reduce(1, *))))
                            let x = model.input(shape, name: "x\(parts.count)")
                            return type == BNNMF_BITS ? model.sign(x, shape) : x
                        }
                        var shape = dims
                        shape[axis] = extents.reduce(0, +)
                        let y = model.op(BNNMF_OP_CONCAT, tensors, type, shape) {
                            $0.parameters.concat.axis = UInt32(axis)
                        }
                        model.output(type == BNNMF_BITS ? model.unpack(y, shape) : y)
                        try assertRuns(
                            model, parts.map(\.1), give: [joined(parts, axis: axis)],
                            "\(dims), axis \(axis), \(extents)")
                    }
                }
            }
        }
    }

    func testSixteenInputsAndTheSameOneTwice() throws {
        let model = ModelDescription()
        let x = model.input([1, 3])
        let y = model.op(BNNMF_OP_CONCAT, [UInt32](repeating: x, count: 16), BNNMF_FLOAT32, [1, 48]) {
            $0.parameters.concat.axis = 1
        }
        model.output(y)
        let row: [Float] = [1, -2, 3]
        try assertRuns(model, [row], give: [(0..<16).flatMap { _ in row }])
    }

    func testComparisonsWithThresholdsOfEachSample() throws {
        for dims in [[2, 3, 2, 5], [1, 1, 1, 64], [3, 130], [2, 4, 65]] {
            for (below, strict) in [(0, 0), (0, 1), (1, 0), (1, 1)] as [(UInt32, UInt32)] {
                var random = SeededRandom(seed: 3)
                let channels = dims.last!, rows = dims.dropFirst().dropLast().reduce(1, *)
                var x = random.integers(dims.reduce(1, *)), t = random.integers(dims[0] * channels)
                (x[1], t[2]) = (.nan, .nan)
                let model = ModelDescription()
                model.batch = 1
                let thresholds = [dims[0]] + dims[1..<dims.count - 1].map { _ in 1 } + [channels]
                let y = model.op(
                    BNNMF_OP_BINARIZE_BY, [model.input(dims), model.input(thresholds, name: "t")], BNNMF_BITS, dims
                ) { $0.parameters.binarize_by = bnnmf_binarize_by(below: below, strict: strict) }
                model.output(model.unpack(y, dims))
                let expected = x.enumerated().map { i, x -> Float in
                    let t = t[i / (rows * channels) * channels + i % channels]
                    return (below == 1 ? (strict == 1 ? x < t : x <= t) : strict == 1 ? x > t : x >= t) ? 1 : -1
                }
                try assertRuns(model, [x, t], give: [expected], "\(dims), below \(below), strict \(strict)")
            }
        }
    }
}
