/// An operator that the file does not spell out: which operator it is follows from its operands' types. It means what
/// that operator means; a graph that holds the `resolved` operator in its place is easier on whatever reads it.
public protocol ShapeDependentOperator: Operator {
    /// The operator that this is for operands of these types.
    /// - Throws: `OperatorError` where it cannot be any.
    func resolved(_ operands: [Operand?]) throws -> any Operator
}

extension ShapeDependentOperator {
    public func inferTypes(_ operands: [Operand?]) throws -> [TensorType] {
        try resolved(operands).inferTypes(operands)
    }

    public func evaluate(_ inputs: [Tensor?]) throws -> [Tensor] { try resolved(inputs.operands).evaluate(inputs) }

    public func keepsSamplesApart(_ operands: [Operand?]) -> Bool {
        (try? resolved(operands))?.keepsSamplesApart(operands) ?? false
    }
}

/// A Conv or ConvTranspose as the file has it: how many spatial axes there are, and the kernel shape where it is that of
/// the weights, follow from the operands, as does padding by `auto_pad` SAME_UPPER or SAME_LOWER. A type of its own, so
/// that nothing reads a window that is not known yet.
public struct ShapeDependentConv<Base: Operator>: ShapeDependentOperator {
    public static var name: String { Base.name }
    public var windowAttributes: WindowAttributes
    /// Other than `explicit`, replaces the padding.
    public var autoPad: AutoPad
    private let make: @Sendable ([Window.Axis]) throws -> any Operator

    /// - Parameter make: the operator with these window axes, one for each spatial axis.
    public init(
        _ windowAttributes: WindowAttributes, autoPad: AutoPad = .explicit,
        make: @escaping @Sendable ([Window.Axis]) throws -> any Operator
    ) {
        self.windowAttributes = windowAttributes
        self.autoPad = autoPad
        self.make = make
    }

    public var attributes: [Attribute] { autoPad == .explicit ? [] : [Attribute("auto_pad", autoPad.rawValue)] }

    public func resolved(_ operands: [Operand?]) throws -> any Operator {
        let x = try operands.require(0, "X").type, w = try operands.require(1, "W").type
        guard x.rank == w.rank, x.rank >= 3 else {
            throw OperatorError("X \(x) and W \(w) must be of the same rank, 3 or more")
        }
        let axes = try windowAttributes.axes(kernel: [Int](w.shape[2...]))
        guard axes.count == x.rank - 2 else {
            throw OperatorError(
                "the window has \(axes.count) axes, but X \(x) has \(x.rank - 2) spatial ones; it must have as many")
        }
        return try make(
            zip(axes, x.shape[2...]).map { axis, input in
                axis.padded(by: autoPad, input: input, output: axis.sameCount(input: input))
            })
    }
}
