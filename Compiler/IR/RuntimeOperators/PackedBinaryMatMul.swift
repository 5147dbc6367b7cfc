/// A `BinaryMatMul` whose right operand stands transposed, so that both are packed along the axis that is summed:
/// acc[…,m,n] = Σₖ a[…,m,k]·b[…,n,k], as int32 or as the same numbers in float32.
///
/// *Shape*: a binary [...,M,K], b binary [...,N,K] → [...,M,N]; the axes before the matrices broadcast.
public struct PackedBinaryMatMul: StagedOperator {
    public static let name = "PackedBinaryMatMul"
    public static let stages = Stage.laidOut...Stage.laidOut
    public var leftForm: DecisionForm
    public var rightForm: DecisionForm
    public var elementType: ElementType

    public init(leftForm: DecisionForm, rightForm: DecisionForm, elementType: ElementType) {
        self.leftForm = leftForm
        self.rightForm = rightForm
        self.elementType = elementType
    }

    public var attributes: [Attribute] {
        [
            Attribute("left", leftForm.rawValue), Attribute("right", rightForm.rawValue),
            Attribute("type", elementType.rawValue),
        ]
    }

    public func inferTypes(_ operands: [Operand?]) throws -> [TensorType] {
        let b = try operands.requireBinary(1, "b")
        guard b.type.rank >= 2, elementType == .int32 || elementType == .float32 else {
            throw OperatorError("b \(b.type) must have at least two axes, and the result be int32 or float32")
        }
        let transposed = Operand(TensorType(.binary, b.shape.dropLast(2) + [b.shape[b.type.rank - 1], b.shape[b.type.rank - 2]]))
        let acc = try product.inferTypes([operands[0], transposed])[0]
        return [TensorType(elementType, acc.shape)]
    }

    public func evaluate(_ inputs: [Tensor?]) throws -> [Tensor] {
        let b = try inputs.require(1), rank = b.type.rank
        let transposed = b.permuted(Array(0..<rank - 2) + [rank - 1, rank - 2])
        return [try product.evaluate([inputs[0], transposed])[0].converted(to: elementType)]
    }

    public func keepsSamplesApart(_ operands: [Operand?]) -> Bool { product.keepsSamplesApart(operands) }

    private var product: BinaryMatMul { BinaryMatMul(leftForm: leftForm, rightForm: rightForm) }
}
