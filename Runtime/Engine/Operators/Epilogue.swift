import BNNMFormat
import CBNNM

/// The epilogue of a MAP, CONV2D or BINARY_CONV2D: what it stores where, and its check against the model's tensors.
struct Epilogue {
    let record: bnnmf_epilogue

    /// The epilogue of an operator; nil: it has none.
    init?(_ op: bnnmf_op) {
        switch bnnmf_op_code(rawValue: op.code) {
        case BNNMF_OP_CONV2D: record = op.parameters.conv2d.epilogue
        case BNNMF_OP_BINARY_CONV2D: record = op.parameters.binary_conv2d.epilogue
        case BNNMF_OP_MAP: record = op.parameters.map.epilogue
        default: return nil
        }
        guard record.stores != 0 || record.step_count != 0 else { return nil }
    }

    var storesValues: Bool { record.stores & BNNMF_STORES_VALUES.rawValue != 0 }
    var storesDecisions: Bool { record.stores & BNNMF_STORES_DECISIONS.rawValue != 0 }
    var storesAverages: Bool { record.stores & BNNMF_STORES_AVERAGES.rawValue != 0 }

    /// Which of the operator's results each is; meaningless for what is not stored.
    var decisionsPosition: Int { storesValues ? 1 : 0 }
    var averagesPosition: Int { (storesValues ? 1 : 0) &+ (storesDecisions ? 1 : 0) }
    var resultCount: Int { averagesPosition &+ (storesAverages ? 1 : 0) }

    var stepCount: Int { Int(min(record.step_count, UInt32(BNNMF_MAX_STEPS))) }
    func step(_ index: Int) -> bnnmf_step { Self.step(record.steps, index) }

    /// An element of a C array of steps.
    static func step<Steps>(_ steps: Steps, _ index: Int) -> bnnmf_step {
        withUnsafeBytes(of: steps) {
            $0.load(fromByteOffset: (index & 7) &* MemoryLayout<bnnmf_step>.stride, as: bnnmf_step.self)
        }
    }

    /// The dimensions of an operator's values, stored or not: those of its first result, unless that is the averages.
    /// nil: the operator's window does not fit its input.
    static func valueDims(_ op: bnnmf_op, _ x: Tensor, _ first: Tensor) -> Dims? {
        guard let epilogue = Epilogue(op), epilogue.averagesPosition == 0 else { return first.dims }
        switch bnnmf_op_code(rawValue: op.code) {
        case BNNMF_OP_CONV2D: return WindowGeometry.outputDims(op.parameters.conv2d.window, x, first.dims)
        case BNNMF_OP_BINARY_CONV2D:
            return WindowGeometry.outputDims(op.parameters.binary_conv2d.window, x, first.dims)
        default: return x.dims
        }
    }

    /// Whether an operand is one vector for each sample rather than a number for each value.
    static func isVector(_ operand: Dims, of values: Dims) -> Bool {
        guard operand.rank == values.rank, values.rank >= 2, operand[0] == values[0],
            operand.fromEnd(1) == values.fromEnd(1)
        else { return false }
        for axis in 1..<values.rank &- 1 where operand[axis] != 1 { return false }
        return true
    }
}

// MARK: - Validation

extension Epilogue {
    /// - Parameters:
    ///   - dims: of the values
    ///   - valueType: float32, or int32 for accumulators
    func validate(_ dims: Dims, _ valueType: Tensor.ElementType, _ scope: OperatorScope) throws(Failure) {
        try scope.require(record.stores >= 1 && record.stores <= 7, "its epilogue must store something known")
        try scope.require("the number of results", Int64(scope.resultCount), is: Int64(resultCount))
        try scope.require(dims.rank >= 1, "an epilogue's values must have a last dimension")
        if storesValues {
            try scope.require("the values", scope.result(0), is: valueType)
            try scope.require(scope.result(0).dims == dims, "the values must have the result's dimensions")
        }
        let channels = Int64(dims.fromEnd(1))
        if storesDecisions {
            let decisions = scope.result(decisionsPosition)
            try scope.require(valueType == .float32, "accumulators must not be decided by an epilogue")
            try scope.require("the decisions", decisions, is: .bits)
            try scope.require(decisions.dims == dims, "the decisions must have the result's dimensions")
            try SwitchPoints.validate(
                record.switch_points, switchCount: record.switch_count, columnCount: channels, type: .float32, scope)
        }
        if storesAverages { try validateAverages(dims, valueType, channels, scope) }
        try scope.require(record.step_count <= UInt32(BNNMF_MAX_STEPS), "there must be at most 8 steps")
        try scope.require(valueType == .float32 || record.step_count == 0, "accumulators must not go through steps")
        for index in 0..<stepCount { try Self.validate(step(index), channels, dims, scope) }
        try validateRows(channels, scope)
    }

