import BNNMFormat
import CBNNM

/// What the API tells about a model, its inputs, outputs and probes.

@c @implementation
public func bnnm_model_input_count(_ model: OpaquePointer?) -> UInt32 {
    Model.pointer(model).map { bnnmf_input_count($0.pointee.view) } ?? 0
}

@c @implementation
public func bnnm_model_output_count(_ model: OpaquePointer?) -> UInt32 {
    Model.pointer(model).map { bnnmf_output_count($0.pointee.view) } ?? 0
}

@c @implementation
public func bnnm_model_probe_count(_ model: OpaquePointer?) -> UInt32 {
    Model.pointer(model).map { bnnmf_probe_count($0.pointee.view) } ?? 0
}

@c @implementation
public func bnnm_model_input_info(
    _ model: OpaquePointer?, _ index: UInt32, _ info: UnsafeMutablePointer<bnnm_tensor_info>?
) -> bnnm_status {
    guard let model = Model.pointer(model), index < bnnmf_input_count(model.pointee.view) else {
        return BNNM_INVALID_ARGUMENT
    }
    return writeInfo(info, tensorInfo(model, model.pointee.view.input(index)))
}

@c @implementation
public func bnnm_model_output_info(
    _ model: OpaquePointer?, _ index: UInt32, _ info: UnsafeMutablePointer<bnnm_tensor_info>?
) -> bnnm_status {
    guard let model = Model.pointer(model), index < bnnmf_output_count(model.pointee.view) else {
        return BNNM_INVALID_ARGUMENT
    }
    return writeInfo(info, tensorInfo(model, model.pointee.view.output(index), output: index))
}

private func tensorInfo(
    _ model: UnsafeMutablePointer<Model>, _ port: bnnmf_port, output: UInt32? = nil
) -> bnnm_tensor_info {
    let tensor = model.pointee.tensors[Int(port.tensor)]
    var info = bnnm_tensor_info()
    info.name = port.name
    info.element_type = tensor.elementType.rawValue
    info.rank = UInt32(tensor.rank)
    writeDims(tensor.dims, to: &info.dims)
    info.leading_extent = Int64(tensor.dims[0])
    if model.pointee.info.batch == 0, tensor.rank > 0 { info.dims.0 = -1 }
    info.byte_count = UInt64(tensor.byteCount)
    info.in_place = output.map { tensor.place.isOutput($0) ? 1 : 0 } ?? 1
    return info
}

/// Writes dimensions to a C array of eight int64_t; 0 behind the last.
func writeDims<Array>(_ dims: Dims, to array: inout Array) {
    withUnsafeMutableBytes(of: &array) {
        for axis in 0..<min(8, $0.count / 8) {
            $0.storeBytes(of: axis < dims.rank ? Int64(dims[axis]) : 0, toByteOffset: axis &* 8, as: Int64.self)
        }
    }
}

@c @implementation
public func bnnm_model_find_input(
    _ model: OpaquePointer?, _ name: UnsafePointer<CChar>?, _ index: UnsafeMutablePointer<UInt32>?
) -> bnnm_status {
    guard let model = Model.pointer(model), let name, let index else { return BNNM_INVALID_ARGUMENT }
    return find(name, count: bnnmf_input_count(model.pointee.view), index) { model.pointee.view.input($0) }
}

@c @implementation
public func bnnm_model_find_output(
    _ model: OpaquePointer?, _ name: UnsafePointer<CChar>?, _ index: UnsafeMutablePointer<UInt32>?
) -> bnnm_status {
    guard let model = Model.pointer(model), let name, let index else { return BNNM_INVALID_ARGUMENT }
    return find(name, count: bnnmf_output_count(model.pointee.view), index) { model.pointee.view.output($0) }
}

private func find(
    _ name: UnsafePointer<CChar>, count: UInt32, _ result: UnsafeMutablePointer<UInt32>,
    _ port: (UInt32) -> bnnmf_port
) -> bnnm_status {
    for index in 0..<count {
        if let found = port(index).name, isEqual(found, name) {
            result.pointee = index
            return BNNM_OK
        }
    }
    return BNNM_NOT_FOUND
}

