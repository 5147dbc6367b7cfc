// What operators ask of their operands before they infer a type: element types, axes, constant lists, sizes.

extension ElementType {
    static let floats: [ElementType] = [.float16, .float32, .float64]
    static let signedIntegers: [ElementType] = [.int8, .int16, .int32, .int64]
    static let unsignedIntegers: [ElementType] = [.uint8, .uint16, .uint32, .uint64]
    static let numbers: [ElementType] = floats + signedIntegers + unsignedIntegers
    static let indices: [ElementType] = [.int64, .int32]
}

extension TensorType {
    /// The most elements a tensor may have: far beyond any memory, and small enough that the byte counts and index sums
    /// computed from it cannot overflow.
    public static let elementLimit = 1 << 40

    /// The type of a result whose shape was computed from untrusted numbers.
    /// - Throws: `OperatorError` where a dimension is negative or there are more than `elementLimit` elements
    ///   (dimensions of 0 counted as 1, so that strides fit as well).
    public static func checked(_ elementType: ElementType, _ shape: [Int]) throws -> TensorType {
        var product = 1
        for dimension in shape {
            let (next, overflow) = product.multipliedReportingOverflow(by: Swift.max(dimension, 1))
            guard dimension >= 0, !overflow, next <= elementLimit else {
                throw OperatorError(
                    "the result would have shape \(shape):"
                        + " dimensions must not be negative, nor their product exceed \(elementLimit)"
                )
            }
            product = next
        }
        return TensorType(elementType, shape)
    }

    /// The shape that operands have together by multidirectional broadcasting.
    /// - Throws: `OperatorError` naming the operands that do not fit.
    static func broadcastShape(_ operands: [Operand]) throws -> [Int] {
        try operands.reduce([]) { shape, operand in
            guard let next = shape.broadcast(with: operand.shape) else {
                let types = operands.map { "\($0.type)" }.joined(separator: " and ")
                throw OperatorError("\(types) cannot be broadcast: aligned at the right, dimensions must be equal or 1")
            }
            return next
        }
    }
}

/// `axis` counted from the front. - Throws: `OperatorError` where it is not within −rank…rank−1.
func normalized(axis: Int, rank: Int, name: String = "axis") throws -> Int {
    guard axis >= -rank, axis < rank else {
        throw OperatorError(
            rank == 0
                ? "\(name) \(axis) is given, but the tensor has no axes"
                : "\(name) is \(axis); valid are \(-rank) to \(rank - 1)")
    }
    return axis < 0 ? axis + rank : axis
}

/// `axes` counted from the front, in the order given.
/// - Throws: `OperatorError` where one is out of range or given twice.
func normalized(axes: [Int], rank: Int) throws -> [Int] {
    let result = try axes.map { try normalized(axis: $0, rank: rank, name: "an axis") }
    guard Set(result).count == result.count else { throw OperatorError("axes \(axes) name an axis twice") }
    return result
}

extension Array where Element == Operand? {
    /// Operand `index`, present and of one of the element types `allowed`.
    func require(_ index: Int, _ role: String, _ allowed: [ElementType]) throws -> Operand {
        let operand = try require(index, role)
        guard allowed.contains(operand.elementType) else {
            let valid = allowed.map(\.rawValue).joined(separator: ", ")
            throw OperatorError("input \(role) is \(operand.type); valid element types are \(valid)")
        }
        return operand
    }

    /// Operand `index` as a list of integers known at compile time: an int64 or int32 tensor of rank 1 (or 0).
    func requireIntegers(_ index: Int, _ role: String) throws -> [Int] {
        let value = try requireConstant(index, role)
        guard ElementType.indices.contains(value.elementType), value.type.rank <= 1, let integers = value.integers
        else {
            throw OperatorError("input \(role) is \(value.type); it must be a list of int64")
        }
        return integers.map { Int($0) }
    }

    /// As `requireIntegers`, nil where the operand is absent.
    func optionalIntegers(_ index: Int, _ role: String) throws -> [Int]? {
        optional(index) == nil ? nil : try requireIntegers(index, role)
    }

    /// Whether axis 0 of every operand that may hold the two samples asked about is axis 0 of their common broadcast
    /// shape. An operand of lower rank cannot hold them where it has another number of rows than two: with one sample,
    /// it would have half as many along an axis that no sample may change.
    var samplesAlign: Bool {
        let rank = compactMap { $0?.type.rank }.max() ?? 0
        return allSatisfy { operand in
            guard let operand, operand.constant == nil, let rows = operand.shape.first else { return true }
            return rows != 2 || operand.type.rank == rank
        }
    }
}

extension Array where Element == Tensor? {
    /// These inputs as operands whose values are all known: lets `evaluate` ask `inferTypes` for its results' types.
    var operands: [Operand?] { map { $0.map { Operand($0) } } }

    /// Input `index`. - Throws: `OperatorError` where it is absent, which `inferTypes` refuses first.
    func require(_ index: Int) throws -> Tensor {
        guard index < count, let tensor = self[index] else { throw OperatorError("input number \(index) is missing") }
        return tensor
    }

    /// Input `index` or nil where it is absent.
    func optional(_ index: Int) -> Tensor? { index < count ? self[index] : nil }
}
