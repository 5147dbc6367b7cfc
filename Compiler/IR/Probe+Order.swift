/// A probe's decisions as its value and mask have them, and as the ONNX value does.
extension Graph.Probe {
    /// The decisions in the ONNX value's order, given those of the probe's value.
    public func inONNXOrder(_ own: [Int64]) -> [Int64] { movement.map { Graph.Probe.moved(own, by: $0) } ?? own }

    /// The decisions as the probe's value has them, given those in the ONNX value's order. Precondition: as many.
    public func inOwnOrder(_ decisions: [Int64]) -> [Int64] {
        movement.map { Graph.Probe.moved(decisions, by: $0.inverse) } ?? decisions
    }

    /// The ONNX value's numbers, given the decisions in the value and in the mask.
    public func masked(_ decisions: [Int64], by mask: [Int64]) -> [Int64] {
        zip(decisions, mask).map { $1 == (maskDiffers ? -$0 : 1) ? 0 : $0 }
    }

    private static func moved(_ decisions: [Int64], by movement: Movement) -> [Int64] {
        let tensor = Tensor(TensorType(.binary, movement.source), .integer(decisions))
        return movement.apply(to: tensor).integers ?? decisions
    }
}
