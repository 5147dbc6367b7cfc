import BNNMFormat
import BNNMKernels
import CBNNM

/// BNNMF_OP_BINARY_MATMUL: bits [...,M,K] and [...,N,K] → the sums of their products, int32 or float32 [...,M,N]:
/// K − 2·popcount(a xor b) where both are ±1.
enum BinaryMatMul {
    static func validate(_ scope: OperatorScope) throws(Failure) {
        try MatrixProduct.validate(scope, isTransposed: true)
        let (op, y) = (scope.record.parameters.binary_matmul, scope.output)
        try scope.require("input 0", scope.input(0), is: .bits)
        try scope.require("input 1", scope.input(1), is: .bits)
        try scope.require(
            y.elementType == .int32 || y.elementType == .float32, "the output must be int32 or float32")
        try scope.require(op.a_form <= 1 && op.b_form <= 1, "the forms of its operands must be 0 or 1")
        guard scope.input(0).channels <= BinaryConv2D.accumulatorLimit else {
            throw scope.failure(BNNM_LIMIT_EXCEEDED) {
                $0.add("the channels it sums over must be at most ")
                $0.add(BinaryConv2D.accumulatorLimit)
            }
        }
    }

    static func run(_ run: OperatorRun) {
        let (x, y, op) = (run.inputTensor(0), run.outputTensor, run.record.parameters.binary_matmul)
        let (words, n, own) = (Int(x.rowWords), y.dims.fromEnd(1), Int(y.dims.fromEnd(2)))
        let (a, b) = (run.input(0, as: UInt64.self), run.input(1, as: UInt64.self))
        let output = UnsafeMutableRawPointer(run.output(as: UInt8.self))
        MatrixProduct.forEach(run) { first, second, result, rows in
            let arguments = bnnmk_binary_matmul(
                a: a + first &* own &* words, b: b + second &* Int(n) &* words,
                output: output + result &* own &* Int(n) &* 4, output_type: y.elementType.forKernels, m: rows,
                k: UInt32(x.channels), n: n, a_form: op.a_form, b_form: op.b_form)
            let cost = Int64(n) &* (4 &+ Int64(words) &* 2)
            run.parallel(rows, cost: cost, run.table.pointee.binary_matmul, arguments)
        }
    }
}
