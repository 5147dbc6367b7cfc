import BNNM
import BNNMFormat
import TestSupport
import XCTest

/// Epilogues on CONV2D, BINARY_CONV2D and MAP against plain loops: every step, both kinds of operands, every
/// combination of results, groups, several images. Numbers are dyadic and small, so that results are exact.
final class EpilogueTests: EngineTestCase {
    private var random = SeededRandom(seed: 1)

    /// Powers of two, so that quotients are exact.
    private func powers(_ count: Int) -> [Float] {
        (0..<count).map { _ in [0.5, 1, 2, -1, -2, 0.25].randomElement(using: &random)! }
    }

    /// An input of the model, or something computed from it that nobody else reads.
    private func operand(
        _ model: ModelDescription, _ inputs: inout [[Float]], _ dims: [Int], isVector: Bool, isComputed: Bool
    ) -> (values: [Float], tensor: UInt32) {
        let shape = isVector ? [dims[0]] + dims[1..<dims.count - 1].map { _ in 1 } + [dims.last!] : dims
        let values = powers(shape.reduce(1, *))
        inputs.append(values)
        let input = model.input(shape, name: "operand\(inputs.count)")
        guard isComputed else { return (values, input) }
        return (values.map { -$0 }, model.scaleShift(input, shape, [-1], [0]))
    }

    /// Random steps; no functions, which are not exact, and so no softmax (`RowStepTests`).
    ///
    /// - Parameter rows: whether one may standardize rows
    private func epilogue(
        _ model: ModelDescription, _ inputs: inout [[Float]], _ dims: [Int], stores: UInt32, stepCount: Int,
        rows: Bool = false
    ) -> EpilogueDescription {
        let channels = dims.last!
        var epilogue = EpilogueDescription(stores: stores)
        let standardized = rows && random.chance(1, in: 2) ? Int.random(in: 0...stepCount, using: &random) : stepCount
        for index in 0..<stepCount {
            guard index != standardized else {
                epilogue.steps.append(.standardize(epsilon: 0.25))
                continue
            }
            switch Int.random(in: 0..<6, using: &random) {
            case 0:
                let (a, b) = (powers(channels), random.integers(channels))
                epilogue.steps.append(
                    [.scaleShift(a, b), .scaleShift(a, nil), .scaleShift(nil, b), .scaleShift(nil, nil)]
                        .randomElement(using: &random)!)
            case 1:
                epilogue.steps.append(.rectify(powers(channels), Bool.random(using: &random) ? powers(channels) : nil))
            case 2: epilogue.steps.append(.clamp(-20.5, 30.25))
            case 3: epilogue.steps.append(.quotient(powers(channels)))
            default:
                let kind = EpilogueDescription.Step.arithmetic.randomElement(using: &random)!
                let operand = operand(
                    model, &inputs, dims, isVector: dims.count > 1 && Bool.random(using: &random),
                    isComputed: Bool.random(using: &random))
                epilogue.steps.append(.combine(kind, values: operand.values, tensor: operand.tensor))
            }
        }
        if epilogue.storesDecisions {
            let first = random.integers(channels)
            epilogue.points = first + first.map { $0 + 2 } + first.map { _ in .nan }
            for c in stride(from: 0, to: channels, by: 4) { epilogue.points[c] = -.infinity }
        }
        return epilogue
    }

    /// Adds the operator and makes its results outputs of the model; the operator's inputs are `x`, then the operands,
    /// then `mask`.
    private func add(
        _ model: ModelDescription, _ code: bnnmf_op_code, _ x: UInt32, _ epilogue: EpilogueDescription, _ dims: [Int],
        type: bnnmf_element_type = BNNMF_FLOAT32, mask: UInt32? = nil, _ set: (inout bnnmf_op) -> Void
    ) {
        let results = epilogue.results(dims, type)
        let first = model.op(
            code, [x] + epilogue.operands + (mask.map { [$0] } ?? []), results[0].0, results[0].1, set)
        let all = [first] + model.moreResults(Array(results.dropFirst()))
        for (index, tensor) in all.enumerated() {
            // Only numbers can be outputs.
            let output =
                results[index].0 == BNNMF_BITS
                ? model.unpack(tensor, results[index].1)
                : results[index].0 == BNNMF_INT32 ? tensor : model.reshape(tensor, results[index].1)
            model.output(output, name: "y\(index)")
        }
    }

