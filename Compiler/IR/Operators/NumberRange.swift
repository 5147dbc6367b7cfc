/// ONNX Range (opset 11): start, start + delta, … up to, not including, the limit.
///
/// *Operands*: start, limit, delta: scalars of one type, known at compile time.
/// *Meaning*: element i is start + i·delta; for floats, computed in float64 and rounded once.
public struct NumberRange: Operator {
    public static let name = "Range"
    public init() {}

    public func inferTypes(_ operands: [Operand?]) throws -> [TensorType] {
        let type = try operands.require(0, "start", ElementType.floats + [.int16, .int32, .int64]).elementType
        let bounds = try [(0, "start"), (1, "limit"), (2, "delta")].map { index, role in
            let bound = try operands.requireConstant(index, role)
            guard bound.elementType == type, bound.shape.allSatisfy({ $0 == 1 }) else {
                throw OperatorError("input \(role) is \(bound.type); it must be a scalar of \(type)")
            }
            return bound
        }
        return [
            try TensorType.checked(
                type, [type.isFloat ? count(bounds.map { $0.doubles[0] }) : count(bounds.map { $0.integers?[0] ?? 0 })])
        ]
    }

    public func evaluate(_ inputs: [Tensor?]) throws -> [Tensor] {
        let type = try inferTypes(inputs.operands)[0]
        let start = try inputs.require(0), delta = try inputs.require(2)
        if let first = start.integers?.first, let step = delta.integers?.first {
            return [
                Tensor(type, .integer((0..<Int64(type.shape[0])).map { type.elementType.wrap(first &+ $0 &* step) }))
            ]
        }
        let (first, step) = (start.doubles[0], delta.doubles[0])
        return [
            .rounding((0..<type.shape[0]).map { first + Double($0) * step }, to: type.elementType, shape: type.shape)
        ]
    }

    public func keepsSamplesApart(_ operands: [Operand?]) -> Bool { true }

    private func count(_ bounds: [Double]) throws -> Int {
        let steps = ((bounds[1] - bounds[0]) / bounds[2]).rounded(.up)
        guard bounds[2] != 0, steps <= Double(TensorType.elementLimit) else { throw refusal(bounds) }
        return max(0, Int(max(steps, 0)))
    }

    private func count(_ bounds: [Int64]) throws -> Int {
        let (start, limit, delta) = (bounds[0], bounds[1], bounds[2])
        let (span, overflow) = limit.subtractingReportingOverflow(start)
        guard delta != 0, delta != .min, !overflow else { throw refusal(bounds) }
        guard span != 0, (span > 0) == (delta > 0) else { return 0 }
        return Int((span.magnitude - 1) / delta.magnitude) + 1
    }

    private func refusal<T>(_ bounds: [T]) -> OperatorError {
        OperatorError(
            "from \(bounds[0]) to \(bounds[1]) by \(bounds[2])"
                + " is not a range of at most \(TensorType.elementLimit) numbers"
        )
    }
}
