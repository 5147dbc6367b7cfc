import BNNMIR

/// How the elements of a parameter without stored values are distributed.
enum ParameterLaw: Equatable {
    case normal(mean: Float, deviation: Float)
    /// From 4/5 to 5/4 of a number above 0.
    case positive(near: Float)
    /// Near 1, one in 16 near −1: what a normalization multiplies by.
    case scale

    /// - Parameter fanIn: the products that each result adds up. *Source*: He et al. (arXiv 1502.01852), section 2.2.
    static func weights(fanIn: Int) -> ParameterLaw {
        .normal(mean: 0, deviation: (2 / Float(max(fanIn, 1))).squareRoot())
    }

    /// The first `count` elements for a stream.
    func elements(_ count: Int, _ stream: RandomNumbers) -> [Float] {
        var numbers = stream
        return [Float](unsafeUninitializedCapacity: count) { elements, initialized in
            switch self {
            case .normal(let mean, let deviation):
                for index in 0..<count {
                    elements.initializeElement(at: index, to: mean + deviation * numbers.normal())
                }
            case .positive(let near):
                for index in 0..<count {
                    elements.initializeElement(at: index, to: near * (0.8 + 0.45 * numbers.uniform()))
                }
            case .scale:
                for index in 0..<count {
                    let magnitude = 0.8 + 0.45 * numbers.uniform()
                    elements.initializeElement(at: index, to: numbers.next() >> 60 == 0 ? -magnitude : magnitude)
                }
            }
            initialized = count
        }
    }
}
