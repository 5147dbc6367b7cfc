import BNNMFormat
import BNNMKernels

/// BNNMF_OP_BINARIZE: numbers [...,C] → decisions, by the switch points of each column.
enum Binarize {
    static func validate(_ scope: OperatorScope) throws(Failure) {
        try scope.requireInputs(1)
        let (x, y, op) = (scope.input(0), scope.output, scope.record.parameters.binarize)
        try scope.requireFloat32OrInt32(x)
        try scope.require("the output", y, is: .bits)
        try scope.require(x.dims == y.dims, "input and output must have equal dimensions")
        let sample = x.elements / Int64(x.dims[0])
        let period = Int64(op.period)
        try scope.require(
            period == x.channels || period == sample,
            "the period must be the number of channels or the element count of one sample")
        try SwitchPoints.validate(
            op.switch_points, switchCount: op.switch_count, columnCount: period, type: x.elementType, scope)
    }

    static func run(_ run: OperatorRun) {
        let (x, op) = (run.inputTensor(0), run.record.parameters.binarize)
        let arguments = bnnmk_binarize(
            input: UnsafeRawPointer(run.input(0, as: UInt8.self)), output: run.output(as: UInt64.self),
            channels: UInt32(x.channels),
            switch_points: run.blob(op.switch_points, as: UInt8.self).map { UnsafeRawPointer($0) },
            switch_count: op.switch_count, period: op.period)
        let kernel = x.elementType == .int32 ? run.table.pointee.binarize_i32 : run.table.pointee.binarize_f32
        let cost = x.channels &* (Int64(op.switch_count) &+ 1) &* 2
        run.parallel(UInt32(x.rows), cost: cost, kernel, arguments)
    }
}
