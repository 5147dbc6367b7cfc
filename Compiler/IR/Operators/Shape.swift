/// ONNX Shape (opset 1, 13, 15, 19): the dimensions of the operand, from axis `start` up to, not including, `end`.
public struct Shape: Operator {
    public static let name = "Shape"
    public var start: Int
    /// nil: through the last axis.
    public var end: Int?

    public init(start: Int = 0, end: Int? = nil) {
        self.start = start
        self.end = end
    }

    public var attributes: [Attribute] { [Attribute("start", start)] + (end.map { [Attribute("end", $0)] } ?? []) }

    public func inferTypes(_ operands: [Operand?]) throws -> [TensorType] {
        [TensorType(.int64, [dimensions(try operands.require(0, "data").shape).count])]
    }

    public func evaluate(_ inputs: [Tensor?]) throws -> [Tensor] {
        let dimensions = dimensions(try inputs.require(0).shape)
        return [Tensor([dimensions.count], dimensions.map { Int64($0) })]
    }

    public func evaluateFromTypes(_ operands: [Operand?]) -> [Tensor]? {
        guard let operand = operands.optional(0) else { return nil }
        let dimensions = dimensions(operand.shape)
        return [Tensor([dimensions.count], dimensions.map { Int64($0) })]
    }

    public func keepsSamplesApart(_ operands: [Operand?]) -> Bool { false }

    /// Bounds count from the end where negative, and are clamped.
    private func dimensions(_ shape: [Int]) -> ArraySlice<Int> {
        func clamped(_ axis: Int) -> Int { min(max(axis < 0 ? axis + shape.count : axis, 0), shape.count) }
        let first = clamped(start), last = clamped(end ?? shape.count)
        return shape[first..<max(first, last)]
    }
}

/// ONNX Size (opset 1, 13, 19): the number of elements of the operand.
public struct Size: Operator {
    public static let name = "Size"
    public init() {}

    public func inferTypes(_ operands: [Operand?]) throws -> [TensorType] {
        _ = try operands.require(0, "data")
        return [TensorType(.int64, [])]
    }

    public func evaluate(_ inputs: [Tensor?]) throws -> [Tensor] {
        [Tensor([], [Int64(try inputs.require(0).elementCount)])]
    }

    public func evaluateFromTypes(_ operands: [Operand?]) -> [Tensor]? {
        operands.optional(0).map { [Tensor([], [Int64($0.type.elementCount)])] }
    }

    public func keepsSamplesApart(_ operands: [Operand?]) -> Bool { false }
}
