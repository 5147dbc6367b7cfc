import BNNM
import BNNMFormat
import TestSupport
import XCTest

/// Weighted sums along every axis, against plain loops in float64.
final class ResampleTests: EngineTestCase {
    func testWeightedSumsAlongEveryAxis() throws {
        for dims in [[2, 3, 4], [5], [1, 4, 3, 2], [3, 1, 70]] {
            for axis in dims.indices {
                for (count, taps) in [(1, 1), (7, 2), (2, 5), (dims[axis], 3)] {
                    var random = SeededRandom(seed: UInt64(axis * 10 + taps))
                    let values = random.integers(Shape(dims).count, -99...99).map { $0 / 7 }
                    let weights = random.integers(count * taps, -9...9).map { $0 / 3 }
                    let indices = random.integers(count * taps, 0...dims[axis] - 1).map { Int32($0) }
                    var result = dims
                    result[axis] = count
                    let model = ModelDescription()
                    model.batch = 1
                    let (places, factors) = (model.blob(indices), model.blob(weights))
                    model.output(
                        model.op(BNNMF_OP_RESAMPLE, [model.input(dims)], BNNMF_FLOAT32, result) {
                            $0.parameters.resample = bnnmf_resample(
                                axis: UInt32(axis), count: UInt32(count), taps: UInt32(taps), indices: places,
                                weights: factors)
                        })
                    let expected = (0..<Shape(result).count).map { position -> Float in
                        var coordinates = Shape(result).coordinates(position)
                        let item = coordinates[axis]
                        var sum = 0.0
                        for tap in item * taps..<(item + 1) * taps {
                            coordinates[axis] = Int(indices[tap])
                            sum += Double(weights[tap]) * Double(values[Shape(dims).position(coordinates)])
                        }
                        return Float(sum)
                    }
                    try assertRuns(model, [values], give: [expected], "\(dims), axis \(axis), \(count) of \(taps)")
                }
            }
        }
    }
}
