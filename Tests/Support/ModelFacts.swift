import CBNNM

/// What an opened model tells of itself through the C API, all of it read once: infos, names to their last character,
/// and the sizes that a program needs to run it.
struct ModelFacts {
    private(set) var inputByteCounts: [Int] = []
    private(set) var outputByteCounts: [Int] = []
    private(set) var outputTypes: [UInt32] = []
    private(set) var probeElementCounts: [Int] = []
    private(set) var arenaByteCount = 0
    private(set) var hasOpenBatch = false
    /// Of all layers together; `UInt64.max` where that is more than fits.
    private(set) var multiplyAccumulates: UInt64 = 0

    /// The first status other than OK that the model gave.
    struct Refusal: Error { let status: bnnm_status }

    init(_ model: OpaquePointer?) throws(Refusal) {
        try Self.check(bnnm_session_arena_bytes(model, nil, &arenaByteCount))
        try readLayers(model)
        for index in 0..<bnnm_model_input_count(model) {
            var info = bnnm_tensor_info()
            info.struct_size = MemoryLayout<bnnm_tensor_info>.size
            try Self.check(bnnm_model_input_info(model, index, &info))
            var found: UInt32 = 0
            try Self.check(bnnm_model_find_input(model, info.name, &found))
            try Self.read(info.name)
            inputByteCounts.append(Int(info.byte_count))
        }
        for index in 0..<bnnm_model_output_count(model) {
            var info = bnnm_tensor_info()
            info.struct_size = MemoryLayout<bnnm_tensor_info>.size
            try Self.check(bnnm_model_output_info(model, index, &info))
            var found: UInt32 = 0
            try Self.check(bnnm_model_find_output(model, info.name, &found))
            try Self.read(info.name)
            outputByteCounts.append(Int(info.byte_count))
            outputTypes.append(info.element_type)
        }
        for index in 0..<bnnm_model_probe_count(model) {
            var info = bnnm_probe_info()
            info.struct_size = MemoryLayout<bnnm_probe_info>.size
            try Self.check(bnnm_model_probe_info(model, index, &info))
            try Self.read(info.name)
            probeElementCounts.append(Int(info.element_count))
        }
    }

    /// The bytes of the largest buffer that one execution needs.
    var largestByteCount: Int {
        max(arenaByteCount, inputByteCounts.max() ?? 0, outputByteCounts.max() ?? 0, probeElementCounts.max() ?? 0)
    }

    private mutating func readLayers(_ model: OpaquePointer?) throws(Refusal) {
        var whole = bnnm_model_info()
        whole.struct_size = MemoryLayout<bnnm_model_info>.size
        try Self.check(bnnm_model_get_info(model, &whole))
        for name in [whole.name, whole.producer, whole.target, whole.batch_name] { try Self.read(name) }
        hasOpenBatch = whole.batch == 0
        for index in 0..<whole.layer_count {
            var layer = bnnm_layer_info()
            layer.struct_size = MemoryLayout<bnnm_layer_info>.size
            try Self.check(bnnm_model_layer_info(model, index, &layer))
            try Self.read(layer.name)
            try Self.read(layer.operator_name)
            let (sum, overflow) = multiplyAccumulates.addingReportingOverflow(layer.multiply_accumulates)
            multiplyAccumulates = overflow ? .max : sum
        }
    }

    private static func check(_ status: bnnm_status) throws(Refusal) {
        guard status == BNNM_OK else { throw Refusal(status: status) }
    }

    private static func read(_ name: UnsafePointer<CChar>?) throws(Refusal) {
        guard let name else { throw Refusal(status: BNNM_INVALID_ARGUMENT) }
        _ = String(cString: name)
    }
}
