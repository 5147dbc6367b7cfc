// Dimensions and strides of kernels that walk dense results beside strided operands.

/// Writes numbers into one of the fixed arrays of a kernel's arguments.
func set<Tuple>(_ tuple: inout Tuple, _ values: [Int]) {
    withUnsafeMutableBytes(of: &tuple) { bytes in
        for (i, value) in values.enumerated() {
            bytes.storeBytes(of: UInt32(value), toByteOffset: 4 * i, as: UInt32.self)
        }
    }
}

func denseStrides(_ dims: [Int]) -> [Int] {
    var strides = dims
    var stride = 1
    for d in dims.indices.reversed() {
        strides[d] = stride
        stride *= dims[d]
    }
    return strides
}

/// For every output element in order, the offset in an operand.
func offsets(_ dims: [Int], _ strides: [Int]) -> [Int] {
    zip(dims, strides).reduce([0]) { offsets, axis in
        offsets.flatMap { offset in (0..<axis.0).map { offset + $0 * axis.1 } }
    }
}
