import BNNMIR

/// Which operators compute each element of their result from the same element of their operands alone, constants
/// repeating by broadcasting: the operators that a chain between two layers may consist of.
enum Elementwise {
    static func isElementwise(_ op: any Operator) -> Bool {
        switch op {
        case is ScaleShift, is ScalarClassifier, is Add, is Sub, is Mul, is Div, is Pow, is Min, is Max: true
        case is Neg, is Abs, is Sqrt, is Exp, is Log, is Erf, is Sin, is Cos, is Reciprocal, is Floor, is Ceil,
            is Round:
            true
        case is Relu, is LeakyRelu, is PRelu, is Clip, is Elu, is Sigmoid, is HardSigmoid, is HardSwish, is Tanh,
            is Gelu, is Softplus:
            true
        case is Sign, is Where, is Equal, is Less, is LessOrEqual, is Greater, is GreaterOrEqual, is Not, is And, is Or,
            is Cast:
            true
        default: false
        }
    }

    /// Whether no constant operand differs from sample to sample of a fixed batch, so that one sample stands for all.
    static func treatsSamplesAlike(_ node: Graph.Node, in graph: Graph) -> Bool {
        let rank = graph[node.outputs[0]].type.rank
        return node.inputs.allSatisfy { input in
            guard let shape = input.flatMap({ graph.constant($0)?.shape }), shape.count == rank else { return true }
            return shape.first.map { $0 == 1 } ?? true
        }
    }

    /// Whether each element of the result never falls as the data operand's element rises (`rising`), never rises
    /// (`falling`), per channel; nil where that is not known. Rounding to float32 is monotone, so it follows from the
    /// real-valued function.
    static func direction(of node: Graph.Node, data: Graph.ValueID, in graph: Graph) -> Direction? {
        func constant(_ position: Int) -> Tensor? {
            position < node.inputs.count ? node.inputs[position].flatMap { graph.constant($0) } : nil
        }
        switch node.op {
        case is Relu, is Sqrt: return .all(.rising)
        case is Clip:
            return node.inputs.dropFirst().allSatisfy { $0 == nil || graph.constant($0!) != nil } ? .all(.rising) : nil
        case let op as LeakyRelu: return op.alpha >= 0 ? .all(.rising) : nil
        case is PRelu: return constant(1).map { $0.floats.allSatisfy { $0 >= 0 } } == true ? .all(.rising) : nil
        case is Neg: return .all(.falling)
        case is ScaleShift: return constant(1).map { .bySign(of: $0) }
        case is Add, is Min, is Max: return node.inputs.filter { $0 == data }.count == 1 ? .all(.rising) : nil
        case is Sub:
            guard node.inputs.filter({ $0 == data }).count == 1 else { return nil }
            return .all(node.inputs[0] == data ? .rising : .falling)
        case is Mul:
            guard let other = constant(0) ?? constant(1) else { return nil }
            return .bySign(of: other)
        case is Div:
            guard node.inputs[0] == data, let divisor = constant(1) else { return nil }
            return .bySign(of: divisor)
        default: return nil
        }
    }

    enum Direction {
        enum Way { case rising, falling }
        case all(Way)
        /// Rising where the constant is ≥ 0, falling where it is negative.
        case bySign(of: Tensor)
    }
}
