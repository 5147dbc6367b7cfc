/// Products of row-major matrices, a[rows × depth] · b[depth × columns]: the base of MatMul and Gemm.
struct MatrixProduct {
    let rows: Int
    let depth: Int
    let columns: Int

    /// In float64, summed along the depth in order.
    func multiply(_ a: ArraySlice<Double>, _ b: ArraySlice<Double>) -> [Double] {
        accumulate(a, b, zero: 0) { $0 + $1 * $2 }
    }

    /// In 64-bit integers that wrap.
    func multiply(_ a: ArraySlice<Int64>, _ b: ArraySlice<Int64>) -> [Int64] {
        accumulate(a, b, zero: 0) { $0 &+ $1 &* $2 }
    }

    /// Row by row, the innermost loop along a row of b.
    @inline(__always)
    private func accumulate<T>(_ a: ArraySlice<T>, _ b: ArraySlice<T>, zero: T, _ step: (T, T, T) -> T) -> [T] {
        var result = [T](repeating: zero, count: rows * columns)
        a.withUnsafeBufferPointer { a in
            b.withUnsafeBufferPointer { b in
                result.withUnsafeMutableBufferPointer { result in
                    for row in 0..<rows {
                        for k in 0..<depth {
                            let factor = a[row * depth + k]
                            for column in 0..<columns {
                                result[row * columns + column] = step(
                                    result[row * columns + column], factor, b[k * columns + column])
                            }
                        }
                    }
                }
            }
        }
        return result
    }
}
