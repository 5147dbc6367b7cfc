import BNNMFormat
import BNNMKernels
import CBNNM

/// BNNMF_OP_RESAMPLE: weighted sums of float32 elements along an axis: interpolation, sums of neighbours.
enum Resample {
    static func validate(_ scope: OperatorScope) throws(Failure) {
        try scope.requireInputs(1)
        let (x, op) = (scope.input(0), scope.record.parameters.resample)
        try scope.require("the input", x, is: .float32)
        try scope.require("the output", scope.output, is: .float32)
        try scope.requireDims(of: x, alongAxis: op.axis, extent: Int64(op.count))
        try scope.require(op.taps >= 1, "there must be at least 1 tap")
        let byteCount = product(Int64(op.count), Int64(op.taps), 4)
        let indices = try scope.blob("indices", op.indices, byteCount: byteCount).assumingMemoryBound(to: Int32.self)
        _ = try scope.blob("weights", op.weights, byteCount: byteCount)
        let extent = x.dims[Int(op.axis)]
        for position in 0..<Int(op.count) &* Int(op.taps) {
            try scope.require(
                UInt32(bitPattern: indices[position]) < extent, "its indices must be below the input's extent")
        }
    }

    static func run(_ run: OperatorRun) {
        let (op, view) = (
            run.record.parameters.resample, AxisView(run.inputTensor(0), axis: run.record.parameters.resample.axis)
        )
        let arguments = bnnmk_resample(
            input: run.input(0, as: Float.self), output: run.output(as: Float.self),
            indices: run.blob(op.indices, as: Int32.self), weights: run.blob(op.weights, as: Float.self),
            extent: view.extent, count: op.count, taps: op.taps, inner: UInt32(view.itemByteCount / 4))
        let cost = Int64(op.count) &* Int64(op.taps) &* Int64(view.itemByteCount)
        run.parallel(UInt32(view.outer), cost: cost, run.table.pointee.resample, arguments)
    }
}
