/// What becomes of a float32 result, channels last, while it is at hand: steps that treat every element alike, or
/// every row, each rounded to float32, then up to three results to store. An operator with an epilogue is a
/// `WithEpilogue`.
///
/// Positions address the epilogue's own operands.
public struct Epilogue: Sendable {
    public enum Step: Sendable {
        /// x·a, then + b: constants of the shape of one sample, every axis but the last 1.
        case scaleShift(scale: Int, shift: Int)
        /// x·slope where x < 0, else x: a constant as in `scaleShift`.
        ///
        /// *Source*: PReLU, arXiv 1502.01852.
        case rectify(slope: Int)
        case clamp(minimum: Float, maximum: Float)
        case function(Function)
        /// x with an operand of its own shape, or one vector of channels for each sample: [N,1,…,1,C].
        case combine(Arithmetic, operand: Int)
        /// x / divisor: a constant of one number for each channel, or one for all, its other axes, if any, 1.
        case quotient(by: Int)
        /// All channels of a pixel at once. Once at most, and only where the epilogue stands by itself, as a `Map`.
        case rows(RowFunction.Function)
    }

    /// A function of one real number, computed in float64 and rounded once.
    public enum Function: String, Sendable, CaseIterable {
        case sigmoid, tanh, exp, log, sqrt, sin, cos, erf, gelu, geluTanh, softplus, floor, ceil, round
    }

    public enum Arithmetic: String, Sendable {
        case add, subtract, subtractFrom, multiply, divide
    }

    public var steps: [Step] = []
    /// Whether what the last step gives is a result.
    public var storesValues = true
    /// Operand with the switch points [S,1,…,1,C] by which the values' decisions are a result; nil: they are none.
    public var switchPoints: Int?
    /// Whether the values' means over the map, [N,1,1,C], are a result. Images only.
    public var storesAverages = false

    public init() {}
}

extension Epilogue {
    func inferTypes(_ x: Operand, _ operands: [Operand?]) throws -> [TensorType] {
        guard x.elementType == .float32, x.type.rank >= 1 else {
            throw OperatorError("an epilogue takes float32 values, not \(x.type)")
        }
        for step in steps { try check(step, x, operands) }
        guard steps.filter(\.takesRows).count <= 1 else { throw OperatorError("only one step may take rows") }
        var types = storesValues ? [x.type] : []
        if let switchPoints {
            types += try Decide().inferTypes([x, try operands.require(switchPoints, "switch points")])
        }
        if storesAverages { types += try ChannelsLast(GlobalAveragePool()).inferTypes([x]) }
        guard !types.isEmpty else { throw OperatorError("an epilogue must store something") }
        return types
    }

    private func check(_ step: Step, _ x: Operand, _ operands: [Operand?]) throws {
        switch step {
        case .scaleShift(let scale, let shift):
            for position in [scale, shift] { try checkPerChannel(try operands.require(position, "constant"), x) }
        case .rectify(let slope): try checkPerChannel(try operands.require(slope, "slope"), x)
        case .clamp, .function: break
        case .combine(_, let operand):
            let operand = try operands.require(operand, "operand")
            guard operand.type == x.type || operand.type == TensorType(.float32, x.shape.channelVector) else {
                throw OperatorError("operand \(operand.type) fits neither \(x.type) nor one vector of its channels")
            }
        case .quotient(let divisor):
            let divisor = try operands.require(divisor, "divisor")
            guard divisor.elementType == .float32, divisor.shape.dropLast().allSatisfy({ $0 == 1 }),
                x.shape.broadcast(with: divisor.shape) == x.shape
            else { throw OperatorError("divisor \(divisor.type) is not one number for each channel of \(x.type)") }
        case .rows(let function): _ = try RowFunction(function).inferTypes([x])
        }
    }

    private func checkPerChannel(_ constant: Operand, _ x: Operand) throws {
        let shape = constant.shape
        guard constant.elementType == .float32, shape.count == x.type.rank - 1,
            shape.dropLast().allSatisfy({ $0 == 1 }),
            shape.last.map({ $0 == 1 || $0 == x.shape.last }) ?? true
        else { throw OperatorError("constant \(constant.type) is not one number for each channel of \(x.type)") }
    }

    func evaluate(_ x: Tensor, _ operands: [Tensor?]) throws -> [Tensor] {
        let values = try steps.reduce(x) { try Epilogue.evaluate($1, $0, operands) }
        var results = storesValues ? [values] : []
        if let switchPoints { results += try Decide().evaluate([values, operands[switchPoints]]) }
        if storesAverages { results += try ChannelsLast(GlobalAveragePool()).evaluate([values]) }
        return results
    }

    private static func evaluate(_ step: Step, _ x: Tensor, _ operands: [Tensor?]) throws -> Tensor {
        switch step {
        case .scaleShift(let scale, let shift): try ScaleShift().evaluate([x, operands[scale], operands[shift]])[0]
        case .rectify(let slope): try PRelu().evaluate([x, operands[slope]])[0]
        case .clamp(let minimum, let maximum):
            try Clip().evaluate([x, Tensor([], [minimum]), Tensor([], [maximum])])[0]
        case .function(let function): try function.operator.evaluate([x])[0]
        case .combine(.add, let operand): try Add().evaluate([x, operands[operand]])[0]
        case .combine(.subtract, let operand): try Sub().evaluate([x, operands[operand]])[0]
        case .combine(.subtractFrom, let operand): try Sub().evaluate([operands[operand], x])[0]
        case .combine(.multiply, let operand): try Mul().evaluate([x, operands[operand]])[0]
        case .combine(.divide, let operand): try Div().evaluate([x, operands[operand]])[0]
        case .quotient(let divisor): try Div().evaluate([x, operands[divisor]])[0]
        case .rows(let function): try RowFunction(function).evaluate([x])[0]
        }
    }
}

extension Epilogue.Step {
    /// Whether it needs all channels of a pixel at once.
    public var takesRows: Bool {
        if case .rows = self { true } else { false }
    }

    public var isQuotient: Bool {
        if case .quotient = self { true } else { false }
    }
}

extension Epilogue.Step: CustomStringConvertible {
    public var description: String {
        switch self {
        case .scaleShift: "scale, shift"
        case .rectify: "PReLU"
        case .clamp(let minimum, let maximum):
            minimum == 0 && maximum == .infinity ? "ReLU" : "clip[\(minimum),\(maximum)]"
        case .function(let function): function.rawValue
        case .combine(let arithmetic, _): arithmetic.rawValue
        case .quotient: "quotient"
        case .rows(let function): function.description
        }
    }
}

extension [Int] {
    /// The shape of one vector of channels for each sample of a channel-last value of this shape: [N,1,…,1,C].
    public var channelVector: [Int] { indices.map { $0 == 0 || $0 == count - 1 ? self[$0] : 1 } }
}