    func testMapsOfEveryRankAndStore() throws {
        for (case_, dims) in [
            [2, 3, 5, 7], [1, 4, 3, 64], [3, 2, 2, 130], [2, 9], [1, 65], [70], [2, 3, 5], [2, 1, 2, 2, 3],
            [5, 1, 1, 4],
        ].enumerated() {
            for stores in (dims.count == 4 ? 1...7 : 1...3) as ClosedRange<UInt32> {
                for stepCount in [0, 1, 3, 8] {
                    random = SeededRandom(seed: UInt64(case_ * 100 + Int(stores) * 10 + stepCount))
                    let model = ModelDescription()
                    model.batch = 1
                    var inputs = [random.integers(dims.reduce(1, *))]
                    var x = model.input(dims)
                    if stepCount > 1 { x = model.scaleShift(x, dims, [1], [0]) }
                    let epilogue = epilogue(
                        model, &inputs, dims, stores: stores, stepCount: stepCount, rows: true)
                    let record = epilogue.record(model, channels: dims.last!)
                    add(model, BNNMF_OP_MAP, x, epilogue, dims) { $0.parameters.map.epilogue = record }
                    try assertRuns(
                        model, inputs, give: epilogue.expected(inputs[0], dims: dims),
                        "\(dims), stores \(stores), steps \(epilogue.steps.count)")
                }
            }
        }
    }

    func testConvolutionsWithEpilogues() throws {
        var seed: UInt64 = 0
        for (channels, outChannels, groups) in [(3, 8, 1), (4, 70, 2), (6, 3, 3), (5, 65, 1)] {
            for stores in 1...7 as ClosedRange<UInt32> {
                for geometry in [window(), window(kernel: (3, 2), stride: (2, 1), pads: (1, 1, 1, 0))] {
                    seed += 1
                    random = SeededRandom(seed: seed)
                    let model = ModelDescription()
                    model.batch = 1
                    let x = Image(
                        seed % 2 == 0 ? 2 : 1, 7, 5, channels, random.integers((seed % 2 == 0 ? 2 : 1) * 35 * channels))
                    let dims = x.outputDims(geometry, channels: outChannels)
                    let weights = random.integers(
                        Int(geometry.kernel_h * geometry.kernel_w) * channels / groups * outChannels)
                    let bias = random.integers(outChannels)
                    var inputs = [x.values]
                    let input = model.input(x.dims)
                    let epilogue = epilogue(model, &inputs, dims, stores: stores, stepCount: Int(seed % 4))
                    let record = epilogue.record(model, channels: outChannels)
                    let (w, b) = (model.blob(weights), model.blob(bias))
                    add(model, BNNMF_OP_CONV2D, input, epilogue, dims) {
                        $0.parameters.conv2d = bnnmf_conv2d(
                            window: geometry, groups: UInt32(groups), weights: w, bias: b, minimum: -60, maximum: 60,
                            layout: 0, epilogue: record)
                    }
                    let (perGroup, outs) = (channels / groups, outChannels / groups)
                    let taps = Int(geometry.kernel_h * geometry.kernel_w)
                    var sums = x.conv(geometry, groups: groups, channels: outChannels, pad: 0) { tap, k, m in
                        weights[((m / outs * taps + tap) * perGroup + k) * outs + m % outs]
                    }
                    for i in sums.values.indices {
                        sums.values[i] = min(max(sums.values[i] + bias[i % outChannels], -60), 60)
                    }
                    try assertRuns(
                        model, inputs, give: epilogue.expected(sums.values, dims: dims),
                        "seed \(seed), stores \(stores)")
                }
            }
        }
    }

