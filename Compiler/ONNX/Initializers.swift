import BNNMIR

/// The constants that a model stores: weights, and small tensors of shape arithmetic.
struct Initializers {
    private(set) var tensors: [(name: String, tensor: Tensor)] = []
    /// Initializers that cannot be read.
    private(set) var failures: [ImportError.Entry] = []
    /// Bytes of all tensors as stored.
    private(set) var byteCount = 0
    /// Tensors that were made up.
    private(set) var randomCount = 0
    /// Names of all, readable or not: such a graph input is only a default value and no input.
    let names: Set<String>

    /// - Parameter random: makes up tensors in external files that do not exist; nil: they are failures.
    init(_ graph: ONNXGraphProto, tensors decoder: TensorDecoder, random: RandomWeights? = nil) {
        names = Set(graph.initializer.map(\.name) + graph.sparseInitializer.map(\.values.name))
        for proto in graph.initializer {
            do {
                let tensor = try decoder.decode(proto, random: random)
                tensors.append((proto.name, tensor))
                if random != nil, decoder.isAbsent(proto) { randomCount += 1 }
                byteCount += tensor.elementCount * tensor.elementType.byteCount
            } catch {
                failures.append(ImportError.Entry(.initializer, proto.name, "\(error)"))
            }
        }
        for proto in graph.sparseInitializer {
            failures.append(ImportError.Entry(.initializer, proto.values.name, "is sparse, which is not supported"))
        }
    }
}
