/// ONNX Reshape (opset 5, 13, 14): the same elements in the same order under another shape.
///
/// *Operands*: data; the shape, in which one −1 stands for what is left over, and 0 for the data's dimension at that
/// place, or with `allowZero` for 0.
public struct Reshape: Operator {
    public static let name = "Reshape"
    public var allowZero: Bool

    public init(allowZero: Bool = false) { self.allowZero = allowZero }

    public var attributes: [Attribute] { allowZero ? [Attribute("allowzero", 1)] : [] }

    public func inferTypes(_ operands: [Operand?]) throws -> [TensorType] {
        let x = try operands.require(0, "data")
        let requested = try operands.requireIntegers(1, "shape")
        guard requested.allSatisfy({ $0 >= -1 }), requested.filter({ $0 == -1 }).count <= 1 else {
            throw OperatorError("shape \(requested) must have dimensions of 0 or more, or -1 once")
        }
        if allowZero, requested.contains(0), requested.contains(-1) {
            throw OperatorError("shape \(requested) has both 0 and -1, which together have no meaning with allowzero=1")
        }
        var shape = requested
        for (axis, dimension) in requested.enumerated() where dimension == 0 && !allowZero {
            guard axis < x.type.rank else {
                throw OperatorError("shape \(requested) copies dimension \(axis) of data \(x.type), which has none")
            }
            shape[axis] = x.shape[axis]
        }
        if let open = shape.firstIndex(of: -1) {
            shape[open] = 1
            let known = try TensorType.checked(x.elementType, shape).elementCount
            guard known == 0 ? x.type.elementCount == 0 : x.type.elementCount % known == 0 else {
                throw OperatorError("data \(x.type) cannot be reshaped to \(requested)")
            }
            shape[open] = known == 0 ? 0 : x.type.elementCount / known
        }
        let type = try TensorType.checked(x.elementType, shape)
        guard type.elementCount == x.type.elementCount else {
            throw OperatorError("data \(x.type) cannot be reshaped to \(requested)")
        }
        return [type]
    }

    public func evaluate(_ inputs: [Tensor?]) throws -> [Tensor] {
        [try inputs.require(0).reshaped(try inferTypes(inputs.operands)[0].shape)]
    }

    /// Whether the result has as many samples.
    public func keepsSamplesApart(_ operands: [Operand?]) -> Bool {
        guard let rows = operands.first??.shape.first, let type = try? inferTypes(operands)[0] else { return false }
        return type.shape.first == rows
    }
}

/// ONNX Flatten (opset 9, 11, 13): a matrix whose rows are the dimensions before `axis` and columns the others.
public struct Flatten: Operator {
    public static let name = "Flatten"
    public var axis: Int

    public init(axis: Int = 1) { self.axis = axis }

    public var attributes: [Attribute] { [Attribute("axis", axis)] }

    public func inferTypes(_ operands: [Operand?]) throws -> [TensorType] {
        let x = try operands.require(0, "input")
        // The axis may also be the rank itself: then all dimensions come before it.
        guard axis >= -x.type.rank, axis <= x.type.rank else {
            throw OperatorError("axis is \(axis); valid are \(-x.type.rank) to \(x.type.rank)")
        }
        let axis = axis < 0 ? axis + x.type.rank : axis
        let halves = try [x.shape[..<axis], x.shape[axis...]].map {
            try TensorType.checked(x.elementType, [Int]($0)).elementCount
        }
        return [try TensorType.checked(x.elementType, halves)]
    }

    public func evaluate(_ inputs: [Tensor?]) throws -> [Tensor] {
        [try inputs.require(0).reshaped(try inferTypes(inputs.operands)[0].shape)]
    }

    /// Whether the result has as many samples.
    public func keepsSamplesApart(_ operands: [Operand?]) -> Bool {
        guard let rows = operands.first??.shape.first, let type = try? inferTypes(operands)[0] else { return false }
        return type.shape.first == rows
    }
}
