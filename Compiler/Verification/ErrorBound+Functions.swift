import BNNMIR

/// Bounds behind functions of one number, comparisons and choices.
extension ErrorBound {
    /// Of functions that are monotone or have a bounded slope; nil for others. Both sides compute in float64 and round
    /// once, each to within a unit in the last place (4u|y| together).
    static func ofFunction(_ op: any Operator, x: Tensor, error: Tensor, result: Tensor) throws -> Tensor? {
        func rounded(_ carried: Tensor) -> Tensor { result.magnitude.combined(carried) { 4 * unit * $0 + $1 } }
        switch op {
        case is Exp, is Log, is Sqrt, is Erf, is Softplus, is Floor, is Ceil, is Round, is Reciprocal:
            // Nothing between x − E and x + E lies further away than one of the two.
            let ends = try [Float(-1), 1].map { side in
                try op.evaluate([x.combined(error) { $0 + side * $1 }])[0].combined(result) { abs($0 - $1) }
            }
            let carried = ends[0].combined(ends[1]) { $0.isNaN || $1.isNaN ? .infinity : max($0, $1) }
            // 1/x has no bound where the sign of x is not known.
            let mayBeZero = op is Reciprocal ? x.combined(error) { $1 > 0 && abs($0) <= $1 ? .infinity : 0 } : x.zeros
            return rounded(exact(where: error, carried.combined(mayBeZero, +)))
        case is Sin, is Cos: return rounded(error)
        case let op as HardSigmoid:
            return x.magnitude.combined(error) {
                4 * unit * (abs(op.alpha) * $0 + abs(op.beta) + 1) + abs(op.alpha) * $1
            }
        // Slopes of at most 1.13 and 1.5; the products in between round by a few units more.
        case is Gelu, is HardSwish:
            return x.magnitude.combined(error) { 8 * unit * $0 + 1.5 * $1 }
        case let op as Elu:
            return x.magnitude.combined(error) { 12 * unit * max($0, abs(op.alpha)) + max(1, abs(op.alpha)) * $1 }
        default: return nil
        }
    }

    /// Of what is discrete: 1 where an operand may lie on the other side, 0 elsewhere; nil for other operators.
    static func ofComparison(_ op: any Operator, values: [Tensor?], bounds: [Tensor?], result: Tensor) throws -> Tensor?
    {
        switch op {
        case is Equal, is Less, is LessOrEqual, is Greater, is GreaterOrEqual:
            let (a, b) = (values[0]!, values[1]!)
            let distance = try Sub().evaluate([a.asFloat, b.asFloat])[0]
            let reach = try Add().evaluate([bounds[0] ?? a.zeros, bounds[1] ?? b.zeros])[0]
            return distance.combined(reach) { $1 > 0 && !(abs($0) > $1) ? 1 : 0 }
        case is And, is Or, is Xor:
            let reach = try Add().evaluate(zip(values, bounds).map { $1 ?? $0!.zeros })[0]
            return reach.map { min($0, 1) }
        case is Not: return bounds[0] ?? values[0]!.zeros
        case is Where:
            let errors = zip(values, bounds).dropFirst().map { $1 ?? $0!.zeros }
            let (x, y) = (values[1]!.asFloat, values[2]!.asFloat)
            let gap = try Sub().evaluate([x, y])[0].magnitude
            let chosen = try Where().evaluate([values[0], errors[0], errors[1]])[0]
            let either = try Add().evaluate([try Max().evaluate(errors)[0], gap])[0]
            let doubt = bounds[0] ?? values[0]!.zeros
            let isOpen = Tensor(doubt.shape, doubt.floats.map { $0 > 0 ? 1 : 0 }, .bool)
            return try Where().evaluate([isOpen, either, chosen])[0]
        case let op as Cast:
            let error = bounds[0] ?? values[0]!.zeros
            if op.target.isFloat { return result.asFloat.magnitude.combined(error) { 2 * unit * $0 + $1 } }
            if op.target == .bool {
                return values[0]!.asFloat.combined(error) { $1 > 0 && abs($0) <= $1 ? 1 : 0 }
            }
            // A fraction that may cross an integer moves by one more.
            return error.map { $0 > 0 ? ($0 + 1).rounded(.down) : 0 }
        default: return nil
        }
    }

    /// `carried` where there is an error to carry, 0 elsewhere: there f(x) − f(x) may be ∞ − ∞.
    private static func exact(where error: Tensor, _ carried: Tensor) -> Tensor {
        error.combined(carried) { $0 == 0 ? 0 : $1 }
    }
}
