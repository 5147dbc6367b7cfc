import BNNMIR

/// Bounds behind operators that look along axes: reductions, normalizations, products, resampling and movement.
extension ErrorBound {
    /// nil for other operators.
    static func alongAxes(_ node: Graph.Node, values: [Tensor?], bounds: [Tensor?], result: Tensor) throws -> Tensor? {
        let x = values[0]!, error = bounds[0] ?? x.zeros
        let rest = values.dropFirst()
        switch node.op {
        case let op as Pad:
            let fill = rest.dropFirst().first.flatMap { $0 }.map { bounds[2] ?? $0.zeros }
            return try op.evaluate([error, values[1], fill] + values.dropFirst(3))[0]
        case is Tile, is SpaceToDepth, is Gather: return try node.op.evaluate([error] + rest)[0]
        case is ReduceMax, is ReduceMin: return try ReduceMax(like: node.op).evaluate([error] + rest)[0]
        case is ReduceSum, is ReduceMean, is ReduceL1:
            // n terms: E = 2(n + 2)u·Σ|x| + ΣE(x), both divided by n for the mean.
            let count = Float(x.elementCount / max(1, result.elementCount))
            let terms = try node.op.evaluate([x.asFloat.magnitude] + rest)[0]
            let carried = try node.op.evaluate([error] + rest)[0]
            return terms.combined(carried) { 2 * (count + 2) * unit * $0 + $1 }
        case is ReduceSumSquare, is ReduceL2:
            // |(x + e)² − x²| ≤ (2|x| + e)e.
            let count = Float(x.elementCount / max(1, result.elementCount))
            let keeps = (node.op as? any Reduction)?.keepsDimensions ?? true
            let sum = ReduceSum(keepsDimensions: keeps)
            let terms = try sum.evaluate([x.asFloat.map { $0 * $0 }] + rest)[0]
            let carried = try sum.evaluate([x.asFloat.combined(error) { (2 * abs($0) + $1) * $1 }] + rest)[0]
            let squares = terms.combined(carried) { 2 * (count + 3) * unit * $0 + $1 }
            guard node.op is ReduceL2 else { return squares }
            // |√(s + e) − √s| ≤ min(√e, e/√s).
            return result.combined(squares) { min($1.squareRoot(), $0 > 0 ? $1 / $0 : .infinity) + 4 * unit * $0 }
        case is ReduceProd: return bounds[0] == nil ? result.magnitude.map { 4 * unit * $0 } : nil
        case is ArgMax, is ArgMin:
            // Any place, where the extreme is not certain; that it is, only exact operands tell.
            return bounds[0] == nil ? result.zeros : nil
        case let op as Softmax:
            return try ofSoftmax(Softmax(axis: op.axis, coversTrailingAxes: op.coversTrailingAxes), error, result)
        case is Resize:
            // Weights may be negative, with magnitudes that sum to less than 2 along each axis (cubic).
            let greatest = error.floats.max() ?? 0, magnitude = x.asFloat.magnitude.floats.max() ?? 0
            let axes = Float(x.type.rank)
            if (node.op as? Resize)?.mode == .nearest { return try node.op.evaluate([error] + rest)[0] }
            return result.zeros.map { _ in 4 * greatest + 16 * axes * unit * 4 * magnitude }
        case is MatMul:
            guard let y = values[1] else { return nil }
            let products = Float(x.shape.last ?? 1)
            let terms = try node.op.evaluate([x.magnitude, y.magnitude])[0]
            let left = try node.op.evaluate([error, y.magnitude])[0]
            let right = try node.op.evaluate([x.magnitude.combined(error, +), bounds[1] ?? y.zeros])[0]
            return terms.combined(left.combined(right, +)) { 2 * (products + 2) * unit * $0 + $1 }
        default: return nil
        }
    }

