import BNNMIR

/// Tensors of zeros that stand for initializers whose file is absent, until `RandomWeights` fills them. Those of one
/// size share their elements.
struct Placeholders {
    private var zeros: [Int: [Float]] = [:]
    private var elementCount = 0

    /// A tensor of zeros.
    /// - Throws: `OperatorError` where the type is no float, or all placeholders together have too many elements.
    mutating func tensor(_ type: TensorType) throws -> Tensor {
        guard type.elementType.isFloat else {
            throw OperatorError(
                "is \(type) in an absent file; --random-weights fills only floats, and other types must be in the model"
            )
        }
        let count = type.elementCount
        elementCount += count
        guard count <= RandomWeights.elementLimit, elementCount <= RandomWeights.elementLimit else {
            throw OperatorError(
                "is \(type) in an absent file; --random-weights fills up to \(RandomWeights.elementLimit) elements in all"
            )
        }
        guard type.elementType == .float32 else { return .filled(0, type) }
        let elements = zeros[count] ?? [Float](repeating: 0, count: count)
        zeros[count] = elements
        return Tensor(type.shape, elements)
    }
}
