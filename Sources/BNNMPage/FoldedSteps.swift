import BNNMFormat

/// What one pass over a layer's result does, in the words of docs/report.md: "α·acc + bias; scale, shift; add; PReLU →
/// values, bits"; and the decisions it makes by constants.
struct FoldedSteps {
    private(set) var text = ""
    private(set) var decisions: Decisions?

    init(_ op: bnnmf_op, _ tensors: [bnnmf_tensor], _ file: ModelFile) {
        let operand = op.reads.first.map { tensors[$0] }
        switch op.operation {
        case BNNMF_OP_BINARY_CONV2D:
            let conv = op.parameters.binary_conv2d
            decisions = Decisions(accumulators: file.blob(conv.switch_points, as: Int32.self), rows: conv.switch_count)
            text =
                if decisions != nil {
                    "bits by integer thresholds"
                } else if conv.scale == BNNMF_NONE {
                    "int32 accumulators"
                } else {
                    "float32 α·acc" + (conv.bias == BNNMF_NONE ? "" : " + bias")
                        + FoldedSteps.clamp(conv.minimum, conv.maximum, lead: "; ")
                }
        case BNNMF_OP_CONV2D:
            let conv = op.parameters.conv2d
            text =
                (conv.bias == BNNMF_NONE ? "" : "bias")
                + FoldedSteps.clamp(conv.minimum, conv.maximum, lead: conv.bias == BNNMF_NONE ? "" : "; ")
        case BNNMF_OP_BINARIZE:
            let points = op.parameters.binarize.switch_points, rows = op.parameters.binarize.switch_count
            decisions =
                operand?.element_type == BNNMF_INT32.rawValue
                ? Decisions(accumulators: file.blob(points, as: Int32.self), rows: rows)
                : Decisions(numbers: file.blob(points, as: Float.self), rows: rows)
            text = decisions?.domain == .accumulator ? "bits by integer thresholds" : "bits by float32 thresholds"
        case BNNMF_OP_BINARIZE_BY:
            let isConstant = op.reads.dropFirst().first.map { tensors[$0].isConstant } ?? false
            text = "bits by thresholds " + (isConstant ? "that are the same for each sample" : "of each sample")
        case BNNMF_OP_ACCUMULATOR_THRESHOLDS: text = "integer thresholds computed for each sample and channel"
        default: break
        }
        if let epilogue = op.epilogue, epilogue.stores != 0 || epilogue.step_count > 0 { add(epilogue, file) }
    }

    private mutating func add(_ epilogue: bnnmf_epilogue, _ file: ModelFile) {
        let steps = ([text] + epilogue.list.map(FoldedSteps.name)).filter { !$0.isEmpty }.joined(separator: "; ")
        let stored = [
            epilogue.stores(BNNMF_STORES_VALUES) ? "values" : nil,
            epilogue.stores(BNNMF_STORES_DECISIONS) ? "bits" : nil,
            epilogue.stores(BNNMF_STORES_AVERAGES) ? "averages" : nil,
        ].compactMap { $0 }.joined(separator: ", ")
        text = [steps, stored.isEmpty ? "" : "→ \(stored)"].filter { !$0.isEmpty }.joined(separator: " ")
        if epilogue.stores(BNNMF_STORES_DECISIONS) {
            decisions = Decisions(
                numbers: file.blob(epilogue.switch_points, as: Float.self), rows: epilogue.switch_count)
        }
    }

    private static func clamp(_ minimum: Float, _ maximum: Float, lead: String) -> String {
        if minimum == -.infinity, maximum == .infinity { return "" }
        return lead + (minimum == 0 && maximum == .infinity ? "ReLU" : "clip[\(minimum),\(maximum)]")
    }

    private static func name(_ step: bnnmf_step) -> String {
        switch bnnmf_step_kind(rawValue: step.kind) {
        case BNNMF_STEP_SCALE_SHIFT:
            step.a == BNNMF_NONE ? "shift" : step.b == BNNMF_NONE ? "scale" : "scale, shift"
        case BNNMF_STEP_RECTIFY: "PReLU"
        case BNNMF_STEP_CLAMP: clamp(step.minimum, step.maximum, lead: "")
        case BNNMF_STEP_FUNCTION: name(bnnmf_real_function(rawValue: step.function))
        case BNNMF_STEP_ADD: "add"
        case BNNMF_STEP_SUBTRACT: "subtract"
        case BNNMF_STEP_SUBTRACT_FROM: "subtract from"
        case BNNMF_STEP_MULTIPLY: "multiply"
        case BNNMF_STEP_QUOTIENT: "quotient"
        case BNNMF_STEP_SOFTMAX: "softmax"
        case BNNMF_STEP_STANDARDIZE: "standardize"
        default: "divide"
        }
    }

    private static func name(_ function: bnnmf_real_function) -> String {
        switch function {
        case BNNMF_SIGMOID: "sigmoid"
        case BNNMF_TANH: "tanh"
        case BNNMF_EXP: "exp"
        case BNNMF_LOG: "log"
        case BNNMF_SQRT: "sqrt"
        case BNNMF_SIN: "sin"
        case BNNMF_COS: "cos"
        case BNNMF_ERF: "erf"
        case BNNMF_GELU: "gelu"
        case BNNMF_GELU_TANH: "gelu (tanh)"
        case BNNMF_SOFTPLUS: "softplus"
        case BNNMF_FLOOR: "floor"
        case BNNMF_CEIL: "ceil"
        default: "round"
        }
    }
}
