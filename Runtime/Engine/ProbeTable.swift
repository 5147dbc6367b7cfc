import BNNMFormat
import CBNNM

/// Checks a model's probes and chains them to the operators that compute what they show.
enum ProbeTable {
    static func fill(_ model: UnsafeMutablePointer<Model>, _ message: Message) throws(Failure) {
        let probes = model.pointee.nextProbe
        for index in 0..<probes.count {
            var probe = bnnmf_probe()
            bnnmf_get_probe(model.pointee.view, UInt32(index), &probe)
            try check(probe, index, model, message)
            probes[index] = Model.none
        }
        try chain(model, message)
    }

    private static func check(
        _ probe: bnnmf_probe, _ index: Int, _ model: UnsafeMutablePointer<Model>, _ message: Message
    ) throws(Failure) {
        func require(_ condition: Bool, _ rule: StaticString) throws(Failure) {
            guard !condition else { return }
            throw message.failure(BNNM_CORRUPT_MODEL) {
                $0.add("probe ")
                $0.add(index)
                $0.add(" '")
                $0.add(cString: probe.name)
                $0.add("': ")
                $0.add(rule)
            }
        }
        let tensors = model.pointee.tensors
        try require(Int(probe.tensor) < tensors.count, "its tensor must be one of the model's")
        let tensor = tensors[Int(probe.tensor)]
        try require(tensor.isDefined && tensor.elementType == .bits, "its tensor must be bits that have a value")
        let isEncoded = probe.encoding == BNNMF_PROBE_SIGNED.rawValue || probe.encoding == BNNMF_PROBE_ZERO_ONE.rawValue
        try require(isEncoded, "its encoding must be 1 or 2")
        try require(probe.channels_first == 0 || tensor.rank == 4, "channels first needs an image of rank 4")
        try require(probe.channels_first <= 1, "channels_first must be 0 or 1")
        try require(probe.rank <= UInt32(BNNMF_MAX_RANK), "it must have at most 8 dimensions")
        var count: Int64? = 1
        withUnsafeBytes(of: probe.dims) { dims in
            for axis in 0..<Int(probe.rank) {
                count = count.flatMap { product($0, Int64(dims.load(fromByteOffset: axis &* 4, as: UInt32.self))) }
            }
        }
        try require(count == tensor.elements, "its dimensions must have as many elements as its tensor")
        if probe.order_rank > 0 {
            try require(probe.channels_first == 0, "it must not have both channels_first and an order")
            try require(
                ElementOrder.isComplete(probe, elements: tensor.elements), "its order must meet each element once")
        }
        try require(
            probe.mask_differs <= (probe.mask == Model.none ? 0 : 1), "mask_differs must be 0, or 1 with a mask")
        guard probe.mask != Model.none else { return }
        try require(Int(probe.mask) < tensors.count, "its mask must be one of the model's tensors")
        let mask = tensors[Int(probe.mask)]
        try require(
            mask.isDefined && mask.elementType == .bits && mask.dims == tensor.dims,
            "its mask must be bits with the dimensions of its tensor, and have a value")
        try require(probe.encoding == BNNMF_PROBE_SIGNED.rawValue, "with a mask its encoding must be 1")
    }

    /// Chains the probes of each operator's results. One with a mask belongs to the later of the two operators.
    private static func chain(_ model: UnsafeMutablePointer<Model>, _ message: Message) throws(Failure) {
        let probes = model.pointee.nextProbe
        guard probes.count > 0 else { return }
        let (tensors, operators) = (model.pointee.tensors, model.pointee.operators)
        let (byteCount, overflow) = tensors.count.multipliedReportingOverflow(by: MemoryLayout<Int>.stride)
        guard !overflow else { throw message.failure(BNNM_LIMIT_EXCEEDED, "there are too many tensors") }
        let allocator = model.pointee.allocator
        let memory = try allocator.allocate(max(byteCount, 1), message)
        defer { allocator.deallocate(memory) }
        // The operator that computes each tensor; -1: a constant.
        let source = memory.bindMemory(to: Int.self, capacity: tensors.count)
        source.initialize(repeating: -1, count: tensors.count)
        for index in 0..<operators.count {
            let op = operators[index].op
            for position in 0...Int(op.more_output_count) { source[Int(indexOfResult(op, position))] = index }
        }
        var index = probes.count
        // Backwards, so that each chain stands in ascending order.
        while index > 0 {
            index &-= 1
            var probe = bnnmf_probe()
            bnnmf_get_probe(model.pointee.view, UInt32(index), &probe)
            let told = max(source[Int(probe.tensor)], probe.mask == Model.none ? -1 : source[Int(probe.mask)])
            if told < 0 {
                probes[index] = model.pointee.firstConstantProbe
                model.pointee.firstConstantProbe = UInt32(index)
            } else {
                probes[index] = operators[told].firstProbe
                operators[told].firstProbe = UInt32(index)
            }
        }
    }
}
