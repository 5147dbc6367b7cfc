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

/// A Conv or ConvTranspose whose kernel shape is that of its weights, or whose padding follows from its input
/// (`auto_pad` SAME_UPPER or SAME_LOWER). A type of its own, so that nothing reads a window that is not known yet.
public struct ShapeDependentConv<Base: Operator>: ShapeDependentOperator {
    public static var name: String { Base.name }
    public var windowAttributes: WindowAttributes
    /// Other than `explicit`, replaces the padding.
    public var autoPad: AutoPad
    private let make: @Sendable (Window) throws -> Base

    /// - Parameter make: the operator with a given window.
    public init(
        _ windowAttributes: WindowAttributes, autoPad: AutoPad = .explicit,
        make: @escaping @Sendable (Window) throws -> Base
    ) {
        self.windowAttributes = windowAttributes
        self.autoPad = autoPad
        self.make = make
    }

    public var attributes: [Attribute] { autoPad == .explicit ? [] : [Attribute("auto_pad", autoPad.rawValue)] }

    public func resolved(_ operands: [Operand?]) throws -> any Operator {
        let x = try operands.require(0, "X").type, w = try operands.require(1, "W").type
        guard x.rank == w.rank, x.rank == 3 || x.rank == 4 else {
            throw OperatorError("X \(x) and W \(w) must both be of rank 3 or both of rank 4")
        }
        var window = try windowAttributes.window(kernel: [Int](w.shape[2...]))
        guard x.rank == 4 || window.isHorizontal else {
            throw OperatorError("X \(x) has one spatial axis, but the window has two")
        }
        func padded(_ axis: Window.Axis, _ input: Int) -> Window.Axis {
            axis.padded(by: autoPad, input: input, output: axis.sameCount(input: input))
        }
        if x.rank == 4 { window.vertical = padded(window.vertical, x.shape[2]) }
        window.horizontal = padded(window.horizontal, x.shape[x.rank - 1])
        return try make(window)
    }
}
