import BNNMFormat
import BNNMKernels

/// BNNMF_OP_TRANSPOSE: y.dims[i] = x.dims[permutation[i]], float32 or int32.
enum Transpose {
    static func validate(_ scope: OperatorScope) throws(Failure) {
        try scope.requireInputs(1)
        let (x, y, op) = (scope.input(0), scope.output, scope.record.parameters.transpose)
        try scope.require(x.elementType != .bits, "bits cannot be transposed; the input must be float32 or int32")
        try scope.require("the output", y, is: x.elementType)
        try scope.require("the permutation's length", Int64(op.rank), is: Int64(x.rank))
        try scope.require("the output's rank", Int64(y.rank), is: Int64(x.rank))
        var seen: UInt32 = 0
        for axis in 0..<x.rank {
            let source = entry(op, axis)
            try scope.require(source < op.rank, "the permutation's entries must be below its length")
            try scope.require(seen & (1 << source) == 0, "the permutation must name every axis once")
            seen |= 1 << source
            try scope.require("the output's extent", Int64(y.dims[axis]), is: Int64(x.dims[Int(source)]))
        }
    }

    private static func entry(_ op: bnnmf_transpose, _ axis: Int) -> UInt32 {
        withUnsafeBytes(of: op.permutation) { $0.load(fromByteOffset: (axis & 7) &* 4, as: UInt32.self) }
    }

    static func run(_ run: OperatorRun) {
        let (x, y, op) = (run.inputTensor(0), run.outputTensor, run.record.parameters.transpose)
        var inputStrides = Strides()
        inputStrides.setDense(x.dims)
        var walk = StridedWalk()
        for axis in 0..<y.rank {
            walk.append(extent: y.dims[axis], inputStrides[Int(entry(op, axis))], 0)
        }
        var arguments = bnnmk_transpose()
        arguments.input = run.input(0, as: UInt32.self)
        arguments.output = run.output(as: UInt32.self)
        arguments.rank = UInt32(walk.rank)
        withUnsafeMutableBytes(of: &arguments.dims) { walk.extents.copy(to: $0) }
        withUnsafeMutableBytes(of: &arguments.strides) { walk.first.copy(to: $0) }
        let items = walk.rank == 0 ? 1 : walk.extents[0]
        run.parallel(items, cost: y.elements / Int64(items) &* 6, run.table.pointee.transpose, arguments)
    }
}
