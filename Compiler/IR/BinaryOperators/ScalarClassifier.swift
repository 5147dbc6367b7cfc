/// A small network applied to each number by itself, whose two class scores make a decision: y = score₂ − score₁, rounded
/// once, so that it is positive exactly where the second class wins. What "Binarizing by Classification" puts in a sign
/// function's place.
///
/// *Shape*: float32 [...] → float32 [...].
/// *Source*: arXiv 2205.07433.
public struct ScalarClassifier: StagedOperator {
    public static let name = "ScalarClassifier"
    public static let stages = Stage.binary...Stage.binary

    /// An operator of the exported network, over rows of features; `operands` has nil where its data stands.
    public struct Layer: Sendable {
        public var op: any Operator
        public var operands: [Tensor?]

        public init(op: any Operator, operands: [Tensor?]) {
            self.op = op
            self.operands = operands
        }
    }

    /// From [P,1] to [P,2].
    public var layers: [Layer]
    /// The float32 numbers, ascending, at which the decision changes; it is −1 below the first, unless `startsAtPlus`.
    public var switchPoints: [Float]
    public var startsAtPlus: Bool

    public init(layers: [Layer], switchPoints: [Float] = [], startsAtPlus: Bool = false) {
        self.layers = layers
        self.switchPoints = switchPoints
        self.startsAtPlus = startsAtPlus
    }

    public var attributes: [Attribute] {
        [
            Attribute("layers", "[\(layers.map { type(of: $0.op).name }.joined(separator: ","))]"),
            Attribute("switch_points", "\(switchPoints)"),
        ]
    }

    public func inferTypes(_ operands: [Operand?]) throws -> [TensorType] {
        let x = try operands.require(0, "x")
        guard x.elementType == .float32 else { throw OperatorError("x \(x.type) must be float32") }
        return [x.type]
    }

    public func evaluate(_ inputs: [Tensor?]) throws -> [Tensor] {
        let x = inputs[0]!
        return [Tensor(x.shape, try evaluate(x.floats))]
    }

    /// score₂ − score₁ at each number.
    public func evaluate(_ x: [Float]) throws -> [Float] {
        let scores = try layers.reduce(Tensor([x.count, 1], x)) { rows, layer in
            try layer.op.evaluate(layer.operands.map { $0 ?? rows })[0]
        }.floats
        return x.indices.map { scores[2 * $0 + 1] - scores[2 * $0] }
    }

    public func keepsSamplesApart(_ operands: [Operand?]) -> Bool { true }
}
