import BNNMFormat
import BNNMKernels

/// BNNMF_OP_REDUCE: sums, means, extremes, products and the places of extremes over neighbouring axes.
enum Reduce {
    static func validate(_ scope: OperatorScope) throws(Failure) {
        try scope.requireInputs(1)
        let (x, y, op) = (scope.input(0), scope.output, scope.record.parameters.reduce)
        try scope.require(
            op.function >= BNNMF_REDUCE_SUM.rawValue && op.function <= BNNMF_ARGMIN.rawValue,
            "its function must be one of 1...7")
        let isPlace = op.function >= BNNMF_ARGMAX.rawValue
        switch bnnmf_reduction(rawValue: op.function) {
        case BNNMF_REDUCE_MEAN: try scope.require("the input", x, is: .float32)
        case BNNMF_REDUCE_MAXIMUM, BNNMF_REDUCE_MINIMUM:
            try scope.require(x.elementType != .bits, "the input must not be bits")
        default: try scope.require(x.elementType.isNumber, "the input must be float32, int32 or int64")
        }
        try scope.require("the output", y, is: isPlace ? .int64 : x.elementType)
        try scope.require(op.select_last <= (isPlace ? 1 : 0), "select_last must be 0, or 1 of a place")
        let end = UInt64(op.axis) &+ UInt64(op.axis_count)
        try scope.require(op.axis_count >= 1 && end <= UInt64(x.rank), "its axes must be one or more of the input's")
        try scope.require("the output's rank", Int64(y.rank), is: Int64(x.rank))
        for axis in 0..<x.rank {
            let isReduced = axis >= Int(op.axis) && UInt64(axis) < end
            try scope.require("the output's extent", Int64(y.dims[axis]), is: isReduced ? 1 : Int64(x.dims[axis]))
        }
    }

    static func run(_ run: OperatorRun) {
        let (x, op) = (run.inputTensor(0), run.record.parameters.reduce)
        let view = AxisView(x, axis: op.axis, count: op.axis_count)
        let arguments = bnnmk_reduce(
            input: UnsafeRawPointer(run.input(0, as: UInt8.self)),
            output: UnsafeMutableRawPointer(run.output(as: UInt8.self)), function: op.function,
            select_last: op.select_last, type: x.elementType.forKernels, extent: view.extent,
            inner: UInt32(view.itemByteCount / Int(x.elementType.byteCount)))
        let cost = x.elements / Int64(view.outer) &* 4
        run.parallel(UInt32(view.outer), cost: cost, run.table.pointee.reduce, arguments)
    }
}
