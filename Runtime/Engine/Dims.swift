import BNNMFormat

/// The dimensions of a tensor: `rank` extents of up to eight.
struct Dims {
    private var extents = InlineArray<8, UInt32>(repeating: 1)
    let rank: Int

    init(_ tensor: bnnmf_tensor) {
        rank = min(Int(truncatingIfNeeded: tensor.rank), Int(BNNMF_MAX_RANK))
        withUnsafeBytes(of: tensor.dims) { dims in
            for axis in 0..<rank { extents[axis] = dims.load(fromByteOffset: axis &* 4, as: UInt32.self) }
        }
    }

    /// The dimensions of images.
    init(_ images: UInt32, _ height: UInt32, _ width: UInt32, _ channels: UInt32) {
        rank = 4
        extents[0] = images
        extents[1] = height
        extents[2] = width
        extents[3] = channels
    }

    /// The product of all extents; nil where it is beyond 2^31 − 1.
    var elements: Int64? {
        var count: Int64 = 1
        for axis in 0..<rank {
            guard let next = product(count, Int64(extents[axis & 7])), next <= Int64(Int32.max) else { return nil }
            count = next
        }
        return count
    }

    /// The extent of an axis; 1 behind the last.
    subscript(axis: Int) -> UInt32 { extents[axis & 7] }

    /// The extent of the axis `offset` places before the end (1: the last); 1 where there is none.
    func fromEnd(_ offset: Int) -> UInt32 { offset <= rank ? extents[(rank &- offset) & 7] : 1 }

    static func == (a: Dims, b: Dims) -> Bool {
        guard a.rank == b.rank else { return false }
        for axis in 0..<a.rank where a[axis] != b[axis] { return false }
        return true
    }
}
