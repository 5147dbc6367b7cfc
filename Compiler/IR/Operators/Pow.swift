/// ONNX Pow (opset 7, 12, 13, 15): X raised to Y, broadcast together; the result has X's element type.
///
/// *Meaning*: exponents 2 and 3 are x·x and x·x·x in X's arithmetic, others the C library's `pow` of the operands as
/// floats. Integers to a non-negative integer power wrap; to a negative or fractional one they go through float64 and
/// truncate.
public struct Pow: Operator {
    public static let name = "Pow"
    public init() {}

    public func inferTypes(_ operands: [Operand?]) throws -> [TensorType] {
        let x = try operands.require(0, "X", ElementType.numbers)
        let y = try operands.require(1, "Y", ElementType.numbers)
        return [try TensorType.checked(x.elementType, TensorType.broadcastShape([x, y]))]
    }

    public func evaluate(_ inputs: [Tensor?]) throws -> [Tensor] {
        let type = try inferTypes(inputs.operands)[0]
        let x = try inputs.require(0).broadcast(to: type.shape), y = try inputs.require(1).broadcast(to: type.shape)
        switch x.storage {
        case .float(let bases): return [Tensor(type, Float.storage(zip(bases, y.floats).map(power), type.elementType))]
        case .double(let bases): return [Tensor(type, .double(zip(bases, y.doubles).map(power)))]
        case .integer(let bases):
            if let exponents = y.integers {
                let powers = zip(bases, exponents).map { base, exponent in
                    exponent >= 0 ? power(base, exponent) : reciprocalPower(base, exponent)
                }
                return [Tensor(type, .integer(powers.map { type.elementType.wrap($0) }))]
            }
            let powers = zip(x.doubles, y.doubles).map { Double.pow($0, $1) }
            return [Tensor(TensorType(.float64, type.shape), .double(powers)).converted(to: type.elementType)]
        }
    }

    public func keepsSamplesApart(_ operands: [Operand?]) -> Bool { operands.samplesAlign }

    private func power<T: RealNumber>(_ x: T, _ y: T) -> T { y == 2 ? x * x : y == 3 ? x * x * x : T.pow(x, y) }

    private func power(_ base: Int64, _ exponent: Int64) -> Int64 {
        var result: Int64 = 1, square = base, rest = exponent
        while rest > 0 {
            if rest & 1 == 1 { result = result &* square }
            square = square &* square
            rest >>= 1
        }
        return result
    }

    /// base^exponent for a negative exponent, toward zero; 0 stays 0.
    private func reciprocalPower(_ base: Int64, _ exponent: Int64) -> Int64 {
        switch base {
        case 1: 1
        case -1: exponent & 1 == 0 ? 1 : -1
        default: 0
        }
    }
}
