import BNNM
import BNNMFormat
import TestSupport
import XCTest

/// What model information tells of a layer's arithmetic and bytes, against counts by hand.
final class WorkloadTests: XCTestCase {
    private let dims = [1, 4, 4, 6]
    private let values = 4 * 4 * 6

    private func lastLayer(_ model: ModelDescription, _ output: UInt32) throws -> BNNMModel.Layer {
        model.output(output)
        return try XCTUnwrap(try model.open().layers.last)
    }

    func testStepsDecisionsAndAveragesCountForEveryValue() throws {
        let model = ModelDescription()
        let x = model.input(dims)
        let six = [Float](repeating: 2, count: 6)
        var epilogue = EpilogueDescription(
            steps: [
                .scaleShift(six, six), .scaleShift(nil, six), .rectify(six, nil), .clamp(0, .infinity),
                .function(BNNMF_EXP), .combine(BNNMF_STEP_ADD, values: [], tensor: x),
            ], stores: 7)
        epilogue.points = six + six
        let record = epilogue.record(model, channels: 6)
        let mapped = model.op(BNNMF_OP_MAP, [x, x], BNNMF_FLOAT32, dims) { $0.parameters.map.epilogue = record }
        model.moreResults([(BNNMF_BITS, dims), (BNNMF_FLOAT32, [1, 1, 1, 6])])
        let layer = try lastLayer(model, mapped)
        // The exponential and two switch points are of 32 bits, a sum, and the conversion to it, of 64.
        XCTAssertEqual(layer.operationCount, values * (2 + 1 + 2 + 1 + 14 + 1 + 2 + 2 * 2))
        XCTAssertEqual(layer.operandByteCount, 2 * 4 * values)
        XCTAssertEqual(layer.resultByteCount, 4 * values + 8 * 4 * 4 + 4 * 6)
    }

    func testStepsOfRowsCountForEveryValue() throws {
        let counts: [(EpilogueDescription.Step, Int)] = [
            (.quotient([Float](repeating: 2, count: 6)), 1),
            // The greatest, a difference, its exponential, a conversion and a sum of 64 bits, a quotient.
            (.softmax, 1 + 1 + 14 + 2 * 2 + 1),
            // A sum of 64 bits, a difference, its square, the sum of those, a product; conversions to the sums.
            (.standardize(epsilon: 0.5), 2 * 2 + 1 + 1 + 2 * 2 + 1),
        ]
        for (step, count) in counts {
            let model = ModelDescription()
            let record = EpilogueDescription(steps: [step]).record(model, channels: 6)
            let mapped = model.op(BNNMF_OP_MAP, [model.input(dims)], BNNMF_FLOAT32, dims) {
                $0.parameters.map.epilogue = record
            }
            let layer = try lastLayer(model, mapped)
            XCTAssertEqual(layer.operationCount, values * count, "\(step)")
            XCTAssertEqual([layer.operandByteCount, layer.resultByteCount], [4 * values, 4 * values])
        }
    }

    func testAccumulatorsAreConvertedScaledAndClamped() throws {
        let model = ModelDescription()
        var random = SeededRandom(seed: 1)
        let layer = BinaryLayer(window(kernel: (3, 3), pads: (1, 1, 1, 1)), groups: 1, pad: 0, 6, 6, &random)
        let bits = model.sign(model.input(dims), dims)
        let scale = [Float](repeating: 1, count: 6)
        let result = layer.add(to: model, bits, dims, BNNMF_FLOAT32, scale: scale, limits: (-1, 1))
        let found = try lastLayer(model, result)
        XCTAssertEqual(found.multiplyAccumulates, values * 6 * 9)
        XCTAssertEqual(found.operationCount, values * (2 + 2))
        XCTAssertEqual([found.operandByteCount, found.resultByteCount], [8 * 4 * 4, 4 * values])
    }

    func testPoolsCountTheirTaps() throws {
        let model = ModelDescription()
        let half = window(kernel: (2, 2), stride: (2, 2))
        let pooled = model.op(BNNMF_OP_MAX_POOL, [model.input(dims)], BNNMF_FLOAT32, [1, 2, 2, 6]) {
            $0.parameters.pool = bnnmf_pool(window: half, count_include_pad: 0, or_channels: .max)
        }
        XCTAssertEqual(try lastLayer(model, pooled).operationCount, 2 * 2 * 6 * 3)
        let means = ModelDescription()
        let averaged = means.op(BNNMF_OP_AVERAGE_POOL, [means.input(dims)], BNNMF_FLOAT32, [1, 2, 2, 6]) {
            $0.parameters.pool = bnnmf_pool(window: half, count_include_pad: 0, or_channels: .max)
        }
        // Each tap becomes a number of 64 bits, and is added as such.
        XCTAssertEqual(try lastLayer(means, averaged).operationCount, 2 * 2 * 6 * 4 * 2 * 2)
    }

    func testAReshapeDoesNothing() throws {
        let model = ModelDescription()
        let layer = try lastLayer(model, model.reshape(model.input(dims), [1, values]))
        XCTAssertEqual([layer.operationCount, layer.operandByteCount, layer.resultByteCount], [0, 0, 0])
    }
}
