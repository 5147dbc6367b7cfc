/// What MATMUL and BINARY_MATMUL share: products of matrices, the last two axes, for every index of the axes before,
/// which broadcast.
enum MatrixProduct {
    /// - Parameter isTransposed: the second operand is [...,N,K] instead of [...,K,N]
    static func validate(_ scope: OperatorScope, isTransposed: Bool) throws(Failure) {
        try scope.requireInputs(2)
        let (a, b, y) = (scope.input(0).dims, scope.input(1).dims, scope.output.dims)
        try scope.require(a.rank >= 2 && b.rank >= 2, "its inputs must have at least 2 dimensions")
        try scope.requireBroadcast(leavingOut: 2)
        try scope.require("the output's number of rows", Int64(y.fromEnd(2)), is: Int64(a.fromEnd(2)))
        try scope.require(
            "the output's number of columns", Int64(y.fromEnd(1)), is: Int64(b.fromEnd(isTransposed ? 2 : 1)))
        try scope.require(
            "what input 1 sums over", Int64(b.fromEnd(isTransposed ? 1 : 2)), is: Int64(a.fromEnd(1)))
    }

    /// Calls `body` with the index of the matrix of each operand, that of the result, and the number of rows. Where all
    /// matrices of the first operand meet the same second one, they are one of more rows.
    static func forEach(_ run: OperatorRun, _ body: (Int, Int, Int, UInt32) -> Void) {
        let walk = run.broadcastWalk(leavingOut: 2)
        let rows = run.outputTensor.dims.fromEnd(2)
        if walk.rank == 1, walk.strides[0][0] == 1, walk.strides[1][0] == 0 {
            return body(0, 0, 0, rows &* walk.extents[0])
        }
        var count = 1
        for axis in 0..<walk.rank { count &*= Int(walk.extents[axis]) }
        for matrix in 0..<count {
            var (rest, a, b, axis) = (matrix, 0, 0, walk.rank)
            while axis > 0 {
                axis &-= 1
                let extent = Int(walk.extents[axis])
                a &+= rest % extent &* Int(walk.strides[0][axis])
                b &+= rest % extent &* Int(walk.strides[1][axis])
                rest /= extent
            }
            body(a, b, matrix, rows)
        }
    }
}
