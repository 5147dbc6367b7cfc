/// ONNX MatMul (opset 9, 13): matrix products as in NumPy: the last two axes are matrices, those before are broadcast;
/// an operand of rank 1 is a row (A) or a column (B), whose axis the result does not have.
///
/// *Meaning*: floats are summed in float64 and rounded once, so that ±α weights give exactly α·acc; integers wrap.
public struct MatMul: Operator {
    public static let name = "MatMul"
    public init() {}

    public func inferTypes(_ operands: [Operand?]) throws -> [TensorType] {
        let a = try operands.require(0, "A", ElementType.floats + [.int32, .int64, .uint32, .uint64])
        let b = try operands.require(1, "B", [a.elementType])
        return [try TensorType.checked(a.elementType, try Geometry(a.type, b.type).resultShape)]
    }

    public func evaluate(_ inputs: [Tensor?]) throws -> [Tensor] {
        let a = try inputs.require(0), b = try inputs.require(1)
        let type = try inferTypes(inputs.operands)[0]
        let geometry = try Geometry(a.type, b.type)
        let product = geometry.product
        let batchesA = Tensor.broadcastIndices(from: geometry.batchA, to: geometry.batch)
        let batchesB = Tensor.broadcastIndices(from: geometry.batchB, to: geometry.batch)
        let (sizeA, sizeB) = (product.rows * product.depth, product.depth * product.columns)
        if let x = a.integers, let y = b.integers {
            let results = zip(batchesA, batchesB).flatMap { i, j -> [Int64] in
                let matrixA = x[i * sizeA..<(i + 1) * sizeA], matrixB = y[j * sizeB..<(j + 1) * sizeB]
                return product.multiply(matrixA, matrixB).map { type.elementType.wrap($0) }
            }
            return [Tensor(type, .integer(results))]
        }
        let x = a.doubles, y = b.doubles
        let results = zip(batchesA, batchesB).flatMap { i, j -> [Double] in
            let matrixA = x[i * sizeA..<(i + 1) * sizeA], matrixB = y[j * sizeB..<(j + 1) * sizeB]
            return product.multiply(matrixA, matrixB)
        }
        return [.rounding(results, to: type.elementType, shape: type.shape)]
    }

    /// Whether the axes before the matrices align where both operands have some. The axes of a single matrix cannot be
    /// the samples' axis without changing the result's columns, or the number of products added up.
    public func keepsSamplesApart(_ operands: [Operand?]) -> Bool {
        guard let a = operands.optional(0), let b = operands.optional(1) else { return false }
        let rank = max(a.type.rank, b.type.rank)
        func aligns(_ operand: Operand) -> Bool {
            operand.constant != nil || operand.type.rank <= 2 || operand.type.rank == rank || operand.shape.first == 1
        }
        return aligns(a) && aligns(b)
    }

    /// How two operand shapes multiply.
    private struct Geometry {
        let batchA: [Int]
        let batchB: [Int]
        let batch: [Int]
        let product: MatrixProduct
        let resultShape: [Int]

        init(_ a: TensorType, _ b: TensorType) throws {
            guard a.rank >= 1, b.rank >= 1 else {
                throw OperatorError("A \(a) and B \(b) must have at least one axis each")
            }
            let shapeA = a.rank == 1 ? [1] + a.shape : a.shape, shapeB = b.rank == 1 ? b.shape + [1] : b.shape
            (batchA, batchB) = ([Int](shapeA.dropLast(2)), [Int](shapeB.dropLast(2)))
            guard shapeA[shapeA.count - 1] == shapeB[shapeB.count - 2], let batch = batchA.broadcast(with: batchB)
            else {
                throw OperatorError(
                    "A \(a) and B \(b) do not fit: A's last axis must be as long as B's"
                        + " last but one, and the axes before broadcast"
                )
            }
            self.batch = batch
            product = MatrixProduct(
                rows: shapeA[shapeA.count - 2], depth: shapeA[shapeA.count - 1], columns: shapeB[shapeB.count - 1])
            resultShape = batch + (a.rank == 1 ? [] : [product.rows]) + (b.rank == 1 ? [] : [product.columns])
        }
    }
}
