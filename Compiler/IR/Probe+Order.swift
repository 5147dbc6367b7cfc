/// A probe's decisions in the order in which its value has them, and in the ONNX value's.
extension Graph.Probe {
    /// The decisions in the ONNX value's order, given those of the probe's value, which has this shape.
    public func inONNXOrder(_ own: [Int64], shape: [Int]) -> [Int64] {
        guard let axisOrder, axisOrder.count == shape.count else { return own }
        return Tensor(TensorType(.binary, shape), .integer(own)).permuted(axisOrder).integers ?? own
    }

    /// The decisions as the probe's value, of this shape, has them, given those in the ONNX value's order.
    /// Precondition: as many.
    public func inOwnOrder(_ decisions: [Int64], shape: [Int]) -> [Int64] {
        guard let axisOrder, axisOrder.count == shape.count else { return decisions }
        let type = TensorType(.binary, axisOrder.map { shape[$0] })
        let back = shape.indices.map { axis in axisOrder.firstIndex(of: axis) ?? axis }
        return Tensor(type, .integer(decisions)).permuted(back).integers ?? decisions
    }
}
