import BNNMFormat
import BNNMIR

/// Operators on tensors of any rank as records.
extension OperatorPacker {
    func packGeneral() throws -> bnnmf_op {
        switch node.op {
        case let op as AxisGather:
            var record = try record(BNNMF_OP_GATHER, inputCount: node.inputs.count)
            record.parameters.gather.axis = UInt32(op.axis)
            return record
        case let op as AxisResample: return try resample(op)
        case let op as AxisReduce: return try reduce(op)
        case is MatMul: return try record(BNNMF_OP_MATMUL, inputCount: 2)
        case let op as BinaryMatMulTransposed:
            var record = try record(BNNMF_OP_BINARY_MATMUL, inputCount: 2)
            record.parameters.binary_matmul = bnnmf_binary_matmul(
                a_form: op.product.leftForm.record.rawValue, b_form: op.product.rightForm.record.rawValue)
            return record
        default:
            guard let function = node.op.elementwiseFunction else {
                throw PackingError(description: "node '\(node.name)': \(type(of: node.op).name) has no runtime form")
            }
            var record = try record(BNNMF_OP_ELEMENTWISE, inputCount: node.inputs.count)
            record.parameters.elementwise.function = function.rawValue
            return record
        }
    }

    private func resample(_ op: AxisResample) throws -> bnnmf_op {
        var record = try record(BNNMF_OP_RESAMPLE)
        let indices = constant(1)
        record.parameters.resample = bnnmf_resample(
            axis: UInt32(op.axis), count: UInt32(indices.shape[0]), taps: UInt32(indices.shape[1]),
            indices: model.blob(indices.int32s), weights: model.blob(constant(2).floats))
        return record
    }

    private func reduce(_ op: AxisReduce) throws -> bnnmf_op {
        let function =
            switch op.function {
            case .sum: BNNMF_REDUCE_SUM
            case .mean: BNNMF_REDUCE_MEAN
            case .maximum: BNNMF_REDUCE_MAXIMUM
            case .minimum: BNNMF_REDUCE_MINIMUM
            case .product: BNNMF_REDUCE_PRODUCT
            case .argmax: BNNMF_ARGMAX
            case .argmin: BNNMF_ARGMIN
            }
        var record = try record(BNNMF_OP_REDUCE)
        record.parameters.reduce = bnnmf_reduce(
            function: function.rawValue, axis: UInt32(op.axis), axis_count: UInt32(op.axisCount),
            select_last: op.selectsLast ? 1 : 0)
        return record
    }
}

extension DecisionForm {
    fileprivate var record: bnnmf_operand_form { self == .signed ? BNNMF_SIGNED : BNNMF_ZERO_ONE }
}

extension Operator {
    /// What the runtime's operator of broadcast operands computes; nil where this is another operator.
    fileprivate var elementwiseFunction: bnnmf_function? {
        switch self {
        case is Add: BNNMF_ADD
        case is Sub: BNNMF_SUBTRACT
        case is Mul: BNNMF_MULTIPLY
        case is Div: BNNMF_DIVIDE
        case is Min: BNNMF_MINIMUM
        case is Max: BNNMF_MAXIMUM
        case is Pow: BNNMF_POWER
        case is Equal: BNNMF_EQUAL
        case is Less: BNNMF_LESS
        case is LessOrEqual: BNNMF_LESS_OR_EQUAL
        case is And: BNNMF_AND
        case is Or: BNNMF_OR
        case is Xor: BNNMF_XOR
        case is Where: BNNMF_WHERE
        case is Cast: BNNMF_CAST
        default: nil
        }
    }
}
