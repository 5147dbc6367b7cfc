import BNNMIR

/// How far a value that the runtime computes in float32 may lie from the reference interpreter's, element by element:
/// propagated through the operators from their rounding, never guessed.
///
/// Notation: u = 2⁻²⁴, the unit roundoff of float32; E(x) the bound of x. Standard model of floating-point arithmetic
/// (Higham, Accuracy and Stability of Numerical Algorithms, 2nd ed., chapter 3), with n·u for γₙ, doubled to cover both
/// sides' roundings and the higher-order terms.
enum ErrorBound {
    static let unit: Float = 0x1p-24

    /// The bound of a node's result; nil where the operator is not covered.
    /// - Parameters:
    ///   - values: the operands as the reference has them.
    ///   - bounds: E of each operand, of its shape; nil where it is 0 (constants, decisions, inputs).
    static func of(_ node: Graph.Node, values: [Tensor?], bounds: [Tensor?], result: Tensor) throws -> Tensor? {
        let x = values[0]!
        let zero = Tensor(x.shape, [Float](repeating: 0, count: x.elementCount))
        let error = bounds[0] ?? zero
        switch node.op {
        case let op as Conv:
            // n products, n − 1 sums, the bias: E = 2(n + 2)u·Σ|w||x| + Σ|w|E(x).
            let w = values[1]!
            let products = Float(w.elementCount / w.shape[0])
            let bias = values.count > 2 ? values[2]?.magnitude : nil
            let terms = try op.evaluate([x.magnitude, w.magnitude, bias])[0]
            let carried = try op.evaluate([error, w.magnitude])[0]
            return terms.combined(carried) { 2 * (products + 2) * unit * $0 + $1 }
        case is ScaleShift:
            let scaled = try ScaleShift().evaluate([x.magnitude, values[1]!.magnitude, values[2]!.magnitude])[0]
            let none = Tensor(values[2]!.shape, [Float](repeating: 0, count: values[2]!.elementCount))
            let carried = try ScaleShift().evaluate([error, values[1]!.magnitude, none])[0]
            return scaled.combined(carried) { 4 * unit * $0 + $1 }
        case is AccumulatorToFloat, is BinaryToFloat: return zero.shaped(like: result)
        case is Relu, is Clip, is Min, is Max, is Neg, is Abs, is Reshape, is Transpose, is Flatten, is Squeeze,
            is Unsqueeze:
            guard values.compactMap({ $0 }).count == 1 || bounds.dropFirst().allSatisfy({ $0 == nil }) else {
                return nil
            }
            if node.op is Transpose || node.op is Reshape || node.op is Flatten || node.op is Squeeze
                || node.op is Unsqueeze
            {
                return try node.op.evaluate([error] + values.dropFirst())[0]
            }
            return error.elementCount == result.elementCount ? error.reshaped(result.shape) : nil
        case is MaxPool: return try node.op.evaluate([error])[0]
        case is AveragePool, is GlobalAveragePool:
            // n terms of a window, at most: E = 2(n + 2)u·mean|x| + mean E(x).
            let window = (node.op as? AveragePool)?.window
            let count = Float(
                window.map { $0.vertical.kernel * $0.horizontal.kernel }
                    ?? x.elementCount / max(1, result.elementCount))
            let terms = try node.op.evaluate([x.magnitude])[0], carried = try node.op.evaluate([error])[0]
            return terms.combined(carried) { 2 * (count + 2) * unit * $0 + $1 }
        case is Add, is Sub:
            let other = values[1]!
            let otherError = bounds[1] ?? Tensor(other.shape, [Float](repeating: 0, count: other.elementCount))
            let terms = try Add().evaluate([x.magnitude, other.magnitude])[0]
            let carried = try Add().evaluate([error, otherError])[0]
            return terms.combined(carried) { 2 * unit * $0 + $1 }
        case is Mul:
            let other = values[1]!
            let otherError = bounds[1] ?? Tensor(other.shape, [Float](repeating: 0, count: other.elementCount))
            let terms = try Mul().evaluate([x.magnitude, other.magnitude])[0]
            let left = try Mul().evaluate([error, other.magnitude])[0]
            let right = try Mul().evaluate([x.magnitude, otherError])[0]
            return terms.combined(left.combined(right, +)) { 2 * unit * $0 + $1 }
        default: return nil
        }
    }
}

extension Tensor {
    fileprivate var magnitude: Tensor { Tensor(shape, floats.map { abs($0) }) }

    fileprivate func combined(_ other: Tensor, _ function: (Float, Float) -> Float) -> Tensor {
        Tensor(shape, zip(floats, other.floats).map(function))
    }

    fileprivate func shaped(like other: Tensor) -> Tensor {
        Tensor(other.shape, [Float](repeating: 0, count: other.elementCount))
    }
}
