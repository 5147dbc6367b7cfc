/// One element of all those along neighbouring axes, which stay with length 1. What the ONNX reductions, ArgMax and
/// ArgMin become.
public struct AxisReduce: StagedOperator {
    public static let name = "AxisReduce"
    public static let stages = Stage.laidOut...Stage.laidOut

    public enum Function: String, Sendable {
        case sum, mean, maximum, minimum, product
        /// The place of the greatest or least element within the reduced axes, int64.
        case argmax, argmin
    }

    public var function: Function
    /// The first of `axisCount` reduced axes.
    public var axis: Int
    public var axisCount: Int
    /// Whether the last of equal extremes counts instead of the first.
    public var selectsLast: Bool

    public init(_ function: Function, axis: Int, axisCount: Int, selectsLast: Bool = false) {
        self.function = function
        self.axis = axis
        self.axisCount = axisCount
        self.selectsLast = selectsLast
    }

    public var attributes: [Attribute] {
        [Attribute("function", function.rawValue), Attribute("axis", axis), Attribute("count", axisCount)]
            + (selectsLast ? [Attribute("select_last", 1)] : [])
    }

    public func inferTypes(_ operands: [Operand?]) throws -> [TensorType] {
        let x = try operands.require(0, "x")
        let valid: [ElementType] =
            switch function {
            case .mean: [.float32]
            case .maximum, .minimum: [.float32, .int32, .int64, .bool]
            case .sum, .product, .argmax, .argmin: [.float32, .int32, .int64]
            }
        guard valid.contains(x.elementType) else {
            throw OperatorError(
                "only \(valid.map(\.rawValue).joined(separator: ", ")) are supported; it reduces \(x.type)")
        }
        guard axis >= 0, axisCount >= 1, axis + axisCount <= x.type.rank else {
            throw OperatorError("axes \(axis)..<\(axis + axisCount) are not all axes of \(x.type)")
        }
        var shape = x.shape
        for axis in axis..<axis + axisCount { shape[axis] = 1 }
        return [TensorType(function == .argmax || function == .argmin ? .int64 : x.elementType, shape)]
    }

    public func evaluate(_ inputs: [Tensor?]) throws -> [Tensor] {
        let x = try inputs.require(0)
        let shape = try inferTypes(inputs.operands)[0].shape
        // The reduced axes as one, in the middle.
        let outer = x.shape[..<axis].reduce(1, *), inner = x.shape[(axis + axisCount)...].reduce(1, *)
        let merged = x.reshaped([outer, outer * inner == 0 ? 0 : x.elementCount / (outer * inner), inner])
        let axes = Tensor([1], [1 as Int64])
        let result: [Tensor] =
            switch function {
            case .sum: try ReduceSum().evaluate([merged, axes])
            case .mean: try ReduceMean().evaluate([merged, axes])
            case .maximum: try ReduceMax().evaluate([merged, axes])
            case .minimum: try ReduceMin().evaluate([merged, axes])
            case .product: try ReduceProd().evaluate([merged, axes])
            case .argmax: try ArgMax(axis: 1, selectLastIndex: selectsLast).evaluate([merged])
            case .argmin: try ArgMin(axis: 1, selectLastIndex: selectsLast).evaluate([merged])
            }
        return result.map { $0.reshaped(shape) }
    }

    public func keepsSamplesApart(_ operands: [Operand?]) -> Bool { axis != 0 }
}
