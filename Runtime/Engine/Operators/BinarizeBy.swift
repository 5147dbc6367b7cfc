import BNNMFormat
import BNNMKernels

/// BNNMF_OP_BINARIZE_BY: numbers [N,...,C] → decisions, by thresholds of each sample and channel, [N,1,...,1,C].
enum BinarizeBy {
    static func validate(_ scope: OperatorScope) throws(Failure) {
        try scope.requireInputs(2)
        let (x, t, y) = (scope.input(0), scope.input(1), scope.output)
        let op = scope.record.parameters.binarize_by
        try scope.requireFloat32OrInt32(x)
        try scope.require("the thresholds", t, is: x.elementType)
        try scope.require("the output", y, is: .bits)
        try scope.require(x.dims == y.dims, "input and output must have equal dimensions")
        try scope.require(
            Epilogue.isVector(t.dims, of: x.dims), "the thresholds must be one vector of channels for each sample")
        try scope.require(op.below <= 1 && op.strict <= 1, "below and strict must be 0 or 1")
    }

    static func run(_ run: OperatorRun) {
        let (x, op) = (run.inputTensor(0), run.record.parameters.binarize_by)
        let (samples, channels) = (Int(x.dims[0]), Int(x.channels))
        let rows = Int(x.rows) / samples
        let kernel = x.elementType == .int32 ? run.table.pointee.binarize_by_i32 : run.table.pointee.binarize_by_f32
        // Both types have four bytes.
        let (input, thresholds) = (run.input(0, as: UInt32.self), run.input(1, as: UInt32.self))
        let output = run.output(as: UInt64.self)
        for sample in 0..<samples {
            let arguments = bnnmk_binarize_by(
                input: UnsafeRawPointer(input + sample &* rows &* channels),
                thresholds: UnsafeRawPointer(thresholds + sample &* channels),
                output: output + sample &* rows &* Int(x.rowWords), channels: UInt32(channels), below: op.below,
                strict: op.strict)
            run.parallel(UInt32(rows), cost: x.channels &* 2, kernel, arguments)
        }
    }
}
