// ONNX reductions (opset 11, 13, 18; ReduceMax and ReduceMin also 20): one operator each, over the elements along some
// axes.

/// ONNX ReduceSum: the sum.
public struct ReduceSum: Reduction {
    public static let name = "ReduceSum"
    public var keepsDimensions: Bool
    public var emptyAxesReduceNothing: Bool

    public init(keepsDimensions: Bool = true, emptyAxesReduceNothing: Bool = false) {
        self.keepsDimensions = keepsDimensions
        self.emptyAxesReduceNothing = emptyAxesReduceNothing
    }

    public func reduce(_ group: [Double]) -> Double { group.reduce(0, +) }
    public func reduce(_ group: [Int64], _ elementType: ElementType) -> Int64 { group.reduce(0, &+) }
}

/// ONNX ReduceMean: the mean; of integers, truncated toward zero.
public struct ReduceMean: Reduction {
    public static let name = "ReduceMean"
    public var keepsDimensions: Bool
    public var emptyAxesReduceNothing: Bool

    public init(keepsDimensions: Bool = true, emptyAxesReduceNothing: Bool = false) {
        self.keepsDimensions = keepsDimensions
        self.emptyAxesReduceNothing = emptyAxesReduceNothing
    }

    public func reduce(_ group: [Double]) -> Double { group.reduce(0, +) / Double(group.count) }
    public func reduce(_ group: [Int64], _ elementType: ElementType) throws -> Int64 {
        guard !group.isEmpty else { throw OperatorError("the mean of no integers is not defined") }
        return group.reduce(0, &+) / Int64(group.count)
    }
}

/// ONNX ReduceMax: the greatest element; NaN wins; of no elements, the least value of the type.
public struct ReduceMax: Reduction {
    public static let name = "ReduceMax"
    public static let accepted = ElementType.numbers.filter { $0 != .uint64 } + [.bool]
    public var keepsDimensions: Bool
    public var emptyAxesReduceNothing: Bool

    public init(keepsDimensions: Bool = true, emptyAxesReduceNothing: Bool = false) {
        self.keepsDimensions = keepsDimensions
        self.emptyAxesReduceNothing = emptyAxesReduceNothing
    }

    public func reduce(_ group: [Double]) -> Double { group.reduce(-.infinity) { $0.isNaN || $0 > $1 ? $0 : $1 } }
    public func reduce(_ group: [Int64], _ elementType: ElementType) -> Int64 { group.reduce(elementType.lowest, max) }
}

/// ONNX ReduceMin: the least element; NaN wins; of no elements, the greatest value of the type.
public struct ReduceMin: Reduction {
    public static let name = "ReduceMin"
    public static let accepted = ElementType.numbers.filter { $0 != .uint64 } + [.bool]
    public var keepsDimensions: Bool
    public var emptyAxesReduceNothing: Bool

    public init(keepsDimensions: Bool = true, emptyAxesReduceNothing: Bool = false) {
        self.keepsDimensions = keepsDimensions
        self.emptyAxesReduceNothing = emptyAxesReduceNothing
    }

    public func reduce(_ group: [Double]) -> Double { group.reduce(.infinity) { $0.isNaN || $0 < $1 ? $0 : $1 } }
    public func reduce(_ group: [Int64], _ elementType: ElementType) -> Int64 { group.reduce(elementType.highest, min) }
}

/// ONNX ReduceProd: the product.
public struct ReduceProd: Reduction {
    public static let name = "ReduceProd"
    public var keepsDimensions: Bool
    public var emptyAxesReduceNothing: Bool

    public init(keepsDimensions: Bool = true, emptyAxesReduceNothing: Bool = false) {
        self.keepsDimensions = keepsDimensions
        self.emptyAxesReduceNothing = emptyAxesReduceNothing
    }

    public func reduce(_ group: [Double]) -> Double { group.reduce(1, *) }
    public func reduce(_ group: [Int64], _ elementType: ElementType) -> Int64 { group.reduce(1, &*) }
}

/// ONNX ReduceL1: the sum of absolute values.
public struct ReduceL1: Reduction {
    public static let name = "ReduceL1"
    public static let keepsSingleElements = false
    public var keepsDimensions: Bool
    public var emptyAxesReduceNothing: Bool

    public init(keepsDimensions: Bool = true, emptyAxesReduceNothing: Bool = false) {
        self.keepsDimensions = keepsDimensions
        self.emptyAxesReduceNothing = emptyAxesReduceNothing
    }

    public func reduce(_ group: [Double]) -> Double { group.reduce(0) { $0 + abs($1) } }
    public func reduce(_ group: [Int64], _ elementType: ElementType) -> Int64 {
        group.reduce(0) { $0 &+ ($1 < 0 ? 0 &- $1 : $1) }
    }
}

/// ONNX ReduceL2: the root of the sum of squares; of integers, truncated.
public struct ReduceL2: Reduction {
    public static let name = "ReduceL2"
    public static let keepsSingleElements = false
    public var keepsDimensions: Bool
    public var emptyAxesReduceNothing: Bool

    public init(keepsDimensions: Bool = true, emptyAxesReduceNothing: Bool = false) {
        self.keepsDimensions = keepsDimensions
        self.emptyAxesReduceNothing = emptyAxesReduceNothing
    }

    public func reduce(_ group: [Double]) -> Double { group.reduce(0) { $0 + $1 * $1 }.squareRoot() }
    public func reduce(_ group: [Int64], _ elementType: ElementType) -> Int64 {
        let root: Double = reduce(group.map { Double($0) })
        return Int64(exactly: root.rounded(.towardZero)) ?? .max
    }
}

/// ONNX ReduceSumSquare: the sum of squares.
public struct ReduceSumSquare: Reduction {
    public static let name = "ReduceSumSquare"
    public static let keepsSingleElements = false
    public var keepsDimensions: Bool
    public var emptyAxesReduceNothing: Bool

    public init(keepsDimensions: Bool = true, emptyAxesReduceNothing: Bool = false) {
        self.keepsDimensions = keepsDimensions
        self.emptyAxesReduceNothing = emptyAxesReduceNothing
    }

    public func reduce(_ group: [Double]) -> Double { group.reduce(0) { $0 + $1 * $1 } }
    public func reduce(_ group: [Int64], _ elementType: ElementType) -> Int64 { group.reduce(0) { $0 &+ $1 &* $1 } }
}