    /// Softmax moves by at most s·(exp(2E) − 1) where its row's operands move by at most E, and rounds in a few steps.
    private static func ofSoftmax(_ op: Softmax, _ error: Tensor, _ result: Tensor) throws -> Tensor {
        let axis = op.axis < 0 ? op.axis + error.type.rank : op.axis
        let axes = op.coversTrailingAxes ? Array(axis..<error.type.rank) : [axis]
        guard !axes.isEmpty else { return result.zeros }
        let count = Float(axes.reduce(1) { $0 * error.shape[$1] })
        let greatest = try ReduceMax().evaluate([error, Tensor([axes.count], axes.map { Int64($0) })])[0]
        let reach = greatest.broadcast(to: result.shape)
        return result.combined(reach) { s, e in
            // exp(2e) − 1 ≤ 4e for e ≤ 1/2; beyond, a share of a sum moves by at most 1.
            let factor: Float = e <= 0.5 ? 4 * e : .infinity
            return e == 0 ? 2 * (count + 16) * unit * s : min(1, s * factor) + 2 * (count + 16) * unit * s
        }
    }

    /// Of every result of an operator with several; nil where it has one.
    static func ofSeveral(
        _ node: Graph.Node, values: [Tensor?], bounds: [Tensor?], results: [Tensor]
    ) throws -> [Tensor]? {
        let x = values[0]!
        switch node.op {
        case is Split: return try node.op.evaluate([bounds[0] ?? x.zeros] + values.dropFirst())
        case let op as LayerNormalization: return try ofNormalization(op, values, bounds, results)
        default: return nil
        }
    }

    /// With m, v the mean and variance, e the greatest error in a row: the mean moves by e, differences by 2e, the factor
    /// f = 1/√(v + ε) by f³·(4·√v + 4e)·e (its derivative is −f³/2), the result by the products of both.
    private static func ofNormalization(
        _ op: LayerNormalization, _ values: [Tensor?], _ bounds: [Tensor?], _ results: [Tensor]
    ) throws -> [Tensor] {
        let x = values[0]!, error = bounds[0] ?? x.zeros
        let rank = x.type.rank, first = op.axis < 0 ? op.axis + rank : op.axis
        let axes = Tensor([rank - first], (first..<rank).map { Int64($0) })
        let count = Float(x.shape[first...].reduce(1, *))
        let rounding = 2 * (count + 16) * unit
        let reach = try ReduceMax().evaluate([error, axes])[0]
        let size = try ReduceMax().evaluate([x.magnitude, axes])[0]
        let moved = reach.combined(size) { $0 + rounding * $1 }
        let factor = results[2]
        let factorMoves = factor.combined(moved) { f, e in
            // √v ≤ 1/f.
            let carried = f * f * f * (4 / f + 4 * e) * e
            return carried + rounding * f
        }
        let difference = try Sub().evaluate([x, results[1]])[0].magnitude
        let scale = values[1]!.magnitude
        let ofDifference = try Mul().evaluate([try Mul().evaluate([moved, factor])[0], Tensor([], [2 as Float])])[0]
        let ofFactor = try Mul().evaluate([difference, factorMoves])[0]
        let both = try Mul().evaluate([moved, factorMoves])[0]
        let inner = try Add().evaluate([try Add().evaluate([ofFactor, ofDifference])[0], both])[0]
        let scaled = try Mul().evaluate([inner, scale])[0]
        let shift = values.count > 2 ? values[2]?.magnitude : nil
        let size0 = try shift.map { try Add().evaluate([results[0].magnitude, $0])[0] } ?? results[0].magnitude
        return [size0.combined(scaled) { 8 * unit * $0 + $1 }, moved, factorMoves]
    }
}

extension ReduceMax {
    /// The greatest of what another reduction reduces.
    fileprivate init(like op: any Operator) {
        let reduction = op as? any Reduction
        self.init(
            keepsDimensions: reduction?.keepsDimensions ?? true,
            emptyAxesReduceNothing: reduction?.emptyAxesReduceNothing ?? false)
    }
}
