import BNNMFormat
import BNNMKernels

/// BNNMF_OP_UNPACK: bits → float32 −1 and +1.
enum Unpack {
    static func validate(_ scope: OperatorScope) throws(Failure) {
        try scope.requireInputs(1)
        let (x, y) = (scope.input(0), scope.output)
        try scope.require("the input", x, is: .bits)
        try scope.require("the output", y, is: .float32)
        try scope.require(x.dims == y.dims, "input and output must have equal dimensions")
    }

    static func run(_ run: OperatorRun) {
        let x = run.inputTensor(0)
        let arguments = bnnmk_unpack(
            input: run.input(0, as: UInt64.self), output: run.output(as: Float.self), channels: UInt32(x.channels))
        run.parallel(UInt32(x.rows), cost: x.channels &* 2, run.table.pointee.unpack, arguments)
    }
}
