import BNNMFormat
import BNNMKernels

/// BNNMF_OP_SCALE_SHIFT: y = x · scale + shift in float32 with two roundings; the constants repeat.
enum ScaleShift {
    static func validate(_ scope: OperatorScope) throws(Failure) {
        try scope.requireInputs(1)
        let (x, y, op) = (scope.input(0), scope.output, scope.record.parameters.scale_shift)
        try scope.require("the input", x, is: .float32)
        try scope.require("the output", y, is: .float32)
        try scope.require(x.dims == y.dims, "input and output must have equal dimensions")
        let period = Int64(op.period)
        try scope.require(
            period >= 1 && x.elements % period == 0, "the period must divide the number of elements")
        _ = try scope.blob("scale", op.scale, byteCount: period &* 4)
        _ = try scope.blob("shift", op.shift, byteCount: period &* 4)
    }

    static func run(_ run: OperatorRun) {
        let (x, op) = (run.inputTensor(0), run.record.parameters.scale_shift)
        let arguments = bnnmk_scale_shift(
            input: run.input(0, as: Float.self), output: run.output(as: Float.self),
            scale: run.blob(op.scale, as: Float.self), shift: run.blob(op.shift, as: Float.self), period: op.period)
        run.parallel(UInt32(x.elementCount), images: x.dims[0], cost: 2, run.table.pointee.scale_shift, arguments)
    }
}
