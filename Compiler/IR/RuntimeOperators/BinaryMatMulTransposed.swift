/// A BinaryMatMul as the runtime executes it: the right operand's rows are packed along K like the left one's.
///
/// *Shape*: a binary [...,M,K], b binary [...,N,K] → int32 or float32 [...,M,N], the same whole number in either type.
public struct BinaryMatMulTransposed: StagedOperator {
    public static let name = "BinaryMatMulTransposed"
    public static let stages = Stage.laidOut...Stage.laidOut
    public var product: BinaryMatMul
    /// int32 or float32.
    public var result: ElementType

    public init(_ product: BinaryMatMul, result: ElementType) {
        self.product = product
        self.result = result
    }

    public var attributes: [Attribute] { product.attributes + [Attribute("result", result.rawValue)] }

    public func inferTypes(_ operands: [Operand?]) throws -> [TensorType] {
        guard result == .int32 || result == .float32 else {
            throw OperatorError("its result is \(result); valid are int32 and float32")
        }
        let a = try operands.requireBinary(0, "a"), b = try operands.requireBinary(1, "b")
        guard b.type.rank >= 2 else { throw OperatorError("b \(b.type) must have at least two axes") }
        let columns = Operand(TensorType(.binary, b.shape.dropLast(2) + [b.shape.last ?? 0, b.shape[b.type.rank - 2]]))
        return [TensorType(result, try product.inferTypes([a, columns])[0].shape)]
    }

    public func evaluate(_ inputs: [Tensor?]) throws -> [Tensor] {
        let a = try inputs.require(0), b = try inputs.require(1)
        let rank = b.type.rank
        let columns = b.permuted([Int](0..<rank - 2) + [rank - 1, rank - 2])
        return [try product.evaluate([a, columns])[0].converted(to: result)]
    }

    public func keepsSamplesApart(_ operands: [Operand?]) -> Bool { product.keepsSamplesApart(operands) }
}
