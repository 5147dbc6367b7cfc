/// Up to eight strides or extents, in elements.
struct Strides {
    private var values = InlineArray<8, UInt32>(repeating: 0)

    subscript(axis: Int) -> UInt32 {
        get { values[axis & 7] }
        set { values[axis & 7] = newValue }
    }

    /// Row-major strides of a dense tensor.
    mutating func setDense(_ dims: Dims) {
        var stride: UInt32 = 1
        var axis = dims.rank
        while axis > 0 {
            axis &-= 1
            self[axis] = stride
            stride &*= dims[axis]
        }
    }

    /// Writes all eight to a C array of uint32_t.
    func copy(to array: UnsafeMutableRawBufferPointer) {
        for axis in 0..<min(8, array.count / 4) {
            array.storeBytes(of: values[axis], toByteOffset: axis &* 4, as: UInt32.self)
        }
    }
}

/// A loop nest over a dense result and the strides of up to two operands, with as few loops as possible: axes of extent
/// 1 are dropped, and an axis joins the one before it where both operands allow that.
struct StridedWalk {
    private(set) var rank = 0
    private(set) var extents = Strides()
    private(set) var first = Strides()
    private(set) var second = Strides()

    /// Adds the next inner axis.
    mutating func append(extent: UInt32, _ firstStride: UInt32, _ secondStride: UInt32) {
        guard extent > 1 else { return }
        let outer = rank &- 1
        if rank > 0, UInt64(first[outer]) == UInt64(firstStride) &* UInt64(extent),
            UInt64(second[outer]) == UInt64(secondStride) &* UInt64(extent)
        {
            // The product of all extents is an element count, below 2^31.
            extents[outer] = extents[outer] &* extent
            first[outer] = firstStride
            second[outer] = secondStride
            return
        }
        extents[rank] = extent
        first[rank] = firstStride
        second[rank] = secondStride
        rank &+= 1
    }
}
