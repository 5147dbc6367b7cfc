/// A folded binarizer: numbers → decisions by switch points. The decision is −1 below the first switch point and changes
/// sign at each; a value equal to a switch point lies behind it; NaN decides −1.
///
/// *Shape*: x int32 or float32 [N,...]; switch points of the same element type [S,...], where behind S stands the shape
/// of one sample with any axis 1 (a channel's points serve the whole map: [S,C,1,1]). Points ascend along S. Absent
/// points stand last, as `Int32.max` or NaN; `Int32.min` or −∞ as the first one makes the decision start at +1.
public struct Decide: StagedOperator {
    public static let name = "Decide"
    public static let stages = Stage.fused...Stage.laidOut
    public init() {}

    public func inferTypes(_ operands: [Operand?]) throws -> [TensorType] {
        let x = try operands.require(0, "x"), points = try operands.require(1, "switch points")
        guard x.elementType == points.elementType, x.elementType == .int32 || x.elementType == .float32 else {
            throw OperatorError("x \(x.type) and switch points \(points.type) must both be int32 or both float32")
        }
        guard points.type.rank == x.type.rank, points.shape[0] >= 1,
            zip(points.shape, x.shape).dropFirst().allSatisfy({ $0 == 1 || $0 == $1 })
        else { throw OperatorError("switch points \(points.type) do not fit one sample of x \(x.type)") }
        return [TensorType(.binary, x.shape)]
    }

    public func evaluate(_ inputs: [Tensor?]) throws -> [Tensor] {
        let x = inputs[0]!, points = inputs[1]!
        let columns = points.elementCount / points.shape[0]
        let column = Tensor.broadcastIndices(from: [1] + points.shape.dropFirst(), to: x.shape)
        let type = TensorType(.binary, x.shape)
        // Int32 is exact in Double, and a NaN point compares false: absent, as an Int32.max that nothing reaches.
        let values = x.doubles, limits = points.doubles
        let decisions = values.indices.map { i -> Int64 in
            var decision: Int64 = -1
            for s in 0..<points.shape[0] where values[i] >= limits[s * columns + column[i]] { decision = -decision }
            return decision
        }
        return [Tensor(type, .integer(decisions))]
    }

    public func keepsSamplesApart(_ operands: [Operand?]) -> Bool { true }
}