@c @implementation
public func bnnm_model_get_info(
    _ model: OpaquePointer?, _ info: UnsafeMutablePointer<bnnm_model_info>?
) -> bnnm_status {
    guard let model = Model.pointer(model) else { return BNNM_INVALID_ARGUMENT }
    let source = model.pointee.info
    var result = bnnm_model_info()
    result.name = source.name
    result.producer = source.producer
    result.target = source.target
    result.batch_name = source.batch_name
    // The file header: "BNNM", then the major and minor version, each 16 bits, little-endian.
    if let bytes = model.pointee.view.pointee.bytes {
        result.format_version_major = UInt32(bytes[4]) | UInt32(bytes[5]) << 8
        result.format_version_minor = UInt32(bytes[6]) | UInt32(bytes[7]) << 8
    }
    result.batch = source.batch
    result.layer_count = UInt32(model.pointee.operators.count)
    result.probe_count = UInt32(model.pointee.nextProbe.count)
    result.weights_repacked = model.pointee.weights.map { $0.repackedByteCount > 0 ? 1 : 0 } ?? 0
    result.weight_byte_count = model.pointee.weightByteCount
    result.source_weight_byte_count = source.source_weight_bytes
    result.arena_byte_count = UInt64(model.pointee.arenaByteCount)
    result.live_byte_count = UInt64(model.pointee.liveByteCount)
    return writeInfo(info, result)
}

@c @implementation
public func bnnm_model_layer_info(
    _ model: OpaquePointer?, _ index: UInt32, _ info: UnsafeMutablePointer<bnnm_layer_info>?
) -> bnnm_status {
    guard let model = Model.pointer(model), Int(index) < model.pointee.operators.count else {
        return BNNM_INVALID_ARGUMENT
    }
    let scope = OperatorScope(model: UnsafePointer(model), index: Int(index), message: Message(nil, capacity: 0))
    let (op, output) = (scope.record, scope.output)
    var result = bnnm_layer_info()
    result.name = op.name
    result.operator_name = operatorName(op.code)
    result.element_type = output.elementType.rawValue
    result.rank = UInt32(output.rank)
    writeDims(output.dims, to: &result.dims)
    result.multiply_accumulates = Dispatch.multiplyAccumulates(op, scope.input(0), output)
    result.weight_byte_count = scope.constantByteCount
    let workload = Workload(scope)
    result.operation_count = workload.operations
    result.operand_byte_count = workload.operandByteCount
    result.result_byte_count = workload.resultByteCount
    result.runs_with = UInt32(StreamMember.runIndex(of: Int(index), model.pointee.operators))
    return writeInfo(info, result)
}

@c @implementation
public func bnnm_model_probe_info(
    _ model: OpaquePointer?, _ index: UInt32, _ info: UnsafeMutablePointer<bnnm_probe_info>?
) -> bnnm_status {
    guard let model = Model.pointer(model), index < bnnmf_probe_count(model.pointee.view) else {
        return BNNM_INVALID_ARGUMENT
    }
    let probe = model.pointee.view.probe(index)
    var result = bnnm_probe_info()
    result.name = probe.name
    result.encoding = probe.encoding
    result.rank = probe.rank
    withUnsafeMutableBytes(of: &result.dims) { dims in
        withUnsafeBytes(of: probe.dims) { source in
            for axis in 0..<min(Int(probe.rank), Int(BNNMF_MAX_RANK)) {
                let extent = source.load(fromByteOffset: axis &* 4, as: UInt32.self)
                dims.storeBytes(of: Int64(extent), toByteOffset: axis &* 8, as: Int64.self)
            }
        }
    }
    result.element_count = UInt64(model.pointee.tensors[Int(probe.tensor)].elementCount)
    return writeInfo(info, result)
}
