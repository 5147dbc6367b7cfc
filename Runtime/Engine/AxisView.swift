/// A dense tensor seen along some neighbouring axes: [outer][extent][inner].
struct AxisView {
    let outer: Int
    /// The product of the axes' extents.
    let extent: UInt32
    /// Bytes behind one index of the axes.
    let itemByteCount: Int

    /// The axes must exist, and bits must not be seen along their last.
    init(_ tensor: Tensor, axis: UInt32, count: UInt32 = 1) {
        var (outer, extent) = (1, 1)
        for position in 0..<tensor.rank {
            if position < Int(axis) { outer &*= Int(tensor.dims[position]) }
            if position >= Int(axis), position &- Int(axis) < Int(count) { extent &*= Int(tensor.dims[position]) }
        }
        self.outer = outer
        self.extent = UInt32(truncatingIfNeeded: extent)
        itemByteCount = tensor.byteCount / (outer &* extent)
    }
}
