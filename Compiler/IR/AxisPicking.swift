/// An operator that moves elements of its first operand, the data, each axis by itself: element (i₀, i₁, …) of a result is
/// element (picks[0][i₀], picks[1][i₁], …) of the data, or the fill where one of them is nil.
public protocol AxisPicking: Operator {
    /// What result number `result` takes along each axis of `dataShape(operands)`.
    /// - Throws: `OperatorError` where a shape or axis is not known at compile time.
    func picks(_ operands: [Operand?], result: Int) throws -> [[Int?]]

    /// The data's shape that the picks are for: its own, or with leading axes of 1.
    func dataShape(_ operands: [Operand?]) throws -> [Int]

    /// The operand that is the fill; nil where every element comes from the data.
    var fillPosition: Int? { get }
}

extension AxisPicking {
    public func dataShape(_ operands: [Operand?]) throws -> [Int] { try operands.require(0, "data").shape }
    public var fillPosition: Int? { nil }
}

extension Slice: AxisPicking {
    public func picks(_ operands: [Operand?], result: Int) throws -> [[Int?]] {
        try coordinates(operands).map { Array($0) }
    }
}

extension Pad: AxisPicking {
    public var fillPosition: Int? { 2 }

    public func picks(_ operands: [Operand?], result: Int) throws -> [[Int?]] { try coordinates(operands) }
}

extension Tile: AxisPicking {
    public func picks(_ operands: [Operand?], result: Int) throws -> [[Int?]] {
        let shape = try inferTypes(operands)[0].shape
        return zip(try dataShape(operands), shape).map { extent, length in (0..<length).map { $0 % extent } }
    }
}

extension Expand: AxisPicking {
    public func dataShape(_ operands: [Operand?]) throws -> [Int] {
        let shape = try operands.require(0, "input").shape
        return [Int](repeating: 1, count: try inferTypes(operands)[0].rank - shape.count) + shape
    }

    public func picks(_ operands: [Operand?], result: Int) throws -> [[Int?]] {
        let shape = try inferTypes(operands)[0].shape
        return zip(try dataShape(operands), shape).map { extent, length in
            extent == length ? Array(0..<length) : [Int](repeating: 0, count: length)
        }
    }
}

extension Split: AxisPicking {
    public func picks(_ operands: [Operand?], result: Int) throws -> [[Int?]] {
        let shape = try dataShape(operands)
        let axis = try normalized(axis: axis, rank: shape.count)
        let lengths = try inferTypes(operands).map { $0.shape[axis] }
        let start = lengths[..<result].reduce(0, +)
        return shape.indices.map { $0 == axis ? Array(start..<start + lengths[result]) : Array(0..<shape[$0]) }
    }
}

/// Along its axis the indices stand in one row; the result has their shape in place of it.
extension Gather: AxisPicking {
    public func picks(_ operands: [Operand?], result: Int) throws -> [[Int?]] {
        let shape = try dataShape(operands)
        let axis = try normalized(axis: axis, rank: shape.count)
        let indices = try operands.requireConstant(1, "indices").integers ?? []
        let counted = try counted(indices, extent: shape[axis])
        return shape.indices.map { $0 == axis ? counted : Array(0..<shape[$0]) }
    }
}
