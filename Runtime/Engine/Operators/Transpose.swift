import BNNMFormat
import BNNMKernels
import CBNNM

/// BNNMF_OP_TRANSPOSE: y.dims[i] = x.dims[permutation[i]]. Elements of four bytes and rows of bits move as 32-bit words;
/// those of one and eight bytes as a cast to their own type.
enum Transpose {
    static func validate(_ scope: OperatorScope) throws(Failure) {
        try scope.requireInputs(1)
        let (x, y, op) = (scope.input(0), scope.output, scope.record.parameters.transpose)
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
        guard x.elementType == .bits else { return }
        try scope.require(
            Int(entry(op, x.rank &- 1)) == x.rank &- 1, "of bits, the last axis must stay the last: it is packed")
        guard x.byteCount / 4 <= Int(Int32.max) else {
            throw scope.failure(BNNM_LIMIT_EXCEEDED) {
                $0.add("rows of bits must have less than 2^31 words of 32 bits")
            }
        }
    }

    private static func entry(_ op: bnnmf_transpose, _ axis: Int) -> UInt32 {
        withUnsafeBytes(of: op.permutation) { $0.load(fromByteOffset: (axis & 7) &* 4, as: UInt32.self) }
    }

    /// Whether elements or rows are whole 32-bit words.
    static func movesWords(_ type: Tensor.ElementType) -> Bool { type != .int64 && type != .bool }

    /// Whether images stay images, so that rows of one can be computed by themselves.
    static func keepsImages(_ op: bnnmf_transpose, _ y: Tensor) -> Bool {
        op.rank == 4 && entry(op, 0) == 0 && y.elementType == .float32
    }

    static func run(_ run: OperatorRun) {
        let (x, y, op) = (run.inputTensor(0), run.outputTensor, run.record.parameters.transpose)
        let rowWords = x.elementType == .bits ? UInt32(x.rowWords &* 2) : x.dims.fromEnd(1)
        var inputStrides = Strides()
        var stride: UInt32 = 1
        var axis = x.rank
        while axis > 0 {
            axis &-= 1
            inputStrides[axis] = stride
            stride &*= axis == x.rank &- 1 ? rowWords : x.dims[axis]
        }
        var walk = StridedWalk()
        for axis in (run.stripe == nil ? 0 : 1)..<y.rank {
            let source = Int(entry(op, axis))
            let extent = source == x.rank &- 1 ? rowWords : y.dims[axis]
            walk.append(extent: extent, [inputStrides[source], 0, 0])
        }
        guard movesWords(x.elementType) else { return Elementwise.compute(BNNMF_CAST.rawValue, walk, run) }
        var arguments = bnnmk_transpose()
        arguments.input = run.input(0, as: UInt32.self)
        arguments.output = run.output(as: UInt32.self)
        if let stripe = run.stripe {
            let offset = stripe.image &* (y.elementCount / Int(y.dims[0]))
            arguments.input += offset
            arguments.output += offset
        }
        arguments.rank = UInt32(walk.rank)
        withUnsafeMutableBytes(of: &arguments.dims) { walk.extents.copy(to: $0) }
        withUnsafeMutableBytes(of: &arguments.strides) { walk.strides[0].copy(to: $0) }
        let cost = Int64(y.byteCount / 4) / Int64(walk.items) &* 6
        run.parallel(walk.items, cost: cost, run.table.pointee.transpose, arguments)
    }
}
