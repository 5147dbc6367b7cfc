import BNNMIR

/// An operator on elements or rows of a laid-out graph that an epilogue can execute.
protocol FusableStep: Operator {
    /// The operator as steps on its operand `data`, their operands standing from `firstPosition` on; nil where it treats
    /// more than channels differently.
    func steps(
        _ node: Graph.Node, reading data: Graph.ValueID, _ graph: Graph, firstPosition: Int
    ) -> (steps: [Epilogue.Step], operands: [Graph.ValueID?])?

    /// Which operand runs through the steps where the operator begins a chain.
    func dataOperand(_ node: Graph.Node, _ graph: Graph) -> Graph.ValueID
}

extension FusableStep {
    func dataOperand(_ node: Graph.Node, _ graph: Graph) -> Graph.ValueID { node.inputs[0]! }
}

extension ScaleShift: FusableStep {
    func steps(
        _ node: Graph.Node, reading data: Graph.ValueID, _ graph: Graph, firstPosition: Int
    ) -> (steps: [Epilogue.Step], operands: [Graph.ValueID?])? {
        let constants = Array(node.inputs.dropFirst())
        guard constants.allSatisfy({ graph[$0!].type.shape.dropLast().allSatisfy { $0 == 1 } }) else { return nil }
        return ([.scaleShift(scale: firstPosition, shift: firstPosition + 1)], constants)
    }
}

extension Relu: FusableStep {
    func steps(
        _ node: Graph.Node, reading data: Graph.ValueID, _ graph: Graph, firstPosition: Int
    ) -> (steps: [Epilogue.Step], operands: [Graph.ValueID?])? {
        ([.clamp(minimum: 0, maximum: .infinity)], [])
    }
}

extension Clip: FusableStep {
    func steps(
        _ node: Graph.Node, reading data: Graph.ValueID, _ graph: Graph, firstPosition: Int
    ) -> (steps: [Epilogue.Step], operands: [Graph.ValueID?])? {
        func limit(_ position: Int) -> Float? {
            position < node.inputs.count ? node.inputs[position].flatMap { graph.constant($0)?.floats[0] } : nil
        }
        return ([.clamp(minimum: limit(1) ?? -.infinity, maximum: limit(2) ?? .infinity)], [])
    }
}

extension WithEpilogue: FusableStep where Base == Identity {
    func steps(
        _ node: Graph.Node, reading data: Graph.ValueID, _ graph: Graph, firstPosition: Int
    ) -> (steps: [Epilogue.Step], operands: [Graph.ValueID?])? {
        // One that stores more than values was fused already.
        guard epilogue.storesValues, epilogue.switchPoints == nil, !epilogue.storesAverages, node.inputs[0] == data
        else { return nil }
        return (epilogue.steps.map { $0.moved(by: firstPosition) }, Array(node.inputs.dropFirst()))
    }
}

extension Epilogue.Step {
    /// The same step with its operands standing `distance` positions further back.
    fileprivate func moved(by distance: Int) -> Self {
        switch self {
        case .scaleShift(let scale, let shift): .scaleShift(scale: scale + distance, shift: shift + distance)
        case .rectify(let slope): .rectify(slope: slope + distance)
        case .clamp, .function, .rows: self
        case .combine(let arithmetic, let operand): .combine(arithmetic, operand: operand + distance)
        case .quotient(let divisor): .quotient(by: divisor + distance)
        }
    }
}

extension RowFunction: FusableStep {
    func steps(
        _ node: Graph.Node, reading data: Graph.ValueID, _ graph: Graph, firstPosition: Int
    ) -> (steps: [Epilogue.Step], operands: [Graph.ValueID?])? {
        ([.rows(function)], [])
    }
}

/// Sums, differences, products and quotients of two computed values, and quotients by constants. What else has a
/// constant is a `ScaleShift`.
protocol FusableArithmetic: FusableStep {
    /// The step where the data is the left operand, and where it is the right one; nil: there is none.
    static var onLeft: Epilogue.Arithmetic { get }
    static var onRight: Epilogue.Arithmetic? { get }
    /// The step where the right operand is a constant of the channels that stands at this position.
    static func byConstant(_ position: Int) -> Epilogue.Step?
}

extension FusableArithmetic {
    static func byConstant(_ position: Int) -> Epilogue.Step? { nil }

    func steps(
        _ node: Graph.Node, reading data: Graph.ValueID, _ graph: Graph, firstPosition: Int
    ) -> (steps: [Epilogue.Step], operands: [Graph.ValueID?])? {
        guard let left = node.inputs[0], let right = node.inputs[1], left != right,
            let arithmetic = left == data ? Self.onLeft : Self.onRight
        else { return nil }
        let other = left == data ? right : left
        let shape = graph[data].type.shape, otherShape = graph[other].type.shape
        if graph.constant(other) != nil {
            guard left == data, otherShape.dropLast().allSatisfy({ $0 == 1 }),
                let step = Self.byConstant(firstPosition)
            else { return nil }
            return ([step], [other])
        }
        guard [shape, shape.channelVector].contains(otherShape) else { return nil }
        return ([.combine(arithmetic, operand: firstPosition)], [other])
    }

    func dataOperand(_ node: Graph.Node, _ graph: Graph) -> Graph.ValueID {
        let left = node.inputs[0]!, right = node.inputs[1]!
        // The one of the result's shape; of two, the first.
        return graph[left].type == graph[node.outputs[0]].type && graph.constant(left) == nil ? left : right
    }
}

extension Add: FusableArithmetic {
    static var onLeft: Epilogue.Arithmetic { .add }
    static var onRight: Epilogue.Arithmetic? { .add }
}

extension Sub: FusableArithmetic {
    static var onLeft: Epilogue.Arithmetic { .subtract }
    static var onRight: Epilogue.Arithmetic? { .subtractFrom }
}

extension Mul: FusableArithmetic {
    static var onLeft: Epilogue.Arithmetic { .multiply }
    static var onRight: Epilogue.Arithmetic? { .multiply }
}

extension Div: FusableArithmetic {
    static var onLeft: Epilogue.Arithmetic { .divide }
    static var onRight: Epilogue.Arithmetic? { nil }
    static func byConstant(_ position: Int) -> Epilogue.Step? { .quotient(by: position) }
}
