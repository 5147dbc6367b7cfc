import BNNMFormat
import CBNNM

/// What an operator's arithmetic and its tensors come to, beside the products that a convolution or a matrix product sums
/// up and the constants it reads: with these and the rates of a machine, the least time it can take there.
struct Workload {
    /// Operations on one float32 or int32 number each, of which a fused multiply-add is one; one on float64 counts twice.
    /// Not counted is what computes nothing (loads, stores, copies), and what only locates numbers.
    private(set) var operations: UInt64 = 0
    private(set) var operandByteCount: UInt64 = 0
    private(set) var resultByteCount: UInt64 = 0

    init(_ scope: OperatorScope) {
        for position in 0..<Int(scope.record.input_count) {
            operandByteCount &+= UInt64(scope.input(position).byteCount)
        }
        // A reshape moves nothing.
        guard scope.record.code != BNNMF_OP_RESHAPE.rawValue else {
            operandByteCount = 0
            return
        }
        for position in 0..<scope.resultCount { resultByteCount &+= UInt64(scope.result(position).byteCount) }
        operations = Self.operations(scope)
    }

    private static func operations(_ scope: OperatorScope) -> UInt64 {
        let (op, x, y) = (scope.record, scope.input(0), scope.output)
        let (inputs, outputs) = (UInt64(x.elementCount), UInt64(y.elementCount))
        let parameters = op.parameters
        switch bnnmf_op_code(rawValue: op.code) {
        case BNNMF_OP_CONV2D:
            let limits = limitCount(parameters.conv2d.minimum, parameters.conv2d.maximum)
            return values(op, x, y) &* (limits &+ perValue(Epilogue(op)))
        case BNNMF_OP_BINARY_CONV2D:
            let conv = parameters.binary_conv2d
            // Accumulators become float32 by a conversion and a multiply-add.
            let scaling = conv.scale == Model.none ? 0 : 2 &+ limitCount(conv.minimum, conv.maximum)
            return values(op, x, y) &* (scaling &+ UInt64(conv.switch_count) &+ perValue(Epilogue(op)))
        case BNNMF_OP_MAP: return values(op, x, y) &* perValue(Epilogue(op))
        case BNNMF_OP_MAX_POOL: return outputs &* (taps(parameters.pool.window) &- 1)
        case BNNMF_OP_AVERAGE_POOL: return outputs &* taps(parameters.pool.window) &* inWideSum
        case BNNMF_OP_BINARIZE: return inputs &* UInt64(parameters.binarize.switch_count)
        case BNNMF_OP_BINARIZE_BY: return inputs
        case BNNMF_OP_SCALE_SHIFT: return outputs &* 2
        case BNNMF_OP_CLAMP: return outputs &* limitCount(parameters.clamp.minimum, parameters.clamp.maximum)
        case BNNMF_OP_ELEMENTWISE: return outputs
        case BNNMF_OP_REDUCE:
            let function = bnnmf_reduction(rawValue: parameters.reduce.function)
            let isSum = function == BNNMF_REDUCE_SUM || function == BNNMF_REDUCE_MEAN
            return inputs &* (isSum ? inWideSum : 1)
        // The others move elements, or are products.
        default: return 0
        }
    }

    /// The values of a convolution or map, stored or not.
    private static func values(_ op: bnnmf_op, _ x: Tensor, _ y: Tensor) -> UInt64 {
        UInt64(clamping: Epilogue.valueDims(op, x, y)?.elements ?? 0)
    }

    private static func taps(_ window: bnnmf_window) -> UInt64 { UInt64(window.kernel_h) &* UInt64(window.kernel_w) }

    private static func limitCount(_ minimum: Float, _ maximum: Float) -> UInt64 {
        (minimum > -.infinity ? 1 : 0) &+ (maximum < .infinity ? 1 : 0)
    }

    private static func perValue(_ epilogue: Epilogue?) -> UInt64 {
        guard let epilogue else { return 0 }
        var count: UInt64 = 0
        for index in 0..<epilogue.stepCount { count &+= perValue(epilogue.step(index)) }
        if epilogue.storesDecisions { count &+= UInt64(epilogue.record.switch_count) }
        if epilogue.storesAverages { count &+= inWideSum }
        return count
    }

    /// Of each number in a sum of float64: a conversion and an addition.
    private static let inWideSum: UInt64 = 2 &+ 2

    private static func perValue(_ step: bnnmf_step) -> UInt64 {
        switch bnnmf_step_kind(rawValue: step.kind) {
        case BNNMF_STEP_SCALE_SHIFT: (step.a == Model.none ? 0 : 1) &+ (step.b == Model.none ? 0 : 1)
        case BNNMF_STEP_RECTIFY: 2
        case BNNMF_STEP_CLAMP: limitCount(step.minimum, step.maximum)
        case BNNMF_STEP_FUNCTION: perValue(bnnmf_real_function(rawValue: step.function))
        // The greatest, the difference, its exponential, their sum, the quotient.
        case BNNMF_STEP_SOFTMAX: 1 &+ 1 &+ perValue(BNNMF_EXP) &+ inWideSum &+ 1
        // Two sums, the difference, its square, the product.
        case BNNMF_STEP_STANDARDIZE: 2 &* inWideSum &+ 3
        default: 1
        }
    }

    /// Functions that are arithmetic count its operations: of float32 with numbers that are looked up
    /// (`Runtime/Kernels/exponentials.h`), or of float64 (`real_function_values.h`). Those of the C library, of which
    /// that is not known, count one.
    private static func perValue(_ function: bnnmf_real_function) -> UInt64 {
        switch function {
        case BNNMF_EXP: 14
        case BNNMF_SIGMOID: 2 &* 30
        case BNNMF_TANH: 2 &* 34
        case BNNMF_ERF: 25
        case BNNMF_GELU: 2 &* 66
        case BNNMF_GELU_TANH: 2 &* 35
        default: 1
        }
    }
}