    func testBinaryConvolutionsWithEpiloguesAndMasks() throws {
        var seed: UInt64 = 0
        for (channels, outChannels, groups, pad) in [
            (3, 8, 1, 0), (70, 66, 2, 0), (128, 34, 2, -1), (64, 65, 1, -1), (24, 12, 3, 1), (130, 4, 2, 0),
            (64, 72, 1, 1),
        ] {
            for stores in 1...7 as ClosedRange<UInt32> {
                for isMasked in [false, true] where !isMasked || pad == 0 {
                    seed += 1
                    random = SeededRandom(seed: seed)
                    let model = ModelDescription()
                    model.batch = 1
                    let n = seed % 3 == 0 ? 2 : 1
                    let x = Image(n, 5, 4, channels, random.signs(n * 20 * channels))
                    let mask = Image(n, 5, 4, channels, random.signs(n * 20 * channels))
                    let layer = BinaryLayer(
                        window(kernel: (3, 2), pads: (1, 1, 1, 0)), groups: groups, pad: Int32(pad), channels,
                        outChannels, &random)
                    let scale = powers(outChannels), bias = random.integers(outChannels)
                    var inputs = [x.values]
                    let bits = model.sign(model.input(x.dims), x.dims)
                    let dims = x.outputDims(layer.window, channels: outChannels)
                    let epilogue = epilogue(model, &inputs, dims, stores: stores, stepCount: Int(seed % 4))
                    var maskBits: UInt32?
                    if isMasked {
                        inputs.append(mask.values)
                        maskBits = model.sign(model.input(x.dims, name: "mask"), x.dims)
                    }
                    let record = epilogue.record(model, channels: outChannels)
                    let parameters = layer.parameters(
                        model, scale: scale, bias: bias, limits: (-50, 50),
                        mask: isMasked ? UInt32(1 + epilogue.operands.count) : 0, epilogue: record)
                    add(model, BNNMF_OP_BINARY_CONV2D, bits, epilogue, dims, mask: maskBits) {
                        $0.parameters.binary_conv2d = parameters
                    }
                    // A mask bit of 1 stands for -1: there the input counts, elsewhere it is as if it were 0.
                    var counted = x
                    if isMasked {
                        for i in x.values.indices where mask.values[i] > 0 { counted.values[i] = 0 }
                    }
                    var sums = layer.accumulators(counted)
                    for i in sums.values.indices {
                        let m = i % outChannels
                        sums.values[i] = min(max(sums.values[i] * scale[m] + bias[m], -50), 50)
                    }
                    try assertRuns(
                        model, inputs, give: epilogue.expected(sums.values, dims: dims),
                        "seed \(seed), channels \(channels), stores \(stores), masked \(isMasked)")
                }
            }
        }
    }

    func testFunctionsAreWithinTwoUnitsInTheLastPlace() throws {
        let coarse: [Float] = (0..<4096).map { Float($0 - 2048) / 64 }
        let fine: [Float] = (0..<1024).map { Float($0 - 512) / 65536 }
        let values = coarse + fine
        for function in [BNNMF_SIGMOID, BNNMF_TANH] {
            let model = ModelDescription()
            let epilogue = EpilogueDescription(steps: [.function(function)], stores: 1)
            let record = epilogue.record(model, channels: 5)
            let dims = [1, values.count / 5, 5]
            add(model, BNNMF_OP_MAP, model.input(dims), epilogue, dims) { $0.parameters.map.epilogue = record }
            let results = try BNNMSession(model.open()).run([values])[0]
            for (found, expected) in zip(results, epilogue.expected(values, dims: dims)[0]) {
                XCTAssertLessThanOrEqual(abs(found - expected), 2 * expected.ulp)
            }
        }
    }

    func testAveragesAreTheSameForEveryNumberOfThreads() throws {
        random = SeededRandom(seed: 5)
        // Rows are shared, or, where there are few, parts of them.
        for dims in [[2, 33, 17, 40], [2, 1, 256, 40], [1, 3, 12, 40], [1, 1, 7, 40]] {
            let values = (0..<dims.reduce(1, *)).map { _ in Float.random(in: -1...1, using: &random) }
            let model = ModelDescription()
            model.batch = 1
            let epilogue = EpilogueDescription(
                steps: [.scaleShift([Float](repeating: 0.3, count: 40), nil)], stores: 5)
            let record = epilogue.record(model, channels: 40)
            add(model, BNNMF_OP_MAP, model.input(dims), epilogue, dims) { $0.parameters.map.epilogue = record }
            let open = try model.open()
            let expected = epilogue.expected(values, dims: dims)
            for threads in [1, 2, 3, 8] {
                XCTAssertEqual(
                    try BNNMSession(open, threads: threads).run([values]), expected, "\(dims), \(threads) threads")
            }
        }
    }

