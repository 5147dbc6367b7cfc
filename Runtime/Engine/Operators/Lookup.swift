import BNNMFormat
import BNNMKernels

/// BNNMF_OP_LOOKUP: bytes of images [N,H,W,C] or [N,C,H,W] → float32 [N,H,W,C], the number of each byte in its channel's
/// table.
enum Lookup {
    private static let byteValueCount: Int64 = 256

    static func validate(_ scope: OperatorScope) throws(Failure) {
        try scope.requireInputs(1)
        let (x, y, op) = (scope.input(0), scope.output, scope.record.parameters.lookup)
        try scope.require("the input", x, is: .uint8)
        try scope.require("the output", y, is: .float32)
        try scope.require("the input's rank", Int64(x.rank), is: 4)
        try scope.require("the output's rank", Int64(y.rank), is: 4)
        for axis in 0..<4 {
            let source = op.channels_first == 0 || axis == 0 ? axis : axis == 3 ? 1 : axis &+ 1
            try scope.require("the output's extent", Int64(y.dims[axis]), is: Int64(x.dims[source]))
        }
        try scope.require(
            op.table_count == 1 || Int64(op.table_count) == y.channels,
            "there must be one table, or one for each channel")
        _ = try scope.blob("values", op.values, byteCount: Int64(op.table_count) &* byteValueCount &* 4)
    }

    /// Throws where an operator reads bytes and is no lookup, or gives some.
    static func requireNoBytes(elsewhere scope: OperatorScope) throws(Failure) {
        if scope.record.code != BNNMF_OP_LOOKUP.rawValue {
            for position in 0..<Int(scope.record.input_count) {
                try scope.require(scope.input(position).elementType != .uint8, "uint8 is for Lookup only")
            }
        }
        for position in 0..<scope.resultCount {
            try scope.require(scope.result(position).elementType != .uint8, "no result can be uint8")
        }
    }

    static func run(_ run: OperatorRun) {
        let (y, op) = (run.outputTensor, run.record.parameters.lookup)
        let (rows, width, channels) = (y.dims[1], y.dims[2], y.dims[3])
        let plane = Int(rows) &* Int(width), image = plane &* Int(channels)
        let isPlanar = op.channels_first != 0
        let input = run.input(0, as: UInt8.self), output = run.output(as: Float.self)
        for index in run.images(Int(y.dims[0])) {
            let arguments = bnnmk_lookup(
                input: input + index &* image, output: output + index &* image,
                values: run.blob(op.values, as: Float.self), width: width, channels: channels,
                table_step: op.table_count == 1 ? 0 : UInt32(byteValueCount),
                row_step: isPlanar ? Int(width) : Int(width) &* Int(channels),
                pixel_step: isPlanar ? 1 : Int(channels), channel_step: isPlanar ? plane : 1)
            run.parallel(
                rows, cost: Int64(width) &* Int64(channels) &* 2, run.table.pointee.lookup, arguments)
        }
    }
}
