// Maps over the elements of tensors, in the arithmetic of their type: float16 rounds after every operation, integers
// wrap to their width, uint64 computes as unsigned. The base of the elementwise operators, into which they are compiled:
// networks have millions of weights, and a call for each element would be most of the work.

extension Tensor {
    /// Each element of a float tensor through `f`, rounded to the same type; nil for other tensors.
    @inline(__always)
    func mapReal(_ float: (Float) -> Float, _ double: (Double) -> Double) -> Tensor? {
        switch storage {
        case .float(let a): Tensor(type, Float.storage(a.map(float), elementType))
        case .double(let a): Tensor(type, .double(a.map(double)))
        case .integer: nil
        }
    }

    /// Each element of an integer tensor through one of two functions, wrapped to the same type; nil for other tensors.
    func mapInteger(
        _ signed: (Int64) throws -> Int64, _ unsigned: (UInt64) throws -> UInt64
    ) rethrows -> Tensor? {
        guard case .integer(let a) = storage else { return nil }
        if elementType == .uint64 {
            return Tensor(type, .integer(try a.map { Int64(bitPattern: try unsigned(UInt64(bitPattern: $0))) }))
        }
        return Tensor(type, .integer(try a.map { elementType.wrap(try signed($0)) }))
    }

    /// Pairs of elements of two tensors of one element type, broadcast to `shape`, through the function of their
    /// arithmetic. Precondition: they can be broadcast.
    @inline(__always)
    static func combine(
        _ a: Tensor, _ b: Tensor, shape: [Int], float: (Float, Float) throws -> Float,
        double: (Double, Double) throws -> Double, signed: (Int64, Int64) throws -> Int64,
        unsigned: (UInt64, UInt64) throws -> UInt64
    ) throws -> Tensor {
        let type = TensorType(a.elementType, shape)
        switch (a.broadcast(to: shape).storage, b.broadcast(to: shape).storage) {
        case (.float(let x), .float(let y)):
            return Tensor(type, Float.storage(try pairs(x, y, float), a.elementType))
        case (.double(let x), .double(let y)):
            return Tensor(type, .double(try pairs(x, y, double)))
        case (.integer(let x), .integer(let y)) where a.elementType == .uint64:
            return Tensor(
                type,
                .integer(
                    try zip(x, y).map {
                        Int64(bitPattern: try unsigned(UInt64(bitPattern: $0), UInt64(bitPattern: $1)))
                    }))
        case (.integer(let x), .integer(let y)):
            return Tensor(type, .integer(try zip(x, y).map { a.elementType.wrap(try signed($0, $1)) }))
        default:
            throw OperatorError(
                "its operands have the element types \(a.elementType) and \(b.elementType); one is needed")
        }
    }

    /// `body` of the elements of two lists of one length, pair by pair.
    @inline(__always)
    private static func pairs<Element, Result>(
        _ x: [Element], _ y: [Element], _ body: (Element, Element) throws -> Result
    ) rethrows -> [Result] {
        let count = min(x.count, y.count)
        return try x.withUnsafeBufferPointer { x in
            try y.withUnsafeBufferPointer { y in
                try [Result](unsafeUninitializedCapacity: count) { results, initialized in
                    for index in 0..<count {
                        results.initializeElement(at: index, to: try body(x[index], y[index]))
                        initialized = index + 1
                    }
                }
            }
        }
    }

    /// A relation between pairs of elements of two tensors of one element type, broadcast to `shape`: a bool tensor.
    @inline(__always)
    static func compare(
        _ a: Tensor, _ b: Tensor, shape: [Int], float: (Float, Float) -> Bool, double: (Double, Double) -> Bool,
        signed: (Int64, Int64) -> Bool, unsigned: (UInt64, UInt64) -> Bool
    ) throws -> Tensor {
        let truths: [Bool]
        switch (a.broadcast(to: shape).storage, b.broadcast(to: shape).storage) {
        case (.float(let x), .float(let y)): truths = pairs(x, y, float)
        case (.double(let x), .double(let y)): truths = pairs(x, y, double)
        case (.integer(let x), .integer(let y)) where a.elementType == .uint64:
            truths = zip(x, y).map { unsigned(UInt64(bitPattern: $0), UInt64(bitPattern: $1)) }
        case (.integer(let x), .integer(let y)): truths = pairs(x, y, signed)
        default:
            throw OperatorError(
                "its operands have the element types \(a.elementType) and \(b.elementType); one is needed")
        }
        return Tensor(shape, truths.map { $0 ? 1 : 0 }, .bool)
    }

    /// This tensor's elements as another type: to a smaller float, rounded once; to an integer, truncated toward zero
    /// (2⁶³ and more, and NaN, become the least int64) and wrapped; to bool, whether they are not zero.
    func converted(to target: ElementType) -> Tensor {
        guard target != elementType else { return self }
        let result = TensorType(target, shape)
        if target == .bool {
            switch storage {
            case .float(let a): return Tensor(result, .integer(a.map { $0 != 0 ? 1 : 0 }))
            case .double(let a): return Tensor(result, .integer(a.map { $0 != 0 ? 1 : 0 }))
            case .integer(let a): return Tensor(result, .integer(a.map { $0 != 0 ? 1 : 0 }))
            }
        }
        switch storage {
        case .float(let a) where target == .float16 || target == .float32:
            return Tensor(result, Float.storage(a, target))
        case .integer(let a) where target == .float32:
            return Tensor(result, .float(a.map { elementType == .uint64 ? Float(UInt64(bitPattern: $0)) : Float($0) }))
        case .integer(let a) where target.isFloat:
            let doubles = a.map { elementType == .uint64 ? Double(UInt64(bitPattern: $0)) : Double($0) }
            return .rounding(doubles, to: target, shape: shape)
        case .integer(let a): return Tensor(result, .integer(a.map { target.wrap($0) }))
        case .float, .double:
            let values = doubles
            if target.isFloat { return .rounding(values, to: target, shape: shape) }
            if target == .uint64 {
                return Tensor(
                    result,
                    .integer(
                        values.map {
                            UInt64(exactly: $0.rounded(.towardZero)).map { Int64(bitPattern: $0) } ?? $0.truncated
                        }))
            }
            return Tensor(result, .integer(values.map { target.wrap($0.truncated) }))
        }
    }
}

extension Double {
    /// The integer part; what an int64 cannot hold is its least value, as x86 converts.
    fileprivate var truncated: Int64 { Int64(exactly: rounded(.towardZero)) ?? .min }
}
