import BNNMFormat
import Foundation

/// Reads every record of an opened view, every character of every string and every byte of every blob.
///
/// - Returns: what is wrong with the bounds of a record, if anything.
func walkRecords(_ view: bnnmf_view, of bytes: ModelBytes) -> String? {
    var view = view
    let range = bytes.buffer
    func outside(_ string: UnsafePointer<CChar>?) -> Bool {
        guard let string else { return true }
        _ = strlen(string)
        return false
    }
    var info = bnnmf_model_info()
    bnnmf_get_info(&view, &info)
    if [info.name, info.producer, info.target, info.batch_name].contains(where: outside) { return "info string" }
    for index in 0..<bnnmf_blob_count(&view) {
        var blob = bnnmf_blob()
        bnnmf_get_blob(&view, index, &blob)
        let offset = blob.data - UnsafeRawPointer(range.baseAddress!)
        if offset < 64 || offset % 64 != 0 || UInt64(range.count - offset) < blob.byte_count { return "blob \(index)" }
        var sum: UInt8 = 0
        for byte in UnsafeRawBufferPointer(start: blob.data, count: Int(blob.byte_count)) { sum &+= byte }
        if sum == 0 && blob.byte_count > UInt64(Int.max) { return "blob \(index)" }
    }
    let tensors = bnnmf_tensor_count(&view)
    for index in 0..<tensors {
        var tensor = bnnmf_tensor()
        bnnmf_get_tensor(&view, index, &tensor)
        if tensor.rank > 8 || outside(tensor.name) || numbers(tensor.dims, tensor.rank).contains(0) {
            return "tensor \(index)"
        }
    }
    for index in 0..<bnnmf_op_count(&view) {
        var op = bnnmf_op()
        bnnmf_get_op(&view, index, &op)
        if op.input_count > 16 || op.output >= tensors || outside(op.name) || !(1...23).contains(op.code)
            || numbers(op.inputs, op.input_count).contains(where: { $0 >= tensors }) || op.more_output_count > 2
            || numbers(op.more_outputs, op.more_output_count).contains(where: { $0 >= tensors })
        {
            return "op \(index)"
        }
        if let epilogue = epilogue(op), epilogue.step_count > 8 { return "epilogue \(index)" }
    }
    for index in 0..<bnnmf_input_count(&view) {
        var port = bnnmf_port()
        bnnmf_get_input(&view, index, &port)
        if port.tensor >= tensors || outside(port.name) { return "input \(index)" }
    }
    for index in 0..<bnnmf_output_count(&view) {
        var port = bnnmf_port()
        bnnmf_get_output(&view, index, &port)
        if port.tensor >= tensors || outside(port.name) { return "output \(index)" }
    }
    for index in 0..<bnnmf_probe_count(&view) {
        var probe = bnnmf_probe()
        bnnmf_get_probe(&view, index, &probe)
        if probe.tensor >= tensors || (probe.mask != .max && probe.mask >= tensors) || probe.rank > 8
            || probe.order_rank > 8 || probe.mask_differs > 1
            || outside(probe.name)
        {
            return "probe \(index)"
        }
    }
    for check in 0..<bnnmf_check_count(&view) {
        let inputs = (0..<bnnmf_input_count(&view)).map { bnnmf_check_input(&view, check, $0) }
        let outputs = (0..<bnnmf_output_count(&view)).map { bnnmf_check_output(&view, check, $0) }
        if (inputs + outputs).contains(where: { $0 >= bnnmf_blob_count(&view) }) { return "check \(check)" }
        for probe in 0..<bnnmf_probe_count(&view) { _ = bnnmf_check_hash(&view, check, probe) }
        if !(bnnmf_check_tolerance(&view, check) >= 0) { return "check \(check)" }
    }
    return nil
}

/// The epilogue of an operator whose code has one.
func epilogue(_ op: bnnmf_op) -> bnnmf_epilogue? {
    switch bnnmf_op_code(op.code) {
    case BNNMF_OP_CONV2D: op.parameters.conv2d.epilogue
    case BNNMF_OP_BINARY_CONV2D: op.parameters.binary_conv2d.epilogue
    case BNNMF_OP_MAP: op.parameters.map.epilogue
    default: nil
    }
}
