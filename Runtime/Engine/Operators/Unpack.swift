import BNNMFormat
import BNNMKernels

/// BNNMF_OP_UNPACK: bits → float32 −1 and +1.
enum Unpack {
    static func validate(_ scope: OperatorScope) throws(Failure) {
        try scope.requireInputs(1)
        let (x, y) = (scope.input(0), scope.output)
        try scope.require("the input", x, is: .bits)
        try scope.require("the output", y, is: .float32)
        try scope.require(x.dims == y.dims, "input and output must have equal dimensions")
    }

    private struct Call {
        let kernel: (@convention(c) (UnsafePointer<bnnmk_unpack>?, UInt32, UInt32) -> Void)?
        let arguments: bnnmk_unpack
    }

    static func run(_ run: OperatorRun) {
        let x = run.inputTensor(0)
        let arguments = bnnmk_unpack(
            input: run.input(0, as: UInt64.self), output: run.output(as: Float.self), channels: UInt32(x.channels))
        withUnsafePointer(to: Call(kernel: run.table.pointee.unpack, arguments: arguments)) {
            run.parallel(UInt32(x.rows), cost: x.channels &* 2, $0) { context, begin, end in
                guard let call = context?.assumingMemoryBound(to: Call.self).pointee else { return }
                withUnsafePointer(to: call.arguments) { call.kernel?($0, begin, end) }
            }
        }
    }
}
