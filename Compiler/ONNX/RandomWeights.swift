import BNNMIR

/// Seeded values for initializers whose data is absent, so that an architecture can be compiled and profiled before it is
/// trained. Each value follows from the seed and the initializer's name, not from the order of the file; its scale from
/// what reads it (`WeightRole`).
///
/// *Source*: He-normal weights, arXiv 1502.01852, section 2.2.
struct RandomWeights {
    let seed: UInt64
    private let roles: WeightRoles

    init(seed: UInt64, _ graph: ONNXGraphProto) {
        self.seed = seed
        roles = WeightRoles(graph)
    }

    /// A float32 tensor for the initializer of that name.
    /// - Throws: `OperatorError` where its elements are of another type: shapes and indices must be in the file.
    func tensor(named name: String, _ type: TensorType) throws -> Tensor {
        guard type.elementType == .float32 else {
            throw OperatorError("is \(type), and its data is absent; only float32 weights can be made up")
        }
        var numbers = Numbers(seed: seed, name: name)
        let role = roles.role(of: name)
        let values = (0..<type.elementCount).map { _ -> Float in
            switch role {
            case .weights: numbers.normal() * (2 / fanIn(type.shape)).squareRoot()
            case .scale: 0.5 + numbers.uniform()
            case .variance: 0.75 + numbers.uniform()
            case .shift: 0.1 * numbers.normal()
            case .slope: 0.25
            }
        }
        return Tensor(type, .float(values))
    }

    /// Products summed up in one output, by the layout of convolution weights [M,C,…] and matrices [K,M].
    private func fanIn(_ shape: [Int]) -> Float {
        Float(max(1, shape.count > 2 ? shape[1...].reduce(1, *) : shape.first ?? 1))
    }
}

/// SplitMix64, seeded by a number and a name: the same on every machine.
///
/// *Source*: Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014.
private struct Numbers {
    private var state: UInt64

    init(seed: UInt64, name: String) {
        // FNV-1a of the name.
        state = name.utf8.reduce(0xcbf2_9ce4_8422_2325 ^ seed) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01b3 }
    }

    private mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }

    /// In [0, 1), a multiple of 2⁻²⁴.
    mutating func uniform() -> Float { Float(next() >> 40) * 0x1p-24 }

    /// Of mean 0 and variance 1: twelve uniform numbers less 6, in exact arithmetic, which no mathematical library rounds.
    mutating func normal() -> Float {
        var sum: Float = -6
        for _ in 0..<6 {
            let bits = next()
            sum += Float(bits >> 44) * 0x1p-20 + Float(bits & 0xf_ffff) * 0x1p-20
        }
        return sum
    }
}
