import BNNMFormat
import BNNMKernels

/// BNNMF_OP_GATHER: elements of any type along an axis, picked by indices; what they do not reach is the fill.
enum Gather {
    static func validate(_ scope: OperatorScope) throws(Failure) {
        let hasFill = scope.record.input_count > 2
        try scope.requireInputs(hasFill ? 3 : 2)
        let (x, indices) = (scope.input(0), scope.input(1))
        try scope.require("the output", scope.output, is: x.elementType)
        try scope.require("the indices", indices, is: .int32)
        try scope.require("the rank of the indices", Int64(indices.rank), is: 1)
        try scope.requireDims(of: x, alongAxis: scope.record.parameters.gather.axis, extent: indices.elements)
        guard hasFill else { return }
        try scope.require("the fill", scope.input(2), is: x.elementType)
        try scope.require("the fill's number of elements", scope.input(2).elements, is: 1)
    }

    static func run(_ run: OperatorRun) {
        let (x, axis) = (run.inputTensor(0), run.record.parameters.gather.axis)
        let count = UInt32(run.inputTensor(1).elementCount)
        let indices = run.input(1, as: Int32.self)
        let fill: UnsafeRawPointer? =
            run.record.input_count > 2 ? UnsafeRawPointer(run.input(2, as: UInt8.self)) : nil
        guard x.elementType == .bits else {
            return items(run, indices, count, fill, UInt32(x.elementType.byteCount))
        }
        let isMinus = fill.map { $0.loadUnaligned(as: UInt64.self) & 1 == 1 } ?? false
        guard Int(axis) == x.rank &- 1 else { return rows(run, indices, count, isMinus) }
        let arguments = bnnmk_gather_bits(
            input: run.input(0, as: UInt64.self), output: run.output(as: UInt64.self), indices: indices,
            fill: isMinus ? 1 : 0, extent: x.dims[Int(axis)], count: count)
        run.parallel(UInt32(x.rows), cost: Int64(count) &* 4, run.table.pointee.gather_bits, arguments)
    }

    /// Whole rows of bits: the bits behind the last channel stay 0 in filled ones, too.
    private static func rows(
        _ run: OperatorRun, _ indices: UnsafePointer<Int32>, _ count: UInt32, _ isMinus: Bool
    ) {
        var pattern: UInt64 = isMinus ? .max : 0
        withUnsafeBytes(of: &pattern) { items(run, indices, count, $0.baseAddress, 8) }
        let y = run.outputTensor
        guard isMinus, y.channels % 64 != 0 else { return }
        let (words, stride) = (run.output(as: UInt64.self), Int(y.rowWords))
        for row in 1...Int(y.rows) { words[row &* stride &- 1] &= (1 << UInt64(y.channels % 64)) &- 1 }
    }

    private static func items(
        _ run: OperatorRun, _ indices: UnsafePointer<Int32>, _ count: UInt32, _ fill: UnsafeRawPointer?,
        _ fillByteCount: UInt32
    ) {
        let view = AxisView(run.inputTensor(0), axis: run.record.parameters.gather.axis)
        let arguments = bnnmk_gather(
            input: UnsafeRawPointer(run.input(0, as: UInt8.self)),
            output: UnsafeMutableRawPointer(run.output(as: UInt8.self)), indices: indices, fill: fill,
            fill_bytes: fillByteCount, extent: view.extent, count: count, item_bytes: UInt64(view.itemByteCount))
        run.parallel(
            UInt32(view.outer) &* count, cost: Int64(4 &+ view.itemByteCount / 8), run.table.pointee.gather, arguments)
    }
}
