import BNNMFormat
import BNNMKernels

/// BNNMF_OP_ELEMENTWISE: y = f(a, b) in float32 with multidirectional broadcasting (ONNX).
enum Elementwise {
    static func validate(_ scope: OperatorScope) throws(Failure) {
        try scope.requireInputs(2)
        let (a, b, y) = (scope.input(0), scope.input(1), scope.output)
        let function = scope.record.parameters.elementwise.function
        try scope.require(
            function >= BNNMF_ADD.rawValue && function <= BNNMF_MAXIMUM.rawValue, "its function must be one of 1...6")
        try scope.require("input 0", a, is: .float32)
        try scope.require("input 1", b, is: .float32)
        try scope.require("the output", y, is: .float32)
        try scope.require("the output's rank", Int64(y.rank), is: Int64(max(a.rank, b.rank)))
        for offset in 0..<y.rank {
            let (m, n) = (a.dims.fromEnd(offset &+ 1), b.dims.fromEnd(offset &+ 1))
            try scope.require(m == n || m == 1 || n == 1, "extents of the inputs must be equal or 1")
            try scope.require(
                "the output's extent", Int64(y.dims.fromEnd(offset &+ 1)), is: Int64(m == 1 ? n : m))
        }
    }

    static func run(_ run: OperatorRun) {
        let (a, b, y) = (run.inputTensor(0), run.inputTensor(1), run.outputTensor)
        var aStrides = Strides(), bStrides = Strides()
        aStrides.setDense(a.dims)
        bStrides.setDense(b.dims)
        /// The stride of `operand` along the output's axis; 0 where it is broadcast.
        func stride(_ operand: Tensor, _ strides: Strides, _ axis: Int) -> UInt32 {
            let own = axis &- (y.rank &- operand.rank)
            return own < 0 || operand.dims[own] == 1 ? 0 : strides[own]
        }
        var walk = StridedWalk()
        for axis in 0..<y.rank {
            walk.append(extent: y.dims[axis], stride(a, aStrides, axis), stride(b, bStrides, axis))
        }
        var arguments = bnnmk_elementwise()
        arguments.a = run.input(0, as: Float.self)
        arguments.b = run.input(1, as: Float.self)
        arguments.output = run.output(as: Float.self)
        arguments.function = bnnmk_function(rawValue: run.record.parameters.elementwise.function)
        arguments.rank = UInt32(walk.rank)
        withUnsafeMutableBytes(of: &arguments.dims) { walk.extents.copy(to: $0) }
        withUnsafeMutableBytes(of: &arguments.a_strides) { walk.first.copy(to: $0) }
        withUnsafeMutableBytes(of: &arguments.b_strides) { walk.second.copy(to: $0) }
        let items = walk.rank == 0 ? 1 : walk.extents[0]
        run.parallel(items, cost: y.elements / Int64(items) &* 3, run.table.pointee.elementwise, arguments)
    }
}
