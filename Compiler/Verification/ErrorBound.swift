import BNNMIR

/// How far a value that the runtime computes in float32 may lie from the reference interpreter's, element by element:
/// propagated through the operators from their rounding, never guessed.
///
/// Notation: u = 2⁻²⁴, the unit roundoff of float32; E(x) the bound of x. Standard model of floating-point arithmetic
/// (Higham, Accuracy and Stability of Numerical Algorithms, 2nd ed., chapter 3), with n·u for γₙ, doubled to cover both
/// sides' roundings and the higher-order terms.
enum ErrorBound {
    static let unit: Float = 0x1p-24

    /// The bounds of a node's results, nil where they are 0: of what is discrete and computed from exact operands.
    static func of(
        _ node: Graph.Node, values: [Tensor?], bounds: [Tensor?], results: [Tensor]
    ) throws -> [Tensor?] {
        guard results[0].elementType == .float32 || bounds.contains(where: { $0 != nil }) else {
            return results.map { _ in nil }
        }
        if results.count > 1, let several = try ofSeveral(node, values: values, bounds: bounds, results: results) {
            return several
        }
        let first = try of(node, values: values, bounds: bounds, result: results[0])
        // An operator that is not covered can give anything.
        return [first ?? results[0].zeros.map { _ in .infinity }]
            + results.dropFirst().map { $0.zeros.map { _ in .infinity } }
    }

