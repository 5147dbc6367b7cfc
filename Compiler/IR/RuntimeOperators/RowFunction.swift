/// What Softmax and LayerNormalization make of each row, the numbers along the last axis, in one operator: a step of an
/// epilogue.
///
/// *Shape*: x float32 [...,n], n at most `rowLimit` → the same.
/// *Meaning*: to the bit, that of the operators it stands for.
public struct RowFunction: StagedOperator {
    public static let name = "RowFunction"
    public static let stages = Stage.laidOut...Stage.laidOut
    /// Numbers of a row, at most; `BNNMF_MAX_ROW` of the format.
    public static let rowLimit = 4096

    public enum Function: Sendable {
        /// e / s with s = Σe, e = exp(x − m) and m = max x.
        case softmax
        /// d · 1/√(v + ε) with v = Σd²/n, d = x − m and m = Σx/n; ε is at least 0.
        ///
        /// *Source*: layer normalization, arXiv 1607.06450.
        case standardize(epsilon: Float)
    }

    public var function: Function

    public init(_ function: Function) { self.function = function }

    public var attributes: [Attribute] {
        switch function {
        case .softmax: [Attribute("function", function)]
        case .standardize(let epsilon): [Attribute("function", function), Attribute("epsilon", epsilon)]
        }
    }

    public func inferTypes(_ operands: [Operand?]) throws -> [TensorType] {
        let x = try operands.require(0, "x", [.float32])
        guard let count = x.shape.last, count <= RowFunction.rowLimit else {
            throw OperatorError("x \(x.type) must have rows, of at most \(RowFunction.rowLimit) numbers")
        }
        if case .standardize(let epsilon) = function, !(epsilon >= 0) {
            throw OperatorError("epsilon is \(epsilon); valid are 0 and more")
        }
        return [x.type]
    }

    public func evaluate(_ inputs: [Tensor?]) throws -> [Tensor] {
        let x = try inputs.require(0)
        switch function {
        case .softmax:
            let exponential = try Exp().evaluate([try difference(x, from: .maximum)])[0]
            return try Div().evaluate([exponential, try reduce(.sum, exponential)])
        case .standardize(let epsilon):
            let difference = try difference(x, from: .mean)
            let variance = try reduce(.mean, try Mul().evaluate([difference, difference])[0])
            let deviation = try Sqrt().evaluate(try Add().evaluate([variance, Tensor([], [epsilon])]))
            return try Mul().evaluate([difference, try Reciprocal().evaluate(deviation)[0]])
        }
    }

    public func keepsSamplesApart(_ operands: [Operand?]) -> Bool { (operands.first??.type.rank ?? 0) > 1 }

    private func reduce(_ function: AxisReduce.Function, _ x: Tensor) throws -> Tensor {
        try AxisReduce(function, axis: x.shape.count - 1, axisCount: 1).evaluate([x])[0]
    }

    private func difference(_ x: Tensor, from function: AxisReduce.Function) throws -> Tensor {
        try Sub().evaluate([x, try reduce(function, x)])[0]
    }
}

extension RowFunction.Function: CustomStringConvertible {
    public var description: String {
        switch self {
        case .softmax: "softmax"
        case .standardize: "standardize"
        }
    }
}
