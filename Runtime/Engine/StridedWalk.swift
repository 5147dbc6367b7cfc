import BNNMFormat

/// Up to eight strides or extents, in elements.
struct Strides {
    private var values = InlineArray<8, UInt32>(repeating: 0)

    subscript(axis: Int) -> UInt32 {
        get { values[axis & 7] }
        set { values[axis & 7] = newValue }
    }

    /// Row-major strides of a dense tensor, whose last `trailing` axes are left out.
    mutating func setDense(_ dims: Dims, leavingOut trailing: Int = 0) {
        var stride: UInt32 = 1
        var axis = dims.rank &- trailing
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

/// A loop nest over a dense result and the strides of up to three operands, with as few loops as possible: axes of extent
/// 1 are dropped, and an axis joins the one before it where all operands allow that.
struct StridedWalk {
    private(set) var rank = 0
    private(set) var extents = Strides()
    /// Of each operand; 0 of those there are not.
    private(set) var strides = InlineArray<3, Strides>(repeating: Strides())

    /// Iterations of the outermost loop.
    var items: UInt32 { rank == 0 ? 1 : extents[0] }

    /// Adds the next inner axis.
    mutating func append(extent: UInt32, _ steps: InlineArray<3, UInt32>) {
        guard extent > 1 else { return }
        var joins = rank > 0
        for operand in 0..<3 where UInt64(strides[operand][rank &- 1]) != UInt64(steps[operand]) &* UInt64(extent) {
            joins = false
        }
        if !joins {
            extents[rank] = 1
            rank &+= 1
        }
        // The product of all extents is an element count, below 2^31.
        extents[rank &- 1] &*= extent
        for operand in 0..<3 { strides[operand][rank &- 1] = steps[operand] }
    }
}

extension OperatorRun {
    /// The loops over the result, with the inputs broadcast to its dimensions.
    ///
    /// - Parameter trailing: last axes that are left out; strides count what stands behind one index of the others
    func broadcastWalk(leavingOut trailing: Int = 0) -> StridedWalk {
        let y = outputTensor.dims
        let count = min(Int(record.input_count), 3)
        var dense = InlineArray<3, Strides>(repeating: Strides())
        for operand in 0..<count { dense[operand].setDense(inputTensor(operand).dims, leavingOut: trailing) }
        var walk = StridedWalk()
        for axis in 0..<max(0, y.rank &- trailing) {
            var steps = InlineArray<3, UInt32>(repeating: 0)
            for operand in 0..<count {
                let dims = inputTensor(operand).dims
                let own = axis &- (y.rank &- dims.rank)
                if own >= 0, dims[own] != 1 { steps[operand] = dense[operand][own] }
            }
            walk.append(extent: y[axis], steps)
        }
        return walk
    }
}
