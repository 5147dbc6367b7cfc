/// Thresholds on real numbers as thresholds on accumulators: the least accumulator v of a channel with f(v) ≥ t (> t where
/// `isStrict`), `Int32.max` where there is none; f(v) = α·v + bias, rounded once, then a·f + b for each further step,
/// rounded twice. α and a are not negative, so f never falls.
///
/// Found by evaluating f itself, so that comparing v with the result decides as comparing f(v) with t does.
///
/// *Operands*: t float32 [N,C,1,1] or, laid out, [N,1,1,C]; then α, bias, and a and b of each step, float32 [C].
public struct AccumulatorThresholds: StagedOperator {
    public static let name = "AccumulatorThresholds"
    public static let stages = Stage.fused...Stage.laidOut
    /// Accumulators are −limit…limit.
    public var limit: Int
    public var isStrict: Bool

    public init(limit: Int, isStrict: Bool) {
        self.limit = limit
        self.isStrict = isStrict
    }

    public var attributes: [Attribute] { [Attribute("limit", limit), Attribute("strict", isStrict)] }

    public func inferTypes(_ operands: [Operand?]) throws -> [TensorType] {
        let t = try operands.require(0, "t")
        guard t.elementType == .float32, t.type.rank >= 2, operands.count >= 3, operands.count % 2 == 1 else {
            throw OperatorError("t \(t.type) must be float32 of rank 2 or more, with pairs of constants behind it")
        }
        let channels = t.shape[1...].reduce(1, *)
        for position in 1..<operands.count {
            let constant = try operands.require(position, "constant")
            guard constant.type == TensorType(.float32, [channels]) else {
                throw OperatorError("constant \(constant.type) must be float32[\(channels)]")
            }
        }
        return [TensorType(.int32, t.shape)]
    }

    public func evaluate(_ inputs: [Tensor?]) throws -> [Tensor] {
        let t = inputs[0]!, constants = inputs.dropFirst().map { $0!.floats }
        let channels = constants[0].count
        let thresholds = t.floats.enumerated().map { index, t -> Int64 in
            let c = index % channels
            func reaches(_ v: Int) -> Bool {
                var y = Float(Double(constants[0][c]) * Double(v) + Double(constants[1][c]))
                for step in stride(from: 2, to: constants.count, by: 2) {
                    y = y * constants[step][c] + constants[step + 1][c]
                }
                return isStrict ? y > t : y >= t
            }
            guard reaches(limit) else { return Int64(Int32.max) }
            var below = -limit - 1, above = limit
            while above - below > 1 {
                let middle = (above + below) >> 1
                if reaches(middle) { above = middle } else { below = middle }
            }
            return Int64(above)
        }
        return [Tensor(t.shape, thresholds, .int32)]
    }

    public func keepsSamplesApart(_ operands: [Operand?]) -> Bool { true }
}
