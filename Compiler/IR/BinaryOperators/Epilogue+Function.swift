extension Epilogue.Function {
    /// The function that an ONNX operator applies to every element; nil where it is none of these.
    public init?(_ op: any Operator) {
        switch op {
        case is Sigmoid: self = .sigmoid
        case is Tanh: self = .tanh
        case is Exp: self = .exp
        case is Log: self = .log
        case is Sqrt: self = .sqrt
        case is Sin: self = .sin
        case is Cos: self = .cos
        case is Erf: self = .erf
        case let op as Gelu: self = op.approximatesByTanh ? .geluTanh : .gelu
        case is Softplus: self = .softplus
        case is Floor: self = .floor
        case is Ceil: self = .ceil
        case is Round: self = .round
        default: return nil
        }
    }

    /// The ONNX operator that applies the function.
    var `operator`: any Operator {
        switch self {
        case .sigmoid: Sigmoid()
        case .tanh: Tanh()
        case .exp: Exp()
        case .log: Log()
        case .sqrt: Sqrt()
        case .sin: Sin()
        case .cos: Cos()
        case .erf: Erf()
        case .gelu: Gelu()
        case .geluTanh: Gelu(approximatesByTanh: true)
        case .softplus: Softplus()
        case .floor: Floor()
        case .ceil: Ceil()
        case .round: Round()
        }
    }
}
