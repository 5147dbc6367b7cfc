import BNNMFormat
import BNNMKernels

/// BNNMF_OP_CLAMP: min(max(x, minimum), maximum); NaN stays NaN.
enum Clamp {
    static func validate(_ scope: OperatorScope) throws(Failure) {
        try scope.requireInputs(1)
        let (x, y, op) = (scope.input(0), scope.output, scope.record.parameters.clamp)
        try scope.require("the input", x, is: .float32)
        try scope.require("the output", y, is: .float32)
        try scope.require(x.dims == y.dims, "input and output must have equal dimensions")
        try scope.requireLimits(op.minimum, op.maximum)
    }

    static func run(_ run: OperatorRun) {
        let (x, op) = (run.inputTensor(0), run.record.parameters.clamp)
        let arguments = bnnmk_clamp(
            input: run.input(0, as: Float.self), output: run.output(as: Float.self), minimum: op.minimum,
            maximum: op.maximum)
        run.parallel(UInt32(x.elementCount), images: x.dims[0], cost: 1, run.table.pointee.clamp, arguments)
    }
}