    func testAccumulatorsWithAveragesThresholdsAndComparison() throws {
        for (seed, channels, outChannels, groups) in [(1, 3, 8, 1), (2, 70, 66, 2), (3, 64, 5, 1)]
            as [(UInt64, Int, Int, Int)]
        {
            random = SeededRandom(seed: seed)
            let model = ModelDescription()
            model.batch = 1
            let x = Image(2, 5, 4, channels, random.signs(40 * channels))
            let layer = BinaryLayer(
                window(kernel: (3, 3), pads: (1, 1, 1, 1)), groups: groups, channels, outChannels, &random)
            let dims = x.outputDims(layer.window, channels: outChannels)
            let bits = model.sign(model.input(x.dims), x.dims)
            var epilogue = EpilogueDescription(stores: 5)
            epilogue.averageScale = powers(outChannels).map { abs($0) }
            epilogue.averageShift = random.integers(outChannels)
            let record = epilogue.record(model, channels: outChannels)
            let parameters = layer.parameters(model, epilogue: record)
            let acc = model.op(BNNMF_OP_BINARY_CONV2D, [bits], BNNMF_INT32, dims) {
                $0.parameters.binary_conv2d = parameters
            }
            let means = model.moreResults([(BNNMF_FLOAT32, [2, 1, 1, outChannels])])[0]
            let (scale, bias) = (epilogue.averageScale, epilogue.averageShift)
            let (a, b) = (model.blob(scale), model.blob(bias))
            let slope = [Float](repeating: 0.5, count: outChannels)
            let slopes = model.blob(slope)
            let limit = 9 * channels / groups
            for strict in [0, 1] as [UInt32] {
                let thresholds = model.op(
                    BNNMF_OP_ACCUMULATOR_THRESHOLDS, [means], BNNMF_INT32, [2, 1, 1, outChannels]
                ) {
                    $0.parameters.accumulator_thresholds = bnnmf_accumulator_thresholds()
                    $0.parameters.accumulator_thresholds.scale = a
                    $0.parameters.accumulator_thresholds.bias = b
                    $0.parameters.accumulator_thresholds.limit = UInt32(limit)
                    $0.parameters.accumulator_thresholds.strict = strict
                    var epilogue = bnnmf_epilogue()
                    epilogue.set([
                        bnnmf_step(
                            kind: BNNMF_STEP_RECTIFY.rawValue, function: 0, a: slopes, b: .max, operand: 0,
                            minimum: -.infinity, maximum: .infinity, epsilon: 0)
                    ])
                    $0.parameters.accumulator_thresholds.steps = epilogue.steps
                    $0.parameters.accumulator_thresholds.step_count = 1
                }
                for below in [0, 1] as [UInt32] {
                    let decided = model.op(BNNMF_OP_BINARIZE_BY, [acc, thresholds], BNNMF_BITS, dims) {
                        $0.parameters.binarize_by = bnnmf_binarize_by(below: below, strict: strict)
                    }
                    model.output(model.unpack(decided, dims), name: "y\(strict)\(below)")
                }
            }
            model.output(means, name: "means")
            let sums = layer.accumulators(x).values
            var means_ = EpilogueDescription(stores: 4)
            (means_.averageScale, means_.averageShift) = (scale, bias)
            let averages = means_.expected(sums, dims: dims)[0]
            var expected: [[Float]] = []
            for strict in [false, true] {
                for below in [false, true] {
                    var decisions: [Float] = []
                    for (i, sum) in sums.enumerated() {
                        let c = i % outChannels, t = averages[i / (20 * outChannels) * outChannels + c]
                        let least = leastAccumulator(limit, strict, t) { v in
                            let f = Float(v) * scale[c] + bias[c]
                            return f < 0 ? f * 0.5 : f
                        }
                        let (a, b) = below ? (least, Int(sum)) : (Int(sum), least)
                        decisions.append((strict ? a > b : a >= b) ? 1 : -1)
                    }
                    expected.append(decisions)
                }
            }
            try assertRuns(model, [x.values], give: expected + [averages], "seed \(seed)")
        }
    }

    /// The least accumulator whose number reaches the threshold; Int32.max where there is none.
    private func leastAccumulator(_ limit: Int, _ strict: Bool, _ t: Float, _ f: (Int) -> Float) -> Int {
        for v in -limit...limit where strict ? f(v) > t : f(v) >= t { return v }
        return Int(Int32.max)
    }
}
