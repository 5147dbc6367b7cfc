import BNNMFormat

// What records of the format say, as Swift values: arrays of C, sizes of tensors, the words for an element type.

extension bnnmf_tensor {
    var shape: [Int] { elements(of: dims, rank) }

    /// Of one execution in memory; bits are packed into 64-bit words along the last dimension.
    var byteCount: Int {
        let count = shape.reduce(1, *)
        switch bnnmf_element_type(rawValue: element_type) {
        case BNNMF_BITS: return shape.dropLast().reduce(1, *) * (((shape.last ?? 1) + 63) / 64) * 8
        case BNNMF_INT64: return count * 8
        case BNNMF_BOOL: return count
        default: return count * 4
        }
    }

    var isBits: Bool { element_type == BNNMF_BITS.rawValue }
    var isConstant: Bool { blob != BNNMF_NONE }
}

extension bnnmf_op {
    var reads: [Int] { elements(of: inputs, input_count) }
    var results: [Int] { [Int(output)] + elements(of: more_outputs, more_output_count) }
    var operation: bnnmf_op_code { bnnmf_op_code(rawValue: code) }

    /// The epilogue of an operator that can have one; nil of others.
    var epilogue: bnnmf_epilogue? {
        switch operation {
        case BNNMF_OP_CONV2D: parameters.conv2d.epilogue
        case BNNMF_OP_BINARY_CONV2D: parameters.binary_conv2d.epilogue
        case BNNMF_OP_MAP: parameters.map.epilogue
        default: nil
        }
    }
}

extension bnnmf_epilogue {
    /// Steps in order.
    var list: [bnnmf_step] {
        withUnsafeBytes(of: steps) { Array($0.bindMemory(to: bnnmf_step.self).prefix(Int(step_count))) }
    }

    func stores(_ what: bnnmf_stores) -> Bool { stores & what.rawValue != 0 }
}

/// The first `count` numbers of a C array.
private func elements<Array>(of array: Array, _ count: UInt32) -> [Int] {
    withUnsafeBytes(of: array) { $0.bindMemory(to: UInt32.self).prefix(Int(count)).map { Int($0) } }
}
