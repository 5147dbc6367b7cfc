import BNNMFormat
import BNNMKernels

/// BNNMF_OP_CONCAT: tensors of one type, behind each other along an axis.
enum Concat {
    static func validate(_ scope: OperatorScope) throws(Failure) {
        let (y, axis) = (scope.output, Int(scope.record.parameters.concat.axis))
        try scope.require(axis < y.rank, "its axis must be one of the output's")
        var extent: Int64 = 0
        for position in 0..<Int(scope.record.input_count) {
            let x = scope.input(position)
            try scope.require("an input", x, is: y.elementType)
            try scope.require("the rank of an input", Int64(x.rank), is: Int64(y.rank))
            for other in 0..<y.rank where other != axis {
                try scope.require("an extent of an input", Int64(x.dims[other]), is: Int64(y.dims[other]))
            }
            extent &+= Int64(x.dims[axis])
        }
        try scope.require("the output's extent along the axis", Int64(y.dims[axis]), is: extent)
    }

    static func run(_ run: OperatorRun) {
        let (y, axis) = (run.outputTensor, Int(run.record.parameters.concat.axis))
        let isPacked = y.elementType == .bits && axis == y.rank &- 1
        if isPacked && !hasWholeWords(run) { insertBits(run, y) } else { copyRows(run, y, axis) }
    }

    /// Whether no word has bits of two inputs.
    private static func hasWholeWords(_ run: OperatorRun) -> Bool {
        for position in 0..<Int(run.record.input_count) where run.inputTensor(position).channels % 64 != 0 {
            return false
        }
        return true
    }

    /// Along the packed axis: each input's bits into their place in every row.
    private static func insertBits(_ run: OperatorRun, _ y: Tensor) {
        let output = run.output(as: UInt64.self)
        run.output(as: UInt8.self).update(repeating: 0, count: y.byteCount)
        var offset: UInt32 = 0
        for position in 0..<Int(run.record.input_count) {
            let x = run.inputTensor(position)
            let arguments = bnnmk_insert(
                input: run.input(position, as: UInt64.self), output: output, output_stride: UInt32(y.rowWords),
                offset: offset, channels: UInt32(x.channels))
            run.parallel(UInt32(y.rows), cost: x.rowWords &* 8, run.table.pointee.insert, arguments)
            offset &+= UInt32(x.channels)
        }
    }

    /// Along any other axis, of numbers, and of whole words: what an input has behind the axis stands in one piece.
    private static func copyRows(_ run: OperatorRun, _ y: Tensor, _ axis: Int) {
        let output = run.output(as: UInt8.self)
        var rows = 1
        for outer in 0..<axis { rows &*= Int(y.dims[outer]) }
        let outputStride = y.byteCount / rows
        var offset = 0
        for position in 0..<Int(run.record.input_count) {
            let rowBytes = run.inputTensor(position).byteCount / rows
            let arguments = bnnmk_copy_rows(
                input: UnsafeRawPointer(run.input(position, as: UInt8.self)),
                output: UnsafeMutableRawPointer(output + offset), row_bytes: UInt64(rowBytes),
                input_stride: UInt64(rowBytes), output_stride: UInt64(outputStride))
            let cost = Int64(rowBytes / 8)
            run.parallel(UInt32(rows), images: y.dims[0], cost: cost, run.table.pointee.copy_rows, arguments)
            offset &+= rowBytes
        }
    }
}
