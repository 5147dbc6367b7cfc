import BNNMFormat
import Foundation
import TestSupport

/// An epilogue written down by a test, and its plain meaning.
struct EpilogueDescription {
    enum Step {
        case scaleShift([Float]?, [Float]?)
        case rectify([Float], [Float]?)
        case clamp(Float, Float)
        case function(bnnmf_real_function)
        /// `values` are of the result's dimensions or, shorter, a vector for each image.
        case combine(bnnmf_step_kind, values: [Float], tensor: UInt32)
        case quotient([Float])
        case softmax
        case standardize(epsilon: Float)
    }

    var steps: [Step] = []
    var stores: UInt32 = 1
    /// [rows][channels]
    var points: [Float] = []
    var averageScale: [Float] = []
    var averageShift: [Float] = []

    var storesValues: Bool { stores & 1 != 0 }
    var storesDecisions: Bool { stores & 2 != 0 }
    var storesAverages: Bool { stores & 4 != 0 }

    /// The operands in the order of the operator's inputs, from 1 on.
    var operands: [UInt32] {
        steps.compactMap { if case .combine(_, _, let tensor) = $0 { tensor } else { nil } }
    }

    func record(_ model: ModelDescription, channels: Int, firstOperand: UInt32 = 1) -> bnnmf_epilogue {
        var epilogue = bnnmf_epilogue.none
        epilogue.stores = stores
        var operand = firstOperand
        epilogue.set(steps.map { $0.record(model, &operand) })
        if storesDecisions {
            epilogue.switch_points = model.blob(points)
            epilogue.switch_count = UInt32(points.count / channels)
        }
        if !averageScale.isEmpty {
            epilogue.average_scale = model.blob(averageScale)
            epilogue.average_shift = model.blob(averageShift)
        }
        return epilogue
    }

    /// The results' types and dimensions.
    func results(_ dims: [Int], _ type: bnnmf_element_type = BNNMF_FLOAT32) -> [(bnnmf_element_type, [Int])] {
        (storesValues ? [(type, dims)] : []) + (storesDecisions ? [(BNNMF_BITS, dims)] : [])
            + (storesAverages ? [(BNNMF_FLOAT32, [dims[0], 1, 1, dims.last!])] : [])
    }

    /// What the results must be, decisions as ±1.
    func expected(_ x: [Float], dims: [Int]) -> [[Float]] {
        let values = steps.reduce(x) { $1.apply($0, dims) }
        let channels = dims.last!
        let decisions = values.enumerated().map { i, value -> Float in
            let column = stride(from: i % channels, to: points.count, by: channels).map { points[$0] }
            return column.filter { $0 <= value }.count % 2 == 1 ? 1 : -1
        }
        return (storesValues ? [values] : []) + (storesDecisions ? [decisions] : [])
            + (storesAverages ? [averages(values, dims)] : [])
    }

    private func averages(_ values: [Float], _ dims: [Int]) -> [Float] {
        let (n, h, w, c) = (dims[0], dims[1], dims[2], dims[3])
        return (0..<n * c).map { index in
            let image = index / c, channel = index % c
            var sum = 0.0
            for y in 0..<h {
                var row = 0.0
                for x in 0..<w { row += Double(values[((image * h + y) * w + x) * c + channel]) }
                sum += row
            }
            let mean = sum / Double(h * w)
            guard !averageScale.isEmpty else { return Float(mean) }
            return Float(Double(averageScale[channel]) * mean + Double(averageShift[channel]))
        }
    }
}

extension EpilogueDescription.Step {
    func record(_ model: ModelDescription, _ operand: inout UInt32) -> bnnmf_step {
        var step = bnnmf_step(
            kind: 0, function: 0, a: .max, b: .max, operand: 0, minimum: -.infinity, maximum: .infinity, epsilon: 0)
        switch self {
        case .scaleShift(let a, let b):
            step.kind = BNNMF_STEP_SCALE_SHIFT.rawValue
            if let a { step.a = model.blob(a) }
            if let b { step.b = model.blob(b) }
        case .rectify(let a, let b):
            step.kind = BNNMF_STEP_RECTIFY.rawValue
            step.a = model.blob(a)
            if let b { step.b = model.blob(b) }
        case .clamp(let minimum, let maximum):
            step.kind = BNNMF_STEP_CLAMP.rawValue
            (step.minimum, step.maximum) = (minimum, maximum)
        case .function(let function):
            step.kind = BNNMF_STEP_FUNCTION.rawValue
            step.function = function.rawValue
        case .combine(let kind, _, _):
            step.kind = kind.rawValue
            step.operand = operand
            operand += 1
        case .quotient(let a):
            step.kind = BNNMF_STEP_QUOTIENT.rawValue
            step.a = model.blob(a)
        case .softmax: step.kind = BNNMF_STEP_SOFTMAX.rawValue
        case .standardize(let epsilon):
            step.kind = BNNMF_STEP_STANDARDIZE.rawValue
            step.epsilon = epsilon
        }
        return step
    }

    func apply(_ x: [Float], _ dims: [Int]) -> [Float] {
        let width = dims.last!
        switch self {
        case .softmax:
            // Rounded correctly, which the engine's exponentials are not all.
            return RowSteps.each(of: x, width: width) { RowSteps.softmax($0) { Float(exp(Double($0))) } }
        case .standardize(let epsilon):
            return RowSteps.each(of: x, width: width) { RowSteps.standardized($0, epsilon: epsilon) }
        default: return applyToEach(x, dims)
        }
    }

    /// Where every number is by itself.
    private func applyToEach(_ x: [Float], _ dims: [Int]) -> [Float] {
        let channels = dims.last!, perImage = x.count / dims[0]
        return x.enumerated().map { i, x in
            let c = i % channels
            switch self {
            case .scaleShift(let a, let b): return (a.map { x * $0[c] } ?? x) + (b?[c] ?? 0)
            case .rectify(let a, let b): return x < 0 ? x * a[c] : b.map { x * $0[c] } ?? x
            case .clamp(let minimum, let maximum): return min(max(x, minimum), maximum)
            case .function(BNNMF_SIGMOID): return Float(1 / (1 + exp(-Double(x))))
            case .function: return Float(tanh(Double(x)))
            case .combine(let kind, let values, _):
                let y = values[values.count == dims.reduce(1, *) ? i : i / perImage * channels + c]
                switch kind {
                case BNNMF_STEP_ADD: return x + y
                case BNNMF_STEP_SUBTRACT: return x - y
                case BNNMF_STEP_SUBTRACT_FROM: return y - x
                case BNNMF_STEP_MULTIPLY: return x * y
                default: return x / y
                }
            case .quotient(let a): return x / a[c]
            case .softmax, .standardize: return x
            }
        }
    }

    static let arithmetic = [
        BNNMF_STEP_ADD, BNNMF_STEP_SUBTRACT, BNNMF_STEP_SUBTRACT_FROM, BNNMF_STEP_MULTIPLY, BNNMF_STEP_DIVIDE,
    ]
}

extension bnnmf_epilogue {
    /// No epilogue.
    static var none: bnnmf_epilogue {
        var epilogue = bnnmf_epilogue()
        epilogue.switch_points = .max
        epilogue.average_scale = .max
        epilogue.average_shift = .max
        return epilogue
    }

    mutating func set(_ records: [bnnmf_step]) {
        step_count = UInt32(records.count)
        withUnsafeMutableBytes(of: &steps) { bytes in
            for (index, record) in records.enumerated() {
                bytes.storeBytes(of: record, toByteOffset: index * MemoryLayout<bnnmf_step>.stride, as: bnnmf_step.self)
            }
        }
    }
}
