import CBNNM

/// The C API's information as Swift values.

private func string(_ text: UnsafePointer<CChar>?) -> String { text.map { String(cString: $0) } ?? "" }

/// The first `rank` numbers of a C array of eight.
private func dims<Array>(_ array: Array, _ rank: UInt32) -> [Int] {
    withUnsafeBytes(of: array) { $0.bindMemory(to: Int64.self).prefix(Int(rank)).map { Int($0) } }
}

extension BNNMModel.Port {
    typealias Getter = (OpaquePointer?, UInt32, UnsafeMutablePointer<bnnm_tensor_info>?) -> bnnm_status

    init(_ model: OpaquePointer, _ index: UInt32, _ get: Getter) {
        var info = bnnm_tensor_info()
        info.struct_size = MemoryLayout<bnnm_tensor_info>.size
        _ = get(model, index, &info)
        name = string(info.name)
        shape = dims(info.dims, info.rank).map { $0 < 0 ? nil : $0 }
        leadingExtent = Int(info.leading_extent)
        elementType = .init(info.element_type)
        elementCount = Int(info.byte_count) / max(elementType.byteCount, 1)
    }
}

extension BNNMModel.Info {
    static func read(_ model: OpaquePointer) -> (info: Self, layerCount: UInt32) {
        var info = bnnm_model_info()
        info.struct_size = MemoryLayout<bnnm_model_info>.size
        _ = bnnm_model_get_info(model, &info)
        let result = Self(
            name: string(info.name), producer: string(info.producer), target: string(info.target),
            isRepacked: info.weights_repacked != 0,
            openBatch: info.batch == 0 ? string(info.batch_name) : nil,
            formatVersion: "\(info.format_version_major).\(info.format_version_minor)",
            weightByteCount: Int(clamping: info.weight_byte_count),
            sourceWeightByteCount: Int(clamping: info.source_weight_byte_count),
            arenaByteCount: Int(clamping: info.arena_byte_count), liveByteCount: Int(clamping: info.live_byte_count))
        return (result, info.layer_count)
    }
}

extension BNNMModel.Layer {
    init(_ model: OpaquePointer, _ index: UInt32) {
        var info = bnnm_layer_info()
        info.struct_size = MemoryLayout<bnnm_layer_info>.size
        _ = bnnm_model_layer_info(model, index, &info)
        name = string(info.name)
        operatorName = string(info.operator_name)
        elementType = .init(info.element_type)
        shape = dims(info.dims, info.rank)
        multiplyAccumulates = Int(clamping: info.multiply_accumulates)
        weightByteCount = Int(clamping: info.weight_byte_count)
        operationCount = Int(clamping: info.operation_count)
        operandByteCount = Int(clamping: info.operand_byte_count)
        resultByteCount = Int(clamping: info.result_byte_count)
        runsWith = Int(info.runs_with)
    }
}

extension BNNMModel.Probe {
    init(_ model: OpaquePointer, _ index: UInt32) {
        var info = bnnm_probe_info()
        info.struct_size = MemoryLayout<bnnm_probe_info>.size
        _ = bnnm_model_probe_info(model, index, &info)
        name = string(info.name)
        shape = dims(info.dims, info.rank)
        isZeroOne = info.encoding == BNNM_PROBE_ZERO_ONE.rawValue
        elementCount = Int(clamping: info.element_count)
    }
}
