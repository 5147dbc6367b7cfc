import BNNMIR

/// Follows layers whose numbers come from two accumulators through ScaleShifts with constants of each channel, and finds
/// those that are exactly zero for some input. Nodes come in execution order.
struct LatticeZeros {
    /// The layer, and the scale and shift of each channel from its numbers to the value's.
    private var affine: [Graph.ValueID: (lattice: AccumulatorLattice, scale: [Double], shift: [Double])] = [:]

    /// Follows the node.
    /// - Parameter lattices: of the layers so far, by their result.
    /// - Returns: whether its result is one of these, so that nothing else need be asked about its zeros.
    mutating func follow(
        _ node: Graph.Node, _ graph: Graph, _ lattices: [Graph.ValueID: AccumulatorLattice]
    ) -> Bool {
        guard !lattices.isEmpty, let output = node.outputs.first else { return false }
        if let lattice = lattices[output] {
            let count = lattice.channels.count
            affine[output] = (
                lattice, [Double](repeating: 1, count: count), [Double](repeating: 0, count: count)
            )
        } else if node.op is ScaleShift, let input = node.inputs[0], var step = affine[input] {
            let constants = node.inputs.dropFirst().compactMap { $0.flatMap { graph.constant($0) } }
            let count = step.scale.count
            guard constants.count == 2,
                constants.allSatisfy({ $0.elementCount == 1 || ($0.shape.first == count && $0.elementCount == count) })
            else { return false }
            let (scale, shift) = (constants[0].doubles, constants[1].doubles)
            for c in 0..<count {
                let factor = scale.count == 1 ? scale[0] : scale[c]
                step.scale[c] *= factor
                step.shift[c] = step.shift[c] * factor + (shift.count == 1 ? shift[0] : shift[c])
            }
            affine[output] = step
        }
        return affine[output] != nil
    }

    /// Why the followed node's result can be zero; nil where it cannot.
    func reason(_ output: Graph.ValueID, _ graph: Graph) -> String? {
        guard let step = affine[output], let channel = step.lattice.zeroChannel(scale: step.scale, shift: step.shift)
        else { return nil }
        return "in channel \(channel) of '\(graph[output].name)' decisions give exactly 0"
    }
}
