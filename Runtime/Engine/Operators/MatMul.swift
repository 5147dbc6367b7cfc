import BNNMFormat
import BNNMKernels

/// BNNMF_OP_MATMUL: float32 [...,M,K] and [...,K,N] → [...,M,N].
enum MatMul {
    static func validate(_ scope: OperatorScope) throws(Failure) {
        try MatrixProduct.validate(scope, isTransposed: false)
        try scope.require("input 0", scope.input(0), is: .float32)
        try scope.require("input 1", scope.input(1), is: .float32)
        try scope.require("the output", scope.output, is: .float32)
    }

    static func run(_ run: OperatorRun) {
        let (k, n) = (run.inputTensor(0).dims.fromEnd(1), run.outputTensor.dims.fromEnd(1))
        let (a, b, y) = (run.input(0, as: Float.self), run.input(1, as: Float.self), run.output(as: Float.self))
        let own = Int(run.outputTensor.dims.fromEnd(2))
        MatrixProduct.forEach(run) { first, second, result, rows in
            let arguments = bnnmk_matmul(
                a: a + first &* own &* Int(k), b: b + second &* Int(k) &* Int(n), output: y + result &* own &* Int(n),
                m: rows, k: k, n: n)
            run.parallel(rows, cost: Int64(k) &* Int64(n), run.table.pointee.matmul, arguments)
        }
    }
}
