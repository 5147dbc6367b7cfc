/// An operator that makes one element of all those along some axes. The operators are in `Reductions.swift`.
///
/// *Operands*: data; the axes (absent or empty: all).
/// *Meaning*: floats in float64, rounded once; integers wrap.
public protocol Reduction: Operator {
    /// Whether reduced axes stay, with length 1.
    var keepsDimensions: Bool { get set }
    /// Whether an empty list of axes means none instead of all.
    var emptyAxesReduceNothing: Bool { get set }

    init(keepsDimensions: Bool, emptyAxesReduceNothing: Bool)

    /// Element types that can be so reduced.
    static var accepted: [ElementType] { get }
    /// Whether the result for a single element is that element.
    static var keepsSingleElements: Bool { get }

    func reduce(_ group: [Double]) -> Double
    func reduce(_ group: [Int64], _ elementType: ElementType) throws -> Int64
}

extension Reduction {
    public static var accepted: [ElementType] { ElementType.floats + [.int32, .int64, .uint32] }
    public static var keepsSingleElements: Bool { true }

    public init() { self.init(keepsDimensions: true, emptyAxesReduceNothing: false) }

    public var attributes: [Attribute] {
        [Attribute("keepdims", keepsDimensions ? 1 : 0)]
            + (emptyAxesReduceNothing ? [Attribute("noop_with_empty_axes", 1)] : [])
    }

    public func inferTypes(_ operands: [Operand?]) throws -> [TensorType] {
        let x = try operands.require(0, "data", Self.accepted)
        let axes = try axes(operands)
        let shape = x.shape.indices.compactMap { axis in
            axes.contains(axis) ? (keepsDimensions ? 1 : nil) : x.shape[axis]
        }
        return [TensorType(x.elementType, shape)]
    }

    public func evaluate(_ inputs: [Tensor?]) throws -> [Tensor] {
        let x = try inputs.require(0)
        let type = try inferTypes(inputs.operands)[0]
        let grouping = Tensor.Grouping(shape: x.shape, axes: try axes(inputs.operands))
        if let integers = x.integers {
            let results = try grouping.map(integers) { x.elementType.wrap(try reduce($0, x.elementType)) }
            return [Tensor(type, .integer(results))]
        }
        return [.rounding(grouping.map(x.doubles) { reduce($0) }, to: type.elementType, shape: type.shape)]
    }

    public func keepsSamplesApart(_ operands: [Operand?]) -> Bool { (try? axes(operands))?.contains(0) == false }

    public func axes(_ operands: [Operand?]) throws -> [Int] {
        let rank = try operands.require(0, "data").type.rank
        let given = try operands.optionalIntegers(1, "axes") ?? []
        guard given.isEmpty else { return try normalized(axes: given, rank: rank) }
        guard emptyAxesReduceNothing else { return Array(0..<rank) }
        guard Self.keepsSingleElements else {
            throw OperatorError(
                "noop_with_empty_axes=1 without axes is not supported: ONNX does not say what it means here")
        }
        return []
    }
}

extension ElementType {
    /// The least value of an integer type, in the form that storage has it.
    var lowest: Int64 {
        switch self {
        case .int8: Int64(Int8.min)
        case .int16: Int64(Int16.min)
        case .int32: Int64(Int32.min)
        case .int64: .min
        default: 0
        }
    }

    /// The greatest value of an integer type but uint64.
    var highest: Int64 {
        switch self {
        case .int8: Int64(Int8.max)
        case .int16: Int64(Int16.max)
        case .int32: Int64(Int32.max)
        case .uint8: Int64(UInt8.max)
        case .uint16: Int64(UInt16.max)
        case .uint32: Int64(UInt32.max)
        case .bool: 1
        default: .max
        }
    }
}
