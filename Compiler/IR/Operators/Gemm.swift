/// ONNX Gemm (opset 11, 13): Y = α·A′·B′ + β·C, A′ and B′ being the matrices A and B or their transposes, and C
/// (optional) broadcast to the result.
///
/// *Meaning*: floats in float64, rounded once, so that ±α weights give exactly α·acc + C; integers (with α = β = 1)
/// wrap.
public struct Gemm: Operator {
    public static let name = "Gemm"
    public var alpha: Float
    public var beta: Float
    public var transA: Bool
    public var transB: Bool

    public init(alpha: Float = 1, beta: Float = 1, transA: Bool = false, transB: Bool = false) {
        self.alpha = alpha
        self.beta = beta
        self.transA = transA
        self.transB = transB
    }

    public var attributes: [Attribute] {
        [
            Attribute("alpha", alpha), Attribute("beta", beta), Attribute("transA", transA ? 1 : 0),
            Attribute("transB", transB ? 1 : 0),
        ]
    }

    public func inferTypes(_ operands: [Operand?]) throws -> [TensorType] {
        let a = try operands.require(0, "A", ElementType.floats + [.int32, .int64, .uint32, .uint64])
        let b = try operands.require(1, "B", [a.elementType])
        guard a.type.rank == 2, b.type.rank == 2 else {
            throw OperatorError("A \(a.type) and B \(b.type) must be matrices")
        }
        guard a.elementType.isFloat || alpha == 1 && beta == 1 else {
            throw OperatorError("alpha is \(alpha) and beta \(beta); for \(a.elementType) both must be 1")
        }
        guard a.shape[transA ? 0 : 1] == b.shape[transB ? 1 : 0] else {
            throw OperatorError(
                "A \(a.type) and B \(b.type) do not fit with transA=\(transA ? 1 : 0) and transB=\(transB ? 1 : 0)")
        }
        let shape = [a.shape[transA ? 1 : 0], b.shape[transB ? 0 : 1]]
        if operands.optional(2) != nil {
            let c = try operands.require(2, "C", [a.elementType])
            guard shape.broadcast(with: c.shape) == shape else {
                throw OperatorError("C \(c.type) cannot be broadcast to the \(shape[0])x\(shape[1]) result")
            }
        }
        return [try TensorType.checked(a.elementType, shape)]
    }

    public func evaluate(_ inputs: [Tensor?]) throws -> [Tensor] {
        let type = try inferTypes(inputs.operands)[0]
        let a = transA ? try inputs.require(0).permuted([1, 0]) : try inputs.require(0)
        let b = transB ? try inputs.require(1).permuted([1, 0]) : try inputs.require(1)
        let c = inputs.optional(2)?.broadcast(to: type.shape)
        let product = MatrixProduct(rows: type.shape[0], depth: a.shape[1], columns: type.shape[1])
        if let x = a.integers, let y = b.integers {
            var sums = product.multiply(x[...], y[...])
            if let c = c?.integers { sums = zip(sums, c).map { $0 &+ $1 } }
            return [Tensor(type, .integer(sums.map { type.elementType.wrap($0) }))]
        }
        var sums = product.multiply(a.doubles[...], b.doubles[...]).map { Double(alpha) * $0 }
        if let c = c?.doubles { sums = zip(sums, c).map { $0 + Double(beta) * $1 } }
        return [.rounding(sums, to: type.elementType, shape: type.shape)]
    }

    /// Whether A's rows are the result's, and C's too where C may hold samples. B cannot hold samples without changing
    /// the result's columns, or the number of products added up.
    public func keepsSamplesApart(_ operands: [Operand?]) -> Bool {
        guard !transA else { return false }
        guard let c = operands.optional(2) else { return true }
        return c.constant != nil || c.type.rank != 1 || c.shape != [2]
    }
}
