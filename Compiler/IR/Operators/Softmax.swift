/// An operator that normalizes the exponentials of the elements along an axis, or along it and all axes behind it.
///
/// *Meaning*: with m the greatest element, d = x − m and e = exp(d) in the element type's arithmetic, s = Σe in
/// float64.
public protocol SoftmaxFunction: Operator {
    var axis: Int { get }
    /// Whether all axes from `axis` on are normalized together, as before opset 13.
    var coversTrailingAxes: Bool { get }
    /// The result for one element from d, e and s.
    func normalize<T: RealNumber>(difference: T, exponential: T, sum: Double) -> T
}

extension SoftmaxFunction {
    public var attributes: [Attribute] {
        [Attribute("axis", axis)] + (coversTrailingAxes ? [Attribute("covers_trailing_axes", 1)] : [])
    }

    public func inferTypes(_ operands: [Operand?]) throws -> [TensorType] {
        let x = try operands.require(0, "input", ElementType.floats)
        _ = try axes(rank: x.type.rank)
        return [x.type]
    }

    public func evaluate(_ inputs: [Tensor?]) throws -> [Tensor] {
        let x = try inputs.require(0)
        let grouping = Tensor.Grouping(shape: x.shape, axes: try axes(rank: x.type.rank))
        if case .double(let values) = x.storage {
            return [Tensor(x.type, .double(grouping.replacing(values, normalized)))]
        }
        return [Tensor(x.type, Float.storage(grouping.replacing(x.floats, normalized), x.elementType))]
    }

    public func keepsSamplesApart(_ operands: [Operand?]) -> Bool {
        guard let rank = operands.first??.type.rank, let axes = try? axes(rank: rank) else { return false }
        return !axes.contains(0)
    }

    private func axes(rank: Int) throws -> [Int] {
        // Before opset 13 the axis may be the rank itself: then every element is a row of its own.
        if coversTrailingAxes, axis == rank { return [] }
        let first = try BNNMIR.normalized(axis: axis, rank: rank)
        return coversTrailingAxes ? Array(first..<rank) : [first]
    }

    private func normalized<T: RealNumber>(_ group: [T]) -> [T] {
        let greatest = group.reduce(-T.infinity) { $0.isNaN || $0 > $1 ? $0 : $1 }
        let differences = group.map { $0 - greatest }
        let exponentials = differences.map { T.exp($0) }
        let sum = exponentials.reduce(0.0) { $0 + Double($1) }
        return zip(differences, exponentials).map { normalize(difference: $0, exponential: $1, sum: sum) }
    }
}

/// ONNX Softmax (opset 11, 13): e / s.
public struct Softmax: SoftmaxFunction {
    public static let name = "Softmax"
    public var axis: Int
    public var coversTrailingAxes: Bool

    public init(axis: Int = -1, coversTrailingAxes: Bool = false) {
        self.axis = axis
        self.coversTrailingAxes = coversTrailingAxes
    }

    public func normalize<T: RealNumber>(difference: T, exponential: T, sum: Double) -> T { exponential / T(sum) }
}

/// ONNX LogSoftmax (opset 11, 13): d − ln s.
public struct LogSoftmax: SoftmaxFunction {
    public static let name = "LogSoftmax"
    public var axis: Int
    public var coversTrailingAxes: Bool

    public init(axis: Int = -1, coversTrailingAxes: Bool = false) {
        self.axis = axis
        self.coversTrailingAxes = coversTrailingAxes
    }

    public func normalize<T: RealNumber>(difference: T, exponential: T, sum: Double) -> T {
        difference - T(Double.log(sum))
    }
}
