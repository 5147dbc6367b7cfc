/// ONNX Transpose (opset 1, 13): axis i of the result is axis `permutation[i]` of the data; absent: the axes reversed.
public struct Transpose: Operator {
    public static let name = "Transpose"
    public var permutation: [Int]?

    public init(permutation: [Int]? = nil) { self.permutation = permutation }

    public var attributes: [Attribute] { permutation.map { [Attribute("perm", $0)] } ?? [] }

    public func inferTypes(_ operands: [Operand?]) throws -> [TensorType] {
        let x = try operands.require(0, "data")
        return [TensorType(x.elementType, try axes(rank: x.type.rank).map { x.shape[$0] })]
    }

    public func evaluate(_ inputs: [Tensor?]) throws -> [Tensor] {
        let x = try inputs.require(0)
        return [x.permuted(try axes(rank: x.type.rank))]
    }

    public func keepsSamplesApart(_ operands: [Operand?]) -> Bool {
        guard let rank = operands.first??.type.rank, let axes = try? axes(rank: rank) else { return false }
        return axes.first == 0
    }

    /// Whether every axis stays where it is, over data of `rank` axes.
    public func isIdentity(rank: Int) -> Bool { (try? axes(rank: rank)) == Array(0..<rank) }

    private func axes(rank: Int) throws -> [Int] {
        guard let permutation else { return (0..<rank).reversed() }
        guard permutation.sorted() == Array(0..<rank) else {
            throw OperatorError("perm \(permutation) must name each of the axes 0 to \(rank - 1) once")
        }
        return permutation
    }
}
