// One epilogue to check: its steps and operands drawn from a seed, what they make of a number by plain arithmetic, and
// the kernel's view of them. `map` and binary convolution are checked against the same plain arithmetic.

import BNNMKernels
import TestSupport

/// A step with the numbers it reads.
struct EpilogueStep: CustomStringConvertible {
    var kind: bnnmk_step_kind
    var function = BNNMK_SIGMOID
    var a: [Float]?, b: [Float]?  // [channel]
    var operand: [Float] = []  // [pixel][channel], or [channel]
    var operandIsVector = false
    var minimum = -Float.infinity, maximum = Float.infinity
    var epsilon: Float = 0

    static let operandKinds = [
        BNNMK_STEP_ADD, BNNMK_STEP_SUBTRACT, BNNMK_STEP_SUBTRACT_FROM, BNNMK_STEP_MULTIPLY, BNNMK_STEP_DIVIDE,
    ]
    /// Those that take one number at a time.
    static let kinds =
        [BNNMK_STEP_SCALE_SHIFT, BNNMK_STEP_RECTIFY, BNNMK_STEP_CLAMP, BNNMK_STEP_FUNCTION] + operandKinds
    /// Those that take a whole row.
    static let rowKinds = [BNNMK_STEP_SOFTMAX, BNNMK_STEP_STANDARDIZE]

    /// A step of the kind, with numbers from `draw`.
    init(
        _ kind: bnnmk_step_kind, pixelCount: Int, channels: Int, using random: inout SeededRandom,
        draw: (inout SeededRandom) -> Float
    ) {
        self.kind = kind
        func numbers(_ count: Int) -> [Float] { (0..<count).map { _ in draw(&random) } }
        switch kind {
        case BNNMK_STEP_SCALE_SHIFT:
            a = random.chance(3, in: 4) ? numbers(channels) : nil
            b = random.chance(3, in: 4) ? numbers(channels) : nil
        case BNNMK_STEP_RECTIFY:
            a = numbers(channels)
            b = random.chance(1, in: 2) ? numbers(channels) : nil
        case BNNMK_STEP_CLAMP:
            let bounds: [(Float, Float)] = [
                (-.infinity, .infinity), (0, .infinity), (-1, 1), (0, 6), (-0.0, 0), (0.5, 0.5),
            ]
            (minimum, maximum) = random.pick(bounds)
        case BNNMK_STEP_FUNCTION:
            function = random.pick([
                BNNMK_SIGMOID, BNNMK_TANH, BNNMK_EXP, BNNMK_LOG, BNNMK_GELU, BNNMK_GELU_TANH, BNNMK_FLOOR, BNNMK_ROUND,
            ])
        case BNNMK_STEP_SOFTMAX: break
        case BNNMK_STEP_STANDARDIZE: epsilon = random.pick([0, 1e-5, 0.5])
        default:
            operandIsVector = Bool.random(using: &random)
            operand = numbers(operandIsVector ? channels : pixelCount * channels)
        }
    }

    /// What the step makes of x, each operation rounded to float32 by itself.
    func apply(_ x: Float, pixel: Int, channel: Int, channels: Int) -> Float {
        let y = operand.isEmpty ? 0 : operand[(operandIsVector ? 0 : pixel * channels) + channel]
        switch kind {
        case BNNMK_STEP_SCALE_SHIFT:
            let product = a.map { x * $0[channel] } ?? x
            return b.map { product + $0[channel] } ?? product
        case BNNMK_STEP_RECTIFY:
            if x < 0 { return x * (a?[channel] ?? 1) }
            return b.map { x * $0[channel] } ?? x
        case BNNMK_STEP_CLAMP:
            if x < minimum { return minimum }
            return x > maximum ? maximum : x
        case BNNMK_STEP_FUNCTION: return realFunction(function, x)
        case BNNMK_STEP_ADD: return x + y
        case BNNMK_STEP_SUBTRACT: return x - y
        case BNNMK_STEP_SUBTRACT_FROM: return y - x
        case BNNMK_STEP_MULTIPLY: return x * y
        default: return x / y
        }
    }

    /// What the step makes of a pixel's row.
    func apply(_ row: [Float], pixel: Int) -> [Float] {
        switch kind {
        case BNNMK_STEP_SOFTMAX: RowSteps.softmax(row) { realFunction(BNNMK_EXP, $0) }
        case BNNMK_STEP_STANDARDIZE: RowSteps.standardized(row, epsilon: epsilon)
        default: row.indices.map { apply(row[$0], pixel: pixel, channel: $0, channels: row.count) }
        }
    }

    var description: String {
        switch kind {
        case BNNMK_STEP_SCALE_SHIFT: "scale \(a != nil) shift \(b != nil)"
        case BNNMK_STEP_RECTIFY: "rectify, both sides: \(b != nil)"
        case BNNMK_STEP_CLAMP: "clamp \(minimum)...\(maximum)"
        case BNNMK_STEP_FUNCTION: "function \(function.rawValue)"
        case BNNMK_STEP_SOFTMAX: "softmax"
        case BNNMK_STEP_STANDARDIZE: "standardize, epsilon \(epsilon)"
        default: "operand \(kind.rawValue), vector: \(operandIsVector)"
        }
    }
}

