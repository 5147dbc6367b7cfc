import BNNMFormat
import BNNMKernels

/// BNNMF_OP_BIT_DIFFERENCE: bits, bits → bits, +1 where they differ and −1 where they are equal: of the decisions x > 0
/// and x ≥ 0, where x is 0.
enum BitDifference {
    static func validate(_ scope: OperatorScope) throws(Failure) {
        try scope.requireInputs(2)
        let (a, b, y) = (scope.input(0), scope.input(1), scope.output)
        try scope.require("input 0", a, is: .bits)
        try scope.require("input 1", b, is: .bits)
        try scope.require("the output", y, is: .bits)
        try scope.require(a.dims == y.dims && b.dims == y.dims, "inputs and output must have equal dimensions")
    }

    static func run(_ run: OperatorRun) {
        let y = run.outputTensor
        let arguments = bnnmk_bit_difference(
            a: run.input(0, as: UInt64.self), b: run.input(1, as: UInt64.self), output: run.output(as: UInt64.self),
            channels: UInt32(y.channels))
        run.parallel(UInt32(y.rows), cost: y.rowWords &* 4, run.table.pointee.bit_difference, arguments)
    }
}
