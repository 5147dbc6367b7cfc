/// An operator that computes each element of a float result from the same element of its one operand.
/// The families are in `Activations.swift` and `RealFunctions.swift`.
public protocol RealFunction: Operator {
    /// The result for one element, in float32 (also for float16, rounded afterwards) or float64.
    func apply<T: RealNumber>(_ x: T) -> T
    /// Whether float32 results are computed in float64 and rounded once, as the runtime does for functions that are no
    /// arithmetic.
    static var roundsOnce: Bool { get }
}

extension RealFunction {
    public static var roundsOnce: Bool { false }

    public func inferTypes(_ operands: [Operand?]) throws -> [TensorType] {
        [try operands.require(0, "X", ElementType.floats).type]
    }

    public func evaluate(_ inputs: [Tensor?]) throws -> [Tensor] {
        let x = try inputs.require(0)
        let float: (Float) -> Float = Self.roundsOnce ? { Float(apply(Double($0))) } : { apply($0) }
        guard let y = x.mapReal(float, { apply($0) }) else {
            throw OperatorError("input X is \(x.type), not a float")
        }
        return [y]
    }

    public func keepsSamplesApart(_ operands: [Operand?]) -> Bool { true }
}

/// As `RealFunction`, and for integers too; they wrap.
public protocol NumericFunction: RealFunction {
    /// The result for one integer, in 64 bits.
    func apply<T: FixedWidthInteger>(_ x: T) -> T
}

extension NumericFunction {
    public func inferTypes(_ operands: [Operand?]) throws -> [TensorType] {
        [try operands.require(0, "X", ElementType.numbers).type]
    }

    public func evaluate(_ inputs: [Tensor?]) throws -> [Tensor] {
        let x = try inputs.require(0)
        if let y = x.mapReal({ apply($0) }, { apply($0) }) { return [y] }
        return [x.mapInteger({ apply($0) }, { apply($0) }) ?? x]
    }
}