/// A real function of one number at the generic level; `RealFunctionTests` checks it. All levels must give its bits.
func realFunction(_ function: bnnmk_real_function, _ x: Float) -> Float {
    var table = bnnmk_table()
    bnnmk_fill_table(&table, BNNMK_GENERIC.rawValue)
    var input = x
    var result: Float = 0
    var map = bnnmk_map()
    map.row_pixels = 1
    map.epilogue.channels = 1
    map.epilogue.step_count = 1
    map.epilogue.steps.0.kind = BNNMK_STEP_FUNCTION
    map.epilogue.steps.0.function = function
    withUnsafePointer(to: &input) { input in
        withUnsafeMutablePointer(to: &result) { result in
            map.input = input
            map.epilogue.values = result
            table.map(&map, 0, 1)
        }
    }
    return result
}

struct EpilogueCase {
    var steps: [EpilogueStep]
    let switchPoints: [[Float]]  // [switch][channel]
    let pixelCount: Int, channels: Int

    /// Numbers that arithmetic treats specially.
    static let edges: [Float] = [
        .nan, .infinity, -.infinity, 0, -0.0, .leastNonzeroMagnitude, -.leastNonzeroMagnitude, .leastNormalMagnitude,
        .greatestFiniteMagnitude, 1, -1,
    ]

    /// Mostly numbers of ordinary size, now and then an edge.
    static func draw(_ random: inout SeededRandom) -> Float {
        random.chance(1, in: 12) ? random.pick(edges) : random.float(3)
    }

    init(
        kinds: [bnnmk_step_kind], switchCount: Int, pixelCount: Int, channels: Int, using random: inout SeededRandom,
        draw: (inout SeededRandom) -> Float = EpilogueCase.draw
    ) {
        self.pixelCount = pixelCount
        self.channels = channels
        steps = kinds.map {
            EpilogueStep($0, pixelCount: pixelCount, channels: channels, using: &random, draw: draw)
        }
        switchPoints = (0..<switchCount).map { _ in (0..<channels).map { _ in EpilogueCase.draw(&random) } }
    }

    /// What steps make of a number, where none takes rows.
    func value(_ x: Float, pixel: Int, channel: Int) -> Float {
        steps.reduce(x) { $1.apply($0, pixel: pixel, channel: channel, channels: channels) }
    }

    func values(_ input: [Float]) -> [Float] {
        (0..<pixelCount).flatMap { pixel in
            steps.reduce(Array(input[pixel * channels..<(pixel + 1) * channels])) { $1.apply($0, pixel: pixel) }
        }
    }

    /// The decision of a value: +1 where the number of switch points <= it is odd.
    func decision(_ value: Float, channel: Int) -> Int8 {
        switchPoints.filter { $0[channel] <= value }.count % 2 == 1 ? 1 : -1
    }

    /// Calls `body` with the kernel's epilogue, which stores nothing yet.
    func withEpilogue(_ body: (bnnmk_epilogue) -> Void) {
        let memory = steps.map { step in
            (a: step.a.map { InputMemory($0) }, b: step.b.map { InputMemory($0) }, operand: InputMemory(step.operand))
        }
        let points = InputMemory(switchPoints.flatMap { $0 })
        var epilogue = bnnmk_epilogue()
        epilogue.channels = UInt32(channels)
        epilogue.step_count = UInt32(steps.count)
        epilogue.switch_points = points.pointer
        epilogue.switch_count = UInt32(switchPoints.count)
        withUnsafeMutableBytes(of: &epilogue.steps) { bytes in
            let kernelSteps = bytes.bindMemory(to: bnnmk_step.self)
            for (i, step) in steps.enumerated() {
                kernelSteps[i].kind = step.kind
                kernelSteps[i].function = step.function
                kernelSteps[i].a = memory[i].a?.pointer
                kernelSteps[i].b = memory[i].b?.pointer
                kernelSteps[i].operand = step.operand.isEmpty ? nil : memory[i].operand.pointer
                kernelSteps[i].operand_stride = step.operandIsVector ? 0 : UInt32(channels)
                kernelSteps[i].minimum = step.minimum
                kernelSteps[i].maximum = step.maximum
                kernelSteps[i].epsilon = step.epsilon
            }
        }
        withExtendedLifetime((memory, points)) { body(epilogue) }
    }
}

/// Bit patterns, with all NaNs alike.
func bits(_ values: [Float]) -> [UInt32] {
    values.map { $0.isNaN ? Float.nan.bitPattern : $0.bitPattern }
}

func bits(_ values: [Double]) -> [UInt64] {
    values.map { $0.isNaN ? Double.nan.bitPattern : $0.bitPattern }
}
