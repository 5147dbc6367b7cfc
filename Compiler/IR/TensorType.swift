/// Element type and shape of a value. All dimensions are known; a symbolic batch stands as 1 (see `Graph.batch`).
public struct TensorType: Hashable, Sendable, CustomStringConvertible {
    public var elementType: ElementType
    public var shape: [Int]

    public init(_ elementType: ElementType, _ shape: [Int]) {
        self.elementType = elementType
        self.shape = shape
    }

    public var rank: Int { shape.count }
    public var elementCount: Int { shape.reduce(1, *) }

    /// Printed as in the textual form of the graph: `float32[1,3,8,8]`.
    public var description: String { "\(elementType)[\(shape.map(String.init).joined(separator: ","))]" }
}

extension Array where Element == Int {
    /// Row-major strides, in elements, of a dense tensor of this shape.
    public var rowMajorStrides: [Int] {
        var strides = [Int](repeating: 1, count: count)
        for axis in indices.dropLast().reversed() { strides[axis] = strides[axis + 1] * self[axis + 1] }
        return strides
    }

    /// The shape two operands have together under ONNX multidirectional broadcasting; nil where they do not fit.
    public func broadcast(with other: [Int]) -> [Int]? {
        let rank = Swift.max(count, other.count)
        let a = [Int](repeating: 1, count: rank - count) + self
        let b = [Int](repeating: 1, count: rank - other.count) + other
        var result: [Int] = []
        for (x, y) in zip(a, b) {
            guard x == y || x == 1 || y == 1 else { return nil }
            result.append(x == 1 ? y : x)
        }
        return result
    }
}
