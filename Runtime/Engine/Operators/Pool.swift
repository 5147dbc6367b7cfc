import BNNMFormat
import BNNMKernels

/// BNNMF_OP_MAX_POOL, BNNMF_OP_AVERAGE_POOL and BNNMF_OP_BIT_POOL: a window over each channel of [N,H,W,C] by itself.
enum Pool {
    static func validateMaximum(_ scope: OperatorScope) throws(Failure) {
        try scope.requireFloat32OrInt32(scope.input(0))
        try validate(scope, needsTapsOnInput: true)
    }

    static func validateAverage(_ scope: OperatorScope) throws(Failure) {
        try scope.require("the input", scope.input(0), is: .float32)
        let includesPadding = scope.record.parameters.pool.count_include_pad
        try scope.require(includesPadding <= 1, "count_include_pad must be 0 or 1")
        try validate(scope, needsTapsOnInput: includesPadding == 0)
    }

    static func validateBits(_ scope: OperatorScope) throws(Failure) {
        try scope.require("the input", scope.input(0), is: .bits)
        let bytes = scope.input(0).rowWords &* 8
        _ = try scope.blob("or_channels", scope.record.parameters.pool.or_channels, byteCount: bytes)
        try validate(scope, needsTapsOnInput: true)
    }

    private static func validate(_ scope: OperatorScope, needsTapsOnInput: Bool) throws(Failure) {
        try scope.requireInputs(1)
        let (x, y) = (scope.input(0), scope.output)
        try scope.require("the output", y, is: x.elementType)
        let geometry = WindowGeometry(scope.record.parameters.pool.window, x, y)
        try geometry.validate(scope)
        try scope.require("the output's number of channels", y.channels, is: x.channels)
        if needsTapsOnInput { try geometry.validateTapsOnInput(scope) }
    }

    static func run(_ run: OperatorRun) {
        let (x, y, op) = (run.inputTensor(0), run.outputTensor, run.record.parameters.pool)
        let geometry = WindowGeometry(op.window, x, y)
        let input = run.input(0, as: UInt8.self)
        let output = run.output(as: UInt8.self)
        let kernel =
            switch (bnnmf_op_code(rawValue: run.record.code), x.elementType) {
            case (BNNMF_OP_AVERAGE_POOL, _): run.table.pointee.average_pool_f32
            case (_, .float32): run.table.pointee.max_pool_f32
            case (_, .int32): run.table.pointee.max_pool_i32
            default: run.table.pointee.bit_pool
            }
        let rowLength = x.elementType == .bits ? x.rowWords : x.channels
        let cost = geometry.outputWidth &* rowLength &* geometry.tapCount &* 2
        for image in run.images(geometry.imageCount) {
            let arguments = bnnmk_pool(
                window: geometry.forKernels, channels: UInt32(x.channels),
                input: UnsafeRawPointer(input + image &* (x.byteCount / geometry.imageCount)),
                output: UnsafeMutableRawPointer(output + image &* (y.byteCount / geometry.imageCount)),
                or_channels: x.elementType == .bits ? run.blob(op.or_channels, as: UInt64.self) : nil,
                count_include_pad: op.count_include_pad, pad_bottom: op.window.pad_bottom,
                pad_right: op.window.pad_right)
            run.parallel(geometry.outputHeight, cost: cost, kernel, arguments)
        }
    }
}
