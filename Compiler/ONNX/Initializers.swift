import BNNMIR

/// The constants that a model stores: weights, and small tensors of shape arithmetic.
struct Initializers {
    private(set) var tensors: [(name: String, tensor: Tensor)] = []
    /// Initializers that cannot be read.
    private(set) var failures: [ImportError.Entry] = []
    /// Bytes of all tensors as stored.
    private(set) var byteCount = 0
    /// Bytes of those in files beside the model, absent ones included.
    private(set) var externalByteCount = 0
    /// Float initializers whose file is absent; their tensors hold zeros until `fill`.
    private(set) var absentNames: Set<String> = []
    /// Names of all, readable or not: such a graph input is only a default value and no input.
    let names: Set<String>

    /// - Parameter allowsAbsent: whether a float initializer's file may be absent.
    init(_ graph: ONNXGraphProto, tensors decoder: TensorDecoder, allowsAbsent: Bool = false) {
        var placeholders = Placeholders()
        names = Set(graph.initializer.map(\.name) + graph.sparseInitializer.map(\.values.name))
        for proto in graph.initializer {
            do {
                let isAbsent = allowsAbsent && decoder.isAbsent(proto)
                let tensor = isAbsent ? try placeholders.tensor(try decoder.type(of: proto)) : try decoder.decode(proto)
                if isAbsent { absentNames.insert(proto.name) }
                tensors.append((proto.name, tensor))
                byteCount += tensor.elementCount * tensor.elementType.byteCount
                if proto.dataLocation == .external {
                    externalByteCount += tensor.elementCount * tensor.elementType.byteCount
                }
            } catch {
                failures.append(ImportError.Entry(.initializer, proto.name, "\(error)"))
            }
        }
        for proto in graph.sparseInitializer {
            failures.append(ImportError.Entry(.initializer, proto.values.name, "is sparse, which is not supported"))
        }
    }

    /// Puts these tensors in place of those of the same names.
    mutating func fill(_ values: [String: Tensor]) {
        for index in tensors.indices {
            if let tensor = values[tensors[index].name] { tensors[index].tensor = tensor }
        }
    }
}
