/// An operator that finds the place of an extreme element along an axis, as an int64; NaN is more extreme than any number.
public protocol ExtremePosition: Operator {
    var axis: Int { get }
    /// Whether the axis stays, with length 1.
    var keepsDimensions: Bool { get }
    /// Whether the last of several equal elements counts instead of the first.
    var selectLastIndex: Bool { get }
    /// Whether `a` is strictly more extreme than `b`.
    func isBetter<T: Comparable>(_ a: T, than b: T) -> Bool
}

extension ExtremePosition {
    public var attributes: [Attribute] {
        [
            Attribute("axis", axis), Attribute("keepdims", keepsDimensions ? 1 : 0),
            Attribute("select_last_index", selectLastIndex ? 1 : 0),
        ]
    }

    public func inferTypes(_ operands: [Operand?]) throws -> [TensorType] {
        let x = try operands.require(0, "data", ElementType.numbers.filter { $0 != .uint64 })
        let axis = try normalized(axis: axis, rank: x.type.rank)
        guard x.shape[axis] > 0 else { throw OperatorError("data \(x.type) has no elements along axis \(axis)") }
        var shape = x.shape
        if keepsDimensions { shape[axis] = 1 } else { shape.remove(at: axis) }
        return [TensorType(.int64, shape)]
    }

    public func evaluate(_ inputs: [Tensor?]) throws -> [Tensor] {
        let x = try inputs.require(0)
        let type = try inferTypes(inputs.operands)[0]
        let grouping = Tensor.Grouping(shape: x.shape, axes: [try normalized(axis: axis, rank: x.type.rank)])
        let positions = x.integers.map { grouping.map($0, position) } ?? grouping.map(x.doubles, position)
        return [Tensor(type, .integer(positions))]
    }

    public func keepsSamplesApart(_ operands: [Operand?]) -> Bool {
        guard let rank = operands.first??.type.rank, let axis = try? normalized(axis: axis, rank: rank) else {
            return false
        }
        return axis != 0
    }

    private func position<T: Comparable>(_ group: [T]) -> Int64 {
        var best = 0
        // A NaN differs from itself.
        func isNaN(_ value: T) -> Bool { value != value }
        for (index, value) in group.enumerated().dropFirst() {
            let isEqual = value == group[best] || isNaN(value) && isNaN(group[best])
            let isMore = isNaN(group[best]) ? false : isNaN(value) || isBetter(value, than: group[best])
            if isMore || selectLastIndex && isEqual { best = index }
        }
        return Int64(best)
    }
}

/// ONNX ArgMax (opset 11, 12, 13): the place of the greatest element along an axis.
public struct ArgMax: ExtremePosition {
    public static let name = "ArgMax"
    public var axis: Int
    public var keepsDimensions: Bool
    public var selectLastIndex: Bool

    public init(axis: Int = 0, keepsDimensions: Bool = true, selectLastIndex: Bool = false) {
        self.axis = axis
        self.keepsDimensions = keepsDimensions
        self.selectLastIndex = selectLastIndex
    }

    public func isBetter<T: Comparable>(_ a: T, than b: T) -> Bool { a > b }
}

/// ONNX ArgMin (opset 11, 12, 13): the place of the least element along an axis.
public struct ArgMin: ExtremePosition {
    public static let name = "ArgMin"
    public var axis: Int
    public var keepsDimensions: Bool
    public var selectLastIndex: Bool

    public init(axis: Int = 0, keepsDimensions: Bool = true, selectLastIndex: Bool = false) {
        self.axis = axis
        self.keepsDimensions = keepsDimensions
        self.selectLastIndex = selectLastIndex
    }

    public func isBetter<T: Comparable>(_ a: T, than b: T) -> Bool { a < b }
}
