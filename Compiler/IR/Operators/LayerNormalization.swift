/// ONNX LayerNormalization (opset 17): the axes from `axis` on, shifted and scaled to mean 0 and variance 1.
///
/// *Operands*: X; Scale and B (optional), broadcast to X.
/// *Results*: Y; the means and 1/√(variance + ε), one for each group of normalized elements.
/// *Meaning*: mean = Σx/n and variance = Σd²/n with d = x − mean, sums in float64; then d · 1/√(variance + ε) · Scale +
/// B, every step in float32 (also for float16, rounded at the end) or float64.
public struct LayerNormalization: Operator {
    public static let name = "LayerNormalization"
    public var axis: Int
    public var epsilon: Float

    public init(axis: Int = -1, epsilon: Float = 1e-5) {
        self.axis = axis
        self.epsilon = epsilon
    }

    public var attributes: [Attribute] { [Attribute("axis", axis), Attribute("epsilon", epsilon)] }

    public func inferTypes(_ operands: [Operand?]) throws -> [TensorType] {
        let x = try operands.require(0, "X", ElementType.floats)
        let axis = try normalized(axis: axis, rank: x.type.rank)
        for (index, role) in [(1, "Scale"), (2, "B")] where index == 1 || operands.optional(index) != nil {
            let parameter = try operands.require(index, role, [x.elementType])
            guard x.shape.broadcast(with: parameter.shape) == x.shape else {
                throw OperatorError("\(role) \(parameter.type) cannot be broadcast to X \(x.type)")
            }
        }
        let statistics = TensorType(
            x.elementType == .float64 ? .float64 : .float32,
            x.shape[..<axis] + [Int](repeating: 1, count: x.type.rank - axis))
        return [x.type, statistics, statistics]
    }

    public func evaluate(_ inputs: [Tensor?]) throws -> [Tensor] {
        let x = try inputs.require(0)
        return x.elementType == .float64 ? try normalize(inputs, Double.self) : try normalize(inputs, Float.self)
    }

    public func keepsSamplesApart(_ operands: [Operand?]) -> Bool {
        guard let rank = operands.first??.type.rank, let axis = try? normalized(axis: axis, rank: rank) else {
            return false
        }
        return axis != 0 && operands.samplesAlign
    }

    private func normalize<T: RealNumber>(_ inputs: [Tensor?], _: T.Type) throws -> [Tensor] {
        let x = try inputs.require(0)
        let types = try inferTypes(inputs.operands)
        let axis = try normalized(axis: axis, rank: x.type.rank)
        let grouping = Tensor.Grouping(shape: x.shape, axes: Array(axis..<x.type.rank))
        var means: [T] = [], factors: [T] = []
        var y = grouping.replacing(T.elements(of: x)) { group in
            let count = Double(group.count)
            let mean = T(group.reduce(0.0) { $0 + Double($1) } / count)
            let differences = group.map { $0 - mean }
            let variance = T(differences.reduce(0.0) { $0 + Double($1) * Double($1) } / count)
            let factor = 1 / (variance + T(epsilon)).squareRoot()
            means.append(mean)
            factors.append(factor)
            return differences.map { $0 * factor }
        }
        let scale = T.elements(of: try inputs.require(1).broadcast(to: x.shape))
        for index in y.indices { y[index] *= scale[index] }
        if let shift = inputs.optional(2) {
            let shift = T.elements(of: shift.broadcast(to: x.shape))
            for index in y.indices { y[index] += shift[index] }
        }
        return zip(types, [y, means, factors]).map { Tensor($0, T.storage($1, $0.elementType)) }
    }
}
