import BNNM
import BNNMFormat
import TestSupport
import XCTest

/// What the engine refuses of epilogues, concatenation, thresholds and masks beyond what the reader verifies.
final class EpilogueValidationTests: EngineTestCase {
    private let dims = [2, 3, 4, 5]

    private func model(_ build: (ModelDescription, UInt32) -> UInt32) -> ModelDescription {
        let model = ModelDescription()
        model.batch = 1
        let x = model.input(dims)
        model.output(build(model, x))
        return model
    }

    /// - Parameter results: dimensions of the results, where they are not what the epilogue gives
    private func map(
        _ epilogue: EpilogueDescription, _ operands: [[Int]] = [], results: [[Int]] = []
    ) -> ModelDescription {
        model { model, x in
            let record = epilogue.record(model, channels: 5)
            let inputs = operands.map { model.input($0, name: "operand") }
            var all = epilogue.results(dims)
            for (index, shape) in results.enumerated() { all[index].1 = shape }
            let first = model.op(BNNMF_OP_MAP, [x] + inputs, all[0].0, all[0].1) {
                $0.parameters.map.epilogue = record
            }
            _ = model.moreResults(Array(all.dropFirst()))
            return epilogue.storesValues ? first : x
        }
    }

    func testResultsHaveTheDimensionsOfTheValues() {
        assertRefused(
            map(EpilogueDescription(), results: [[2, 3, 5, 5]]), "the values must have the result's dimensions")
        assertRefused(
            map(EpilogueDescription(stores: 3), results: [dims, [2, 3, 3, 5]]),
            "the decisions must have the result's dimensions")
        assertRefused(
            map(EpilogueDescription(stores: 2), results: [[2, 3, 3, 5]]),
            "the decisions must have the result's dimensions")
        for shape in [[1, 1, 1, 5], [2, 1, 1, 10], [2, 1, 2, 5], [2, 3, 4, 5]] {
            assertRefused(
                map(EpilogueDescription(stores: 5), results: [dims, shape]), "averages must be one vector")
        }
    }

    func testOperandsFit() throws {
        let add = EpilogueDescription(steps: [.combine(BNNMF_STEP_ADD, values: [], tensor: 0)])
        for shape in [[2, 3, 4, 5], [2, 1, 1, 5]] { XCTAssertNoThrow(try map(add, [shape]).open()) }
        for shape in [
            [2, 3, 4, 4], [1, 1, 1, 5], [2, 1, 1, 1], [2, 3, 1, 5], [5], [2, 5], [2, 1, 1, 1, 5], [4, 3, 2, 5],
        ] {
            assertRefused(map(add, [shape]), "a step's operand must have the result's dimensions")
        }
        let model = ModelDescription()
        let x = model.input(dims)
        let record = add.record(model, channels: 5)
        model.output(
            model.op(BNNMF_OP_MAP, [x, model.sign(x, dims)], BNNMF_FLOAT32, dims) {
                $0.parameters.map.epilogue = record
            })
        assertRefused(model, "a step's operand must be float32")
    }

    func testSwitchPointsAscendAndLimitsAreInOrder() {
        var epilogue = EpilogueDescription(stores: 3)
        epilogue.points = [0, 0, 0, 0, 1, 0, 0, 0, 0, 0]
        assertRefused(map(epilogue), "switch points of a channel must ascend")
        assertRefused(map(EpilogueDescription(steps: [.clamp(1, 0)])), "its minimum must be a number")
    }

    func testConvolutionsWithoutRoomOrWithOtherOutputs() {
        func conv(_ g: bnnmf_window, stores: UInt32, _ shapes: [[Int]]) -> ModelDescription {
            model { model, x in
                let epilogue = EpilogueDescription(stores: stores)
                let record = epilogue.record(model, channels: 2)
                let weights = model.blob([Float](repeating: 0, count: Int(g.kernel_h * g.kernel_w) * 10))
                let results = zip(epilogue.results(dims), shapes).map { ($0.0, $1) }
                let first = model.op(BNNMF_OP_CONV2D, [x], results[0].0, results[0].1) {
                    $0.parameters.conv2d = bnnmf_conv2d(
                        window: g, groups: 1, weights: weights, bias: .max, minimum: 0, maximum: 1, layout: 0,
                        epilogue: record)
                }
                _ = model.moreResults(Array(results.dropFirst()))
                return stores == 2 ? x : first
            }
        }
        let means = [2, 1, 1, 2]
        XCTAssertNoThrow(try conv(window(kernel: (3, 3)), stores: 4, [means]).open())
        assertRefused(conv(window(kernel: (4, 1)), stores: 4, [means]), "the window must fit the padded input")
        for beyond in [window(kernel: (1, 70000)), window(kernel: (3, 3), stride: (3, 70000))] {
            assertRefused(
                conv(beyond, stores: 4, [means]), "kernel, stride, dilation and padding must be at most 65536",
                .limitExceeded)
        }
        assertRefused(
            conv(window(kernel: (3, 3)), stores: 5, [[2, 1, 3, 2], means]), "the output's width must be 2, not 3")
        assertRefused(conv(window(kernel: (3, 3)), stores: 2, [[2, 1, 3, 2]]), "the output's width must be 2, not 3")
        assertRefused(conv(window(kernel: (3, 3)), stores: 4, [[2, 1, 2, 2]]), "averages must be one vector")
        let wide = window(pads: (65536, 65536, 65536, 65536))
        assertRefused(conv(wide, stores: 4, [means]), "its results the limits")
    }

