/// A dense row-major tensor value: constants of a graph, and what the interpreter computes with.
///
/// Elements are held in the narrowest of three arrays that represents their type exactly: `float16` and `float32` as
/// `Float`, `float64` as `Double`, everything else (`bool` as 0/1, `binary` as ±1, `uint64` by its bit pattern) as
/// `Int64`. Arithmetic on `float16` rounds to half precision after every operation (`rounded(to:)`).
public struct Tensor: Hashable, Sendable {
    public enum Storage: Hashable, Sendable {
        case float([Float])
        case double([Double])
        case integer([Int64])

        public var count: Int {
            switch self {
            case .float(let a): a.count
            case .double(let a): a.count
            case .integer(let a): a.count
            }
        }
    }

    public let type: TensorType
    public let storage: Storage

    /// Precondition: the storage is the one `type` asks for and has as many elements as the shape.
    public init(_ type: TensorType, _ storage: Storage) {
        precondition(storage.count == type.elementCount, "storage of \(storage.count) elements for \(type)")
        switch (storage, type.elementType) {
        case (.float, .float16), (.float, .float32), (.double, .float64): break
        case (.integer, let e) where e.isInteger: break
        default: preconditionFailure("storage does not fit \(type)")
        }
        self.type = type
        self.storage = storage
    }

    public init(_ shape: [Int], _ values: [Float]) { self.init(TensorType(.float32, shape), .float(values)) }
    public init(_ shape: [Int], _ values: [Int64], _ elementType: ElementType = .int64) {
        self.init(TensorType(elementType, shape), .integer(values))
    }

    public var shape: [Int] { type.shape }
    public var elementType: ElementType { type.elementType }
    public var elementCount: Int { storage.count }

    /// The elements as `Float`, converted where the type is another.
    public var floats: [Float] {
        switch storage {
        case .float(let a): a
        case .double(let a): a.map { Float($0) }
        case .integer(let a): a.map { Float($0) }
        }
    }

    /// The elements as `Double`: exact but for 64-bit integers beyond 2⁵³.
    public var doubles: [Double] {
        switch storage {
        case .float(let a): a.map { Double($0) }
        case .double(let a): a
        case .integer(let a): a.map { Double($0) }
        }
    }

    /// The elements of an integer, bool or binary tensor; nil for floats.
    public var integers: [Int64]? {
        if case .integer(let a) = storage { return a }
        return nil
    }

    /// The same elements under another shape. Precondition: the element counts agree.
    public func reshaped(_ shape: [Int]) -> Tensor { Tensor(TensorType(elementType, shape), storage) }

    /// The elements picked by flat index, in the order given, under `shape`: the base of every data movement operator.
    public func gathered(_ indices: [Int], shape: [Int]) -> Tensor {
        let picked: Storage =
            switch storage {
            case .float(let a): .float(indices.map { a[$0] })
            case .double(let a): .double(indices.map { a[$0] })
            case .integer(let a): .integer(indices.map { a[$0] })
            }
        return Tensor(TensorType(elementType, shape), picked)
    }
}

extension Tensor {
    /// In every row of `length` elements the same elements picked, by index within the row.
    public func gatheredInRows(of length: Int, _ indices: [Int], shape: [Int]) -> Tensor {
        func picked<Element>(_ elements: [Element]) -> [Element] {
            var result: [Element] = []
            result.reserveCapacity(length == 0 ? 0 : elements.count / length * indices.count)
            for start in stride(from: 0, to: elements.count, by: max(1, length)) {
                for index in indices { result.append(elements[start + index]) }
            }
            return result
        }
        let type = TensorType(elementType, shape)
        switch storage {
        case .float(let a): return Tensor(type, .float(picked(a)))
        case .double(let a): return Tensor(type, .double(picked(a)))
        case .integer(let a): return Tensor(type, .integer(picked(a)))
        }
    }
}

