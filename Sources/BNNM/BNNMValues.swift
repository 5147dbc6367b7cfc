/// Values of one of the types that models take and give, row-major: the elements of a `BNNMTensor`, or of several samples
/// one behind the other.
public enum BNNMValues: Sendable, Equatable {
    case float32([Float])
    case int32([Int32])
    case int64([Int64])
    case bool([Bool])
    case uint8([UInt8])

    public init<Element: BNNMElement>(_ elements: [Element]) { self = Element.values(elements) }

    public var elementType: BNNMModel.ElementType {
        switch self {
        case .float32: .float32
        case .int32: .int32
        case .int64: .int64
        case .bool: .bool
        case .uint8: .uint8
        }
    }

    public var count: Int {
        switch self {
        case .float32(let elements): elements.count
        case .int32(let elements): elements.count
        case .int64(let elements): elements.count
        case .bool(let elements): elements.count
        case .uint8(let elements): elements.count
        }
    }

    /// The values as float32: integers rounded to the nearest one, false as 0 and true as 1.
    public var floats: [Float] {
        switch self {
        case .float32(let elements): elements
        case .int32(let elements): elements.map { Float($0) }
        case .int64(let elements): elements.map { Float($0) }
        case .bool(let elements): elements.map { $0 ? 1 : 0 }
        case .uint8(let elements): elements.map { Float($0) }
        }
    }

    /// Some of the values. As with an array, the range must exist.
    public subscript(_ range: Range<Int>) -> BNNMValues {
        switch self {
        case .float32(let elements): .float32(Array(elements[range]))
        case .int32(let elements): .int32(Array(elements[range]))
        case .int64(let elements): .int64(Array(elements[range]))
        case .bool(let elements): .bool(Array(elements[range]))
        case .uint8(let elements): .uint8(Array(elements[range]))
        }
    }
}

/// What a value of a tensor may be: `Float`, `Int32`, `Int64`, `Bool` or `UInt8`.
public protocol BNNMElement: Sendable {
    static var elementType: BNNMModel.ElementType { get }
    static func values(_ elements: [Self]) -> BNNMValues
    /// nil: they are of another type.
    static func elements(of values: BNNMValues) -> [Self]?
}

extension Float: BNNMElement {
    public static var elementType: BNNMModel.ElementType { .float32 }
    public static func values(_ elements: [Float]) -> BNNMValues { .float32(elements) }
    public static func elements(of values: BNNMValues) -> [Float]? {
        if case .float32(let elements) = values { elements } else { nil }
    }
}

extension Int32: BNNMElement {
    public static var elementType: BNNMModel.ElementType { .int32 }
    public static func values(_ elements: [Int32]) -> BNNMValues { .int32(elements) }
    public static func elements(of values: BNNMValues) -> [Int32]? {
        if case .int32(let elements) = values { elements } else { nil }
    }
}

extension Int64: BNNMElement {
    public static var elementType: BNNMModel.ElementType { .int64 }
    public static func values(_ elements: [Int64]) -> BNNMValues { .int64(elements) }
    public static func elements(of values: BNNMValues) -> [Int64]? {
        if case .int64(let elements) = values { elements } else { nil }
    }
}

extension Bool: BNNMElement {
    public static var elementType: BNNMModel.ElementType { .bool }
    public static func values(_ elements: [Bool]) -> BNNMValues { .bool(elements) }
    public static func elements(of values: BNNMValues) -> [Bool]? {
        if case .bool(let elements) = values { elements } else { nil }
    }
}

extension UInt8: BNNMElement {
    public static var elementType: BNNMModel.ElementType { .uint8 }
    public static func values(_ elements: [UInt8]) -> BNNMValues { .uint8(elements) }
    public static func elements(of values: BNNMValues) -> [UInt8]? {
        if case .uint8(let elements) = values { elements } else { nil }
    }
}
