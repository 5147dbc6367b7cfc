/// ONNX BatchNormalization (opset 14, 15) in training mode: normalizes each channel (axis 1) by its own mean and variance
/// over all samples and places. Of use only until it is spelled in reductions (`CanonicalizeBatchNormalizations`).
///
/// *Results*: Y; the running mean and variance, in which the ones handed in count `momentum`.
/// *Meaning*: that of the operators of `spelled`, in their order.
public struct BatchNormalizationTraining: Operator {
    public static let name = "BatchNormalizationTraining"
    public var epsilon: Float
    public var momentum: Float

    public init(epsilon: Float, momentum: Float) {
        self.epsilon = epsilon
        self.momentum = momentum
    }

    public var attributes: [Attribute] { [Attribute("epsilon", epsilon), Attribute("momentum", momentum)] }

    public func inferTypes(_ operands: [Operand?]) throws -> [TensorType] {
        let x = try operands.require(0, "X", ElementType.floats)
        guard x.type.rank >= 2, x.type.elementCount > 0 else {
            throw OperatorError("X \(x.type) must be of rank 2 or more, with one element or more")
        }
        for (index, role) in ["scale", "B", "input_mean", "input_var"].enumerated() {
            let parameter = try operands.require(index + 1, role, [x.elementType])
            guard parameter.shape == [x.shape[1]] else {
                throw OperatorError(
                    "\(role) \(parameter.type) must have one float for each of the \(x.shape[1]) channels of X")
            }
        }
        let statistics = TensorType(x.elementType, [x.shape[1]])
        return [x.type, statistics, statistics]
    }

    public func evaluate(_ inputs: [Tensor?]) throws -> [Tensor] {
        let tensors = try (0..<5).map { try inputs.require($0) }
        var graph = Graph(name: Self.name)
        let values = tensors.map { graph.addInput(Self.name, $0.type) }
        graph.outputs = try spelled(values, name: Self.name, in: &graph).map {
            Graph.Output(name: Self.name, value: $0)
        }
        return try Interpreter(graph).run(tensors)
    }

    public func keepsSamplesApart(_ operands: [Operand?]) -> Bool { false }

    /// What computes the results of X, scale, B, mean and variance: Y = (X − m)·(scale / √(v + ε)) + B, with m the mean of
    /// X and v that of (X − m)².
    public func spelled(
        _ inputs: [Graph.ValueID], name: String, in graph: inout Graph
    ) throws -> [Graph.ValueID] {
        let type = graph[inputs[0]].type, channels = type.shape[1]
        let row = [1, channels] + [Int](repeating: 1, count: type.rank - 2)
        func add(_ op: any Operator, _ operands: Graph.ValueID...) throws -> Graph.ValueID {
            try graph.append(op, operands, name: name)[0]
        }
        func number(_ value: Double) -> Graph.ValueID {
            graph.addConstant(name, .filled(value, TensorType(type.elementType, [])))
        }
        func list(_ values: [Int]) -> Graph.ValueID {
            graph.addConstant(name, Tensor([values.count], values.map { Int64($0) }))
        }
        let axes = list([0] + (2..<max(2, type.rank)))
        let mean = try add(ReduceMean(), inputs[0], axes)
        let difference = try add(Sub(), inputs[0], mean)
        let variance = try add(ReduceMean(), try add(Mul(), difference, difference), axes)
        let deviation = try add(Sqrt(), try add(Add(), variance, number(Double(epsilon))))
        let factor = try add(Div(), try add(Reshape(), inputs[1], list(row)), deviation)
        let y = try add(
            Add(), try add(Mul(), difference, factor), try add(Reshape(), inputs[2], list(row)))
        let running = try [(inputs[3], mean), (inputs[4], variance)].map { old, new in
            let kept = try add(Mul(), old, number(Double(momentum)))
            let added = try add(
                Mul(), try add(Reshape(), new, list([channels])), number(Double(1 - momentum)))
            return try add(Add(), kept, added)
        }
        return [y] + running
    }
}
