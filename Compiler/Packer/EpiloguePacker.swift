import BNNMFormat
import BNNMIR

/// Epilogues as records: constants become blobs, computed operands further inputs of the operator, and what is stored
/// its results.
extension OperatorPacker {
    /// The record that `body` makes of an epilogue, with the epilogue's operands and results.
    func withEpilogue(
        _ epilogue: Epilogue, _ baseOperandCount: Int, mask: Graph.ValueID? = nil,
        _ body: (bnnmf_epilogue) throws -> bnnmf_op
    ) throws -> bnnmf_op {
        let operands = Array(node.inputs.dropFirst(baseOperandCount))
        var tensors = try mask.map { [try model.tensor($0)] } ?? []
        var packed = bnnmf_epilogue.none
        packed.stores = stores(epilogue)
        packed.step_count = UInt32(epilogue.steps.count)
        let steps = try epilogue.steps.map { step in
            try record(step, operands) { value in
                tensors.append(try model.tensor(value))
                return UInt32(tensors.count)
            }
        }
        fill(&packed.steps, steps)
        if let position = epilogue.switchPoints {
            let points = graph.constant(operands[position]!)!
            packed.switch_points = model.blob(perChannel(points, rows: points.shape[0]))
            packed.switch_count = UInt32(points.shape[0])
        }
        var op = try body(packed)
        withUnsafeMutableBytes(of: &op.inputs) { bytes in
            let words = bytes.bindMemory(to: UInt32.self)
            for (index, tensor) in tensors.enumerated() { words[index + 1] = tensor }
        }
        op.input_count = UInt32(1 + tensors.count)
        op.more_output_count = UInt32(node.outputs.count - 1)
        fill(&op.more_outputs, try node.outputs.dropFirst().map { try model.tensor($0) })
        return op
    }

    private func stores(_ epilogue: Epilogue) -> UInt32 {
        (epilogue.storesValues ? BNNMF_STORES_VALUES.rawValue : 0)
            | (epilogue.switchPoints != nil ? BNNMF_STORES_DECISIONS.rawValue : 0)
            | (epilogue.storesAverages ? BNNMF_STORES_AVERAGES.rawValue : 0)
    }

    /// - Parameter input: gives a computed operand its number among the operator's inputs.
    func record(
        _ step: Epilogue.Step, _ operands: [Graph.ValueID?], input: (Graph.ValueID) throws -> UInt32
    ) throws -> bnnmf_step {
        func constant(_ position: Int) -> [Float] { perChannel(graph.constant(operands[position]!)!, rows: 1) }
        var record = bnnmf_step.none
        switch step {
        case .scaleShift(let scale, let shift):
            record.kind = BNNMF_STEP_SCALE_SHIFT.rawValue
            let (a, b) = (constant(scale), constant(shift))
            // Multiplying by 1 and adding 0 change nothing but the sign of a zero, which no operator tells apart.
            if !a.allSatisfy({ $0 == 1 }) { record.a = model.blob(a) }
            if !b.allSatisfy({ $0 == 0 }) { record.b = model.blob(b) }
        case .rectify(let slope):
            record.kind = BNNMF_STEP_RECTIFY.rawValue
            record.a = model.blob(constant(slope))
        case .clamp(let minimum, let maximum):
            record.kind = BNNMF_STEP_CLAMP.rawValue
            record.minimum = minimum
            record.maximum = maximum
        case .function(let function):
            record.kind = BNNMF_STEP_FUNCTION.rawValue
            record.function = function.record.rawValue
        case .combine(let arithmetic, let operand):
            record.kind = arithmetic.kind.rawValue
            record.operand = try input(operands[operand]!)
        case .quotient(let divisor):
            record.kind = BNNMF_STEP_QUOTIENT.rawValue
            record.a = model.blob(constant(divisor))
        case .rows(.softmax): record.kind = BNNMF_STEP_SOFTMAX.rawValue
        case .rows(.standardize(let epsilon)):
            record.kind = BNNMF_STEP_STANDARDIZE.rawValue
            record.epsilon = epsilon
        }
        return record
    }

    /// A constant with one number for each channel, or one for all, as [rows][channels of the result].
    private func perChannel(_ constant: Tensor, rows: Int) -> [Float] {
        let channels = graph[node.outputs[0]].type.shape.last!
        return constant.reshaped([rows, constant.elementCount / rows]).broadcast(to: [rows, channels]).floats
    }
}

extension Epilogue {
    /// Limits of the first step, where it is a clamp, and the epilogue without it.
    var splitAtFirstClamp: (limits: ClosedRange<Float>, rest: Epilogue) {
        guard case .clamp(let minimum, let maximum) = steps.first, minimum <= maximum else {
            return (-.infinity ... .infinity, self)
        }
        var rest = self
        rest.steps.removeFirst()
        return (minimum...maximum, rest)
    }

    /// Whether it stores what it is given, and nothing else.
    var isEmpty: Bool { steps.isEmpty && storesValues && switchPoints == nil && !storesAverages }
}

/// Copies records into a C array.
func fill<Array, Record: BitwiseCopyable>(_ array: inout Array, _ records: [Record]) {
    withUnsafeMutableBytes(of: &array) { bytes in
        let elements = bytes.bindMemory(to: Record.self)
        for (index, record) in records.enumerated() { elements[index] = record }
    }
}

extension Epilogue.Function {
    fileprivate var record: bnnmf_real_function {
        switch self {
        case .sigmoid: BNNMF_SIGMOID
        case .tanh: BNNMF_TANH
        case .exp: BNNMF_EXP
        case .log: BNNMF_LOG
        case .sqrt: BNNMF_SQRT
        case .sin: BNNMF_SIN
        case .cos: BNNMF_COS
        case .erf: BNNMF_ERF
        case .gelu: BNNMF_GELU
        case .geluTanh: BNNMF_GELU_TANH
        case .softplus: BNNMF_SOFTPLUS
        case .floor: BNNMF_FLOOR
        case .ceil: BNNMF_CEIL
        case .round: BNNMF_ROUND
        }
    }
}

extension Epilogue.Arithmetic {
    fileprivate var kind: bnnmf_step_kind {
        switch self {
        case .add: BNNMF_STEP_ADD
        case .subtract: BNNMF_STEP_SUBTRACT
        case .subtractFrom: BNNMF_STEP_SUBTRACT_FROM
        case .multiply: BNNMF_STEP_MULTIPLY
        case .divide: BNNMF_STEP_DIVIDE
        }
    }
}

extension bnnmf_step {
    /// A step whose parts are all absent.
    static var none: bnnmf_step {
        var step = bnnmf_step()
        step.a = BNNMF_NONE
        step.b = BNNMF_NONE
        step.minimum = -.infinity
        step.maximum = .infinity
        return step
    }
}

extension bnnmf_epilogue {
    /// No epilogue.
    static var none: bnnmf_epilogue {
        var epilogue = bnnmf_epilogue()
        epilogue.switch_points = BNNMF_NONE
        epilogue.average_scale = BNNMF_NONE
        epilogue.average_shift = BNNMF_NONE
        return epilogue
    }
}