    /// Steps on whole rows: one, in a map, whose kernel has the rows at hand.
    private func validateRows(_ channels: Int64, _ scope: OperatorScope) throws(Failure) {
        var count = 0
        for index in 0..<stepCount where Self.takesRows(step(index)) { count &+= 1 }
        guard count > 0 else { return }
        let isMap = scope.record.code == BNNMF_OP_MAP.rawValue
        try scope.require(isMap && count == 1, "only a map's epilogue may take rows, in one step")
        guard channels <= Int64(BNNMF_MAX_ROW) else {
            throw scope.failure(BNNM_LIMIT_EXCEEDED) { $0.add("a step's rows must have at most 4096 numbers") }
        }
    }

    /// Whether a step needs all channels of a pixel at once.
    static func takesRows(_ step: bnnmf_step) -> Bool { step.kind >= BNNMF_STEP_SOFTMAX.rawValue }

    private func validateAverages(
        _ dims: Dims, _ valueType: Tensor.ElementType, _ channels: Int64, _ scope: OperatorScope
    ) throws(Failure) {
        let averages = scope.result(averagesPosition)
        try scope.require("the averages", averages, is: .float32)
        try scope.require("the rank of averaged values", Int64(dims.rank), is: 4)
        try scope.require(
            averages.dims == Dims(dims[0], 1, 1, dims[3]), "averages must be one vector of channels for each image")
        guard valueType == .int32 else { return }
        _ = try scope.blob("average scale", record.average_scale, byteCount: channels &* 4)
        _ = try scope.blob("average shift", record.average_shift, byteCount: channels &* 4)
    }

    /// A step on values with `channels` channels.
    ///
    /// - Parameter dims: of the values; nil where there may be no operands
    static func validate(
        _ step: bnnmf_step, _ channels: Int64, _ dims: Dims?, _ scope: OperatorScope
    ) throws(Failure) {
        let byteCount = channels &* 4
        switch bnnmf_step_kind(rawValue: step.kind) {
        case BNNMF_STEP_SCALE_SHIFT:
            try scope.optionalBlob("a of a step", step.a, byteCount: byteCount)
            try scope.optionalBlob("b of a step", step.b, byteCount: byteCount)
        case BNNMF_STEP_RECTIFY:
            _ = try scope.blob("a of a step", step.a, byteCount: byteCount)
            try scope.optionalBlob("b of a step", step.b, byteCount: byteCount)
        case BNNMF_STEP_CLAMP: try scope.requireLimits(step.minimum, step.maximum)
        case BNNMF_STEP_FUNCTION:
            try scope.require(
                step.function >= BNNMF_SIGMOID.rawValue && step.function <= BNNMF_ROUND.rawValue,
                "a step's function must be one of 1...14")
        case BNNMF_STEP_ADD, BNNMF_STEP_SUBTRACT, BNNMF_STEP_SUBTRACT_FROM, BNNMF_STEP_MULTIPLY, BNNMF_STEP_DIVIDE:
            guard let dims, step.operand >= 1, step.operand < scope.record.input_count else {
                throw scope.failure(BNNM_CORRUPT_MODEL) { $0.add("a step's operand must be one of its inputs") }
            }
            let operand = scope.input(Int(step.operand))
            try scope.require("a step's operand", operand, is: .float32)
            try scope.require(
                operand.dims == dims || isVector(operand.dims, of: dims),
                "a step's operand must have the result's dimensions, or extent 1 on all axes but the first and the last"
            )
        case BNNMF_STEP_QUOTIENT: _ = try scope.blob("a of a step", step.a, byteCount: byteCount)
        case BNNMF_STEP_SOFTMAX: break
        case BNNMF_STEP_STANDARDIZE: try scope.require(step.epsilon >= 0, "a step's epsilon must be 0 or more")
        default: throw scope.failure(BNNM_CORRUPT_MODEL) { $0.add("a step's kind must be one of 1...12") }
        }
    }
}