    /// The bound of a node's only result; nil where the operator is not covered.
    /// - Parameters:
    ///   - values: the operands as the reference has them.
    ///   - bounds: E of each operand, of its shape; nil where it is 0 (constants, decisions, inputs).
    static func of(_ node: Graph.Node, values: [Tensor?], bounds: [Tensor?], result: Tensor) throws -> Tensor? {
        let x = values[0]!
        let error = bounds[0] ?? x.zeros
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
            let none = values[2]!.zeros
            let carried = try ScaleShift().evaluate([error, values[1]!.magnitude, none])[0]
            return scaled.combined(carried) { 4 * unit * $0 + $1 }
        case is AccumulatorToFloat, is BinaryToFloat, is Lookup: return result.zeros
        case is Cast where x.integers != nil && bounds[0] == nil:
            // Whole numbers below 2²⁴, such as a product of decisions, are themselves in float32.
            return x.doubles.allSatisfy { abs($0) <= 0x1p24 } ? result.zeros : nil
        case is Relu, is Clip, is Neg, is Abs: return error
        case is Reshape, is Transpose, is Flatten, is Squeeze, is Unsqueeze, is Slice, is Expand, is DepthToSpace,
            is Gather:
            return try node.op.evaluate([error] + values.dropFirst())[0]
        case is Concat:
            return try node.op.evaluate(zip(values, bounds).map { $1 ?? $0!.zeros })[0]
        case is Min, is Max:
            // Neither lies further from its own than the operand that moves most.
            return try zip(values, bounds).map { $1 ?? $0!.zeros }.reduce(result.zeros) {
                try Max().evaluate([$0, $1])[0]
            }
        case is PRelu:
            // Both sides round the same product: E = max(1, |a|)·E(x) + 2u|y|.
            let slope = values[1]!
            let steepest = Tensor(slope.shape, slope.floats.map { max(1, abs($0)) })
            let carried = try Mul().evaluate([error, steepest])[0]
            return result.magnitude.combined(carried) { 2 * unit * $0 + $1 }
        case let op as LeakyRelu:
            return result.magnitude.combined(error) { 2 * unit * $0 + max(1, abs(op.alpha)) * $1 }
        case is Tanh, is Sigmoid:
            // The slope is at most 1, of Sigmoid 1/4; both sides are within a unit in the last place.
            let slope: Float = node.op is Sigmoid ? 0.25 : 1
            return result.magnitude.combined(error) { 6 * unit * $0 + slope * $1 }
        case is Sign:
            // A sign that stays ternary jumps where its operand may lie on the other side of 0, or on it.
            return x.magnitude.combined(error) { $1 > 0 && $0 <= $1 ? 2 : 0 }
        case let op as ScalarClassifier: return try throughLayers(of: op, x: x, error: error, result: result)
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
            let otherError = bounds[1] ?? other.zeros
            let terms = try Add().evaluate([x.magnitude, other.magnitude])[0]
            let carried = try Add().evaluate([error, otherError])[0]
            return terms.combined(carried) { 2 * unit * $0 + $1 }
        case is Mul:
            let other = values[1]!
            let otherError = bounds[1] ?? other.zeros
            let terms = try Mul().evaluate([x.magnitude, other.magnitude])[0]
            let left = try Mul().evaluate([error, other.magnitude])[0]
            let right = try Mul().evaluate([x.magnitude, otherError])[0]
            return terms.combined(left.combined(right, +)) { 2 * unit * $0 + $1 }
        case is Div:
            // E = 2u|q| + (E(x) + |q|·E(d)) / (|d| − E(d)), without bound where the divisor may be 0.
            let divisor = values[1]!
            let room = divisor.magnitude.combined(bounds[1] ?? divisor.zeros) { max($0 - $1, 0) }
            let ofDivisor = try Mul().evaluate([result.magnitude, bounds[1] ?? divisor.zeros])[0]
            let carried = try Div().evaluate([try Add().evaluate([error, ofDivisor])[0], room])[0]
            return result.magnitude.combined(carried) { $1.isNaN ? .infinity : 2 * unit * $0 + $1 }
        case let op as Gemm:
            let positive = Gemm(alpha: abs(op.alpha), beta: abs(op.beta), transA: op.transA, transB: op.transB)
            return try ofProduct(positive, values: values, bounds: bounds)
        default:
            return try ofFunction(node.op, x: x, error: error, result: result)
                ?? ofComparison(node.op, values: values, bounds: bounds, result: result)
                ?? alongAxes(node, values: values, bounds: bounds, result: result)
        }
    }

    /// As Conv, and where both operands are computed: E = 2(n + 2)u·Σ|a||b| + Σ|a|E(b) + Σ(|b| + E(b))E(a).
    private static func ofProduct(_ op: any Operator, values: [Tensor?], bounds: [Tensor?]) throws -> Tensor? {
        guard let a = values[0], let b = values[1], bounds.dropFirst(2).allSatisfy({ $0 == nil }) else { return nil }
        let products = Float(max(a.shape.last ?? 1, b.shape.max() ?? 1))
        let terms = try op.evaluate(values.map { $0?.magnitude })[0]
        guard let ofB = bounds[1] else {
            let carried = try op.evaluate([bounds[0] ?? a.zeros, b.magnitude])[0]
            return terms.combined(carried) { 2 * (products + 2) * unit * $0 + $1 }
        }
        let left = try op.evaluate([a.magnitude, ofB])[0]
        let right = try op.evaluate([bounds[0] ?? a.zeros, b.magnitude.combined(ofB, +)])[0]
        return terms.combined(left.combined(right, +)) { 2 * (products + 2) * unit * $0 + $1 }
    }

    /// Layer by layer over rows of features, then the difference of the two scores.
    private static func throughLayers(
        of classifier: ScalarClassifier, x: Tensor, error: Tensor, result: Tensor
    ) throws -> Tensor? {
        var value = x.reshaped([x.elementCount, 1]), bound = error.reshaped([x.elementCount, 1])
        for layer in classifier.layers {
            let operands = layer.operands.map { $0 ?? value }
            let bounds = layer.operands.map { $0 == nil ? bound : nil }
            let next = try layer.op.evaluate(operands)[0]
            let node = Graph.Node(name: "", op: layer.op, inputs: [], outputs: [])
            guard let carried = try of(node, values: operands, bounds: bounds, result: next) else { return nil }
            (value, bound) = (next, carried)
        }
        let limits = bound.floats, scores = value.floats
        return Tensor(
            x.shape,
            result.floats.indices.map {
                limits[2 * $0] + limits[2 * $0 + 1] + 2 * unit * (abs(scores[2 * $0]) + abs(scores[2 * $0 + 1]))
            })
    }
}

extension Tensor {
    var asFloat: Tensor { Tensor(shape, floats) }

    var magnitude: Tensor { map { abs($0) } }

    func map(_ function: (Float) -> Float) -> Tensor { Tensor(shape, floats.map(function)) }

    func combined(_ other: Tensor, _ function: (Float, Float) -> Float) -> Tensor {
        Tensor(shape, zip(floats, other.floats).map(function))
    }

    var zeros: Tensor { Tensor(shape, [Float](repeating: 0, count: elementCount)) }
}