    func testMasks() {
        func masked(_ maskDims: [Int], isBits: Bool = true) -> ModelDescription {
            model { model, x in
                var random = SeededRandom(seed: 1)
                let layer = BinaryLayer(window(), 5, 3, &random)
                let parameters = layer.parameters(model, scale: [1, 2, 3], mask: 1)
                let mask = model.input(maskDims, name: "mask")
                return model.op(
                    BNNMF_OP_BINARY_CONV2D, [model.sign(x, dims), isBits ? model.sign(mask, maskDims) : mask],
                    BNNMF_FLOAT32, [2, 3, 4, 3]
                ) { $0.parameters.binary_conv2d = parameters }
            }
        }
        XCTAssertNoThrow(try masked(dims).open())
        assertRefused(masked([2, 3, 4, 4]), "input and mask must have equal dimensions")
        assertRefused(masked([1, 3, 4, 5]), "input and mask must have equal dimensions")
        assertRefused(masked(dims, isBits: false), "the mask must be bits")
    }

    func testConcatenation() {
        func concat(_ shapes: [[Int]], axis: UInt32, _ result: [Int], bits: Bool = false) -> ModelDescription {
            model { model, x in
                let inputs = shapes.map { model.input($0, name: "part") }
                return model.op(
                    BNNMF_OP_CONCAT, [x] + (bits ? [model.sign(inputs[0], shapes[0])] : inputs), BNNMF_FLOAT32, result
                ) { $0.parameters.concat.axis = axis }
            }
        }
        XCTAssertNoThrow(try concat([[2, 3, 4, 2]], axis: 3, [2, 3, 4, 7]).open())
        assertRefused(
            concat([[2, 3, 4, 2]], axis: 3, [2, 3, 4, 8]), "the output's extent along the axis must be 7, not 8")
        assertRefused(concat([[2, 3, 3, 2]], axis: 3, [2, 3, 4, 7]), "an extent of an input must be 4, not 3")
        assertRefused(concat([[2, 3, 8]], axis: 2, [2, 3, 6, 5]), "the rank of an input must be 4, not 3")
        assertRefused(concat([dims], axis: 3, [2, 3, 4, 10], bits: true), "an input must be float32")
    }

    func testThresholdsNeverFall() {
        func thresholds(
            _ scale: [Float], _ steps: [EpilogueDescription.Step] = [], _ shape: [Int] = [2, 1, 1, 5]
        ) -> ModelDescription {
            model { model, x in
                let t = model.input(shape, name: "t")
                let blob = model.blob(scale)
                let record = EpilogueDescription(steps: steps).record(model, channels: 5)
                _ = model.op(BNNMF_OP_ACCUMULATOR_THRESHOLDS, [t], BNNMF_INT32, shape) {
                    var parameters = bnnmf_accumulator_thresholds()
                    parameters.scale = blob
                    parameters.bias = .max
                    parameters.steps = record.steps
                    parameters.step_count = record.step_count
                    $0.parameters.accumulator_thresholds = parameters
                }
                return x
            }
        }
        let ones = [Float](repeating: 1, count: 5)
        func with(_ value: Float) -> [Float] { [1, 1, value, 1, 1] }
        XCTAssertNoThrow(
            try thresholds(with(0), [.scaleShift(with(0), nil), .rectify(ones, ones), .clamp(0, 1)]).open())
        for value in [-1, .nan, -.infinity] as [Float] {
            for description in [
                thresholds(with(value)), thresholds(ones, [.scaleShift(with(value), nil)]),
                thresholds(ones, [.rectify(with(value), nil)]), thresholds(ones, [.rectify(ones, with(value))]),
            ] {
                assertRefused(description, "scales and slopes must not be negative or NaN")
            }
        }
        assertRefused(thresholds(ones, [], [2, 1, 2, 5]), "one vector of channels for each sample")
        assertRefused(thresholds(ones, [], [5]), "one vector of channels for each sample")
    }

    func testComparisons() {
        func compare(_ t: [Int], _ y: [Int]) -> ModelDescription {
            model { model, x in
                model.unpack(
                    model.op(BNNMF_OP_BINARIZE_BY, [x, model.input(t, name: "t")], BNNMF_BITS, y), y)
            }
        }
        XCTAssertNoThrow(try compare([2, 1, 1, 5], dims).open())
        for shape in [[1, 1, 1, 5], [2, 3, 1, 5], [2, 1, 1, 1], [2, 5], [5]] {
            assertRefused(compare(shape, dims), "the thresholds must be one vector of channels")
        }
        assertRefused(compare([2, 1, 1, 5], [2, 3, 5, 5]), "input and output must have equal dimensions")
    }
}
