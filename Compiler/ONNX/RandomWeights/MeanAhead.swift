import BNNMIR

/// How far what stands between a normalization and the next decision moves the mean of its result: a shortcut that is
/// added, a max-pool that takes the largest of several. `RandomWeights` lets the normalization shift the other way.
struct MeanAhead {
    let graph: Graph
    /// Whether a value depends on the model's input, by index.
    let isData: [Bool]
    /// Of the values that are known so far.
    let samples: [Graph.ValueID: Sample]

    /// In units of the normalization's result; 0 where nothing moves it, or that is not known yet.
    /// - Parameter input: what is normalized.
    func mean(behind value: Graph.ValueID, input: Sample?) -> Double {
        var pending = [(value: value, factor: 1.0)]
        var seen: Set<Graph.ValueID> = [value]
        while !pending.isEmpty {
            let (value, factor) = pending.removeFirst()
            for reader in graph.readers(of: value) {
                let node = graph[reader]
                switch node.op {
                case is Add:
                    if let other = otherData(node, than: value) { return other.mean / factor }
                case let pool as MaxPool:
                    return input.map { rise(of: $0, under: pool) } ?? 0
                case is Mul:
                    // A gate, or a constant factor near 1.
                    let gate = otherData(node, than: value)?.mean ?? 1
                    guard gate > 0, hasKnownOperands(node, but: value), seen.insert(node.outputs[0]).inserted else {
                        continue
                    }
                    pending.append((node.outputs[0], factor * gate))
                case is PRelu, is LeakyRelu, is Relu, is Clip, is Neg, is Sub:
                    if seen.insert(node.outputs[0]).inserted { pending.append((node.outputs[0], factor)) }
                default: continue
                }
            }
        }
        return 0
    }

    /// The sample of a node's other operand that depends on the model's input.
    private func otherData(_ node: Graph.Node, than value: Graph.ValueID) -> Sample? {
        node.inputs.lazy.compactMap { $0 }.first { $0 != value && isData[$0.index] }.flatMap { samples[$0] }
    }

    private func hasKnownOperands(_ node: Graph.Node, but value: Graph.ValueID) -> Bool {
        node.inputs.compactMap { $0 }.allSatisfy { $0 == value || !isData[$0.index] || samples[$0] != nil }
    }

    /// By how many deviations the mean of a pool's windows lies above the mean.
    private func rise(of input: Sample, under pool: MaxPool) -> Double {
        (SampleEstimate.pooled(input, by: pool).mean - input.mean) / input.variance.squareRoot()
    }
}
