import BNNMFormat

/// The order in which a probe's decisions are the ONNX value's elements: nested loops over the elements of its tensor.
struct ElementOrder {
    private var rank = 0
    private var extents = Strides()
    private var strides = Strides()

    /// Precondition: the record was checked.
    init(_ probe: bnnmf_probe, _ tensor: Tensor) {
        if probe.channels_first == 1 {
            // [N,H,W,C] as [N][C][H · W].
            let image = UInt32(tensor.elementCount) / tensor.dims[0], channels = UInt32(tensor.channels)
            append(extent: tensor.dims[0], stride: image)
            append(extent: channels, stride: 1)
            append(extent: image / channels, stride: channels)
        } else if probe.order_rank > 0 {
            for index in 0..<Int(probe.order_rank) {
                let loop = Self.loop(probe, index)
                append(extent: loop.extent, stride: loop.stride)
            }
        } else {
            append(extent: UInt32(tensor.elementCount), stride: 1)
        }
    }

    private mutating func append(extent: UInt32, stride: UInt32) {
        extents[rank] = extent
        strides[rank] = stride
        rank &+= 1
    }

    /// Calls `body` with the tensor's element, counted in row-major order, for each of the value's.
    func forEach(_ body: (Int) -> Void) {
        var indices = Strides()
        var element = 0
        while true {
            body(element)
            var loop = rank
            while loop > 0 {
                loop &-= 1
                indices[loop] &+= 1
                element &+= Int(strides[loop])
                if indices[loop] < extents[loop] { break }
                element &-= Int(strides[loop]) &* Int(extents[loop])
                indices[loop] = 0
                if loop == 0 { return }
            }
        }
    }

    /// Whether the loops of a record meet each of this many elements once: in ascending order, each stride is the product
    /// of the extents before it.
    static func isComplete(_ probe: bnnmf_probe, elements: Int64) -> Bool {
        guard probe.order_rank <= UInt32(BNNMF_MAX_RANK) else { return false }
        var stride: Int64 = 1
        for _ in 0..<Int(probe.order_rank) {
            var next: Int64?
            for index in 0..<Int(probe.order_rank) {
                let loop = loop(probe, index)
                if Int64(loop.stride) == stride, loop.extent > 1 { next = product(stride, Int64(loop.extent)) }
            }
            guard let next, next <= elements else { return false }
            stride = next
        }
        return stride == elements
    }

    private static func loop(_ probe: bnnmf_probe, _ index: Int) -> bnnmf_loop {
        withUnsafeBytes(of: probe.order) { $0.load(fromByteOffset: index &* 8, as: bnnmf_loop.self) }
    }
}
