/// What an initializer is to the network.
enum WeightRole {
    /// Factors of a convolution or matrix product.
    case weights
    /// Factors near 1: of normalizations, and of learned scales.
    case scale
    case variance
    /// Summands near 0: biases, means, thresholds.
    case shift
    /// Of a PReLU.
    case slope
}

/// Finds each initializer's role by following it, through what is computed from constants alone, to the nodes that
/// combine it with what depends on the model's inputs.
struct WeightRoles {
    private var roles: [String: WeightRole] = [:]

    init(_ graph: ONNXGraphProto) {
        var constants = Set(graph.initializer.map(\.name))
        // Nodes stand in execution order.
        for node in graph.node where node.input.allSatisfy({ $0.isEmpty || constants.contains($0) }) {
            constants.formUnion(node.output)
        }
        var roleOfValue: [String: WeightRole] = [:]
        for node in graph.node.reversed() {
            let isConstant = node.output.allSatisfy { $0.isEmpty || constants.contains($0) }
            for (position, input) in node.input.enumerated() where constants.contains(input) {
                let role =
                    isConstant
                    ? node.output.lazy.compactMap { roleOfValue[$0] }.first : Self.role(node.opType, position)
                // Of several readers the layer counts most: a scale that is also an average is a weight.
                if let role, roleOfValue[input] != .weights { roleOfValue[input] = role }
            }
        }
        for initializer in graph.initializer { roles[initializer.name] = roleOfValue[initializer.name] }
    }

    func role(of name: String) -> WeightRole { roles[name] ?? .shift }

    /// Of an operand that is constant, of a node that depends on inputs.
    private static func role(_ opType: String, _ position: Int) -> WeightRole {
        switch opType {
        case "Conv", "ConvTranspose", "Gemm": position == 2 ? .shift : .weights
        case "MatMul": .weights
        case "BatchNormalization": [1: .scale, 4: .variance][position] ?? .shift
        case "LayerNormalization": position == 1 ? .scale : .shift
        case "PRelu": .slope
        case "Mul", "Div", "Pow": .scale
        default: .shift
        }
    }
}
