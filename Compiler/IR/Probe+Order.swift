/// Decisions in the order in which a probe's value has them, and in the ONNX value's.
extension Graph.Probe {
    /// The decisions in the ONNX value's order, given the probe's value.
    public func inONNXOrder(_ value: Tensor) -> [Int64] {
        guard let axisOrder, axisOrder.count == value.type.rank else { return value.integers ?? [] }
        return value.permuted(axisOrder).integers ?? []
    }

    /// The probe's value, of this shape, given the decisions in the ONNX value's order. Precondition: as many.
    public func inOwnOrder(_ decisions: [Int64], shape: [Int]) -> [Int64] {
        guard let axisOrder, axisOrder.count == shape.count else { return decisions }
        let type = TensorType(.binary, axisOrder.map { shape[$0] })
        let back = shape.indices.map { axis in axisOrder.firstIndex(of: axis) ?? axis }
        return Tensor(type, .integer(decisions)).permuted(back).integers ?? []
    }
}