extension Tensor {
    /// A tensor of a float type from `Double` values, each rounded once to that type.
    public static func rounding(_ values: [Double], to elementType: ElementType, shape: [Int]) -> Tensor {
        let type = TensorType(elementType, shape)
        switch elementType {
        case .float64: return Tensor(type, .double(values))
        case .float16: return Tensor(type, .float(values.map { Float(Float16($0)) }))
        default: return Tensor(type, .float(values.map { Float($0) }))
        }
    }

    /// Every element equal to `value`, rounded or wrapped to the element type.
    public static func filled(_ value: Double, _ type: TensorType) -> Tensor {
        type.elementType.isFloat
            ? rounding([Double](repeating: value, count: type.elementCount), to: type.elementType, shape: type.shape)
            : Tensor(type, .integer([Int64](repeating: type.elementType.wrap(Int64(value)), count: type.elementCount)))
    }

    /// Flat source index of every element of `shape` when this tensor is broadcast to it.
    public static func broadcastIndices(from source: [Int], to shape: [Int]) -> [Int] {
        let padded = [Int](repeating: 1, count: shape.count - source.count) + source
        let sourceStrides = padded.rowMajorStrides
        let strides = (0..<shape.count).map { padded[$0] == 1 ? 0 : sourceStrides[$0] }
        return stridedIndices(shape: shape, strides: strides)
    }

    /// Flat indices visited when `shape` is walked in row-major order with the given strides and start.
    public static func stridedIndices(shape: [Int], strides: [Int], offset: Int = 0) -> [Int] {
        var result = [offset]
        for axis in shape.indices {
            var next: [Int] = []
            next.reserveCapacity(result.count * shape[axis])
            for base in result { for i in 0..<shape[axis] { next.append(base + i * strides[axis]) } }
            result = next
        }
        return result
    }

    /// The elements met when `shape` is walked in row-major order with these strides, from the first element on.
    public func gathered(shape: [Int], strides: [Int]) -> Tensor {
        let type = TensorType(elementType, shape)
        guard let count = shape.last, let stride = strides.last else { return gathered([0], shape: []) }
        let starts = Tensor.stridedIndices(shape: shape.dropLast(), strides: strides.dropLast())
        func walk<Element>(_ elements: [Element]) -> [Element] {
            var result: [Element] = []
            result.reserveCapacity(starts.count * count)
            elements.withUnsafeBufferPointer { elements in
                for start in starts { for index in 0..<count { result.append(elements[start + index * stride]) } }
            }
            return result
        }
        switch storage {
        case .float(let a): return Tensor(type, .float(walk(a)))
        case .double(let a): return Tensor(type, .double(walk(a)))
        case .integer(let a): return Tensor(type, .integer(walk(a)))
        }
    }

    /// This tensor broadcast to `shape`. Precondition: it can be.
    public func broadcast(to shape: [Int]) -> Tensor {
        guard shape != self.shape else { return self }
        let repeated: Storage =
            switch storage {
            case .float(let a): .float(Tensor.repeated(a, from: self.shape, to: shape))
            case .double(let a): .double(Tensor.repeated(a, from: self.shape, to: shape))
            case .integer(let a): .integer(Tensor.repeated(a, from: self.shape, to: shape))
            }
        return Tensor(TensorType(elementType, shape), repeated)
    }

    /// The elements of a tensor broadcast from one shape to another: axis by axis from the last, blocks are repeated.
    private static func repeated<Element>(_ elements: [Element], from source: [Int], to shape: [Int]) -> [Element] {
        let padded = [Int](repeating: 1, count: shape.count - source.count) + source
        var result = elements
        var block = 1
        for axis in shape.indices.reversed() {
            let times = shape[axis]
            if padded[axis] != times {
                var next: [Element] = []
                next.reserveCapacity(result.count * times)
                if block == 1 {
                    for element in result { next.append(contentsOf: repeatElement(element, count: times)) }
                } else {
                    for start in stride(from: 0, to: result.count, by: block) {
                        for _ in 0..<times { next.append(contentsOf: result[start..<start + block]) }
                    }
                }
                result = next
            }
            block *= times
            if block == 0 { return [] }
        }
        return result
    }
}
