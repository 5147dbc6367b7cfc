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
        if op.input_count > 16 || op.output >= tensors || outside(op.name) || !(1...12).contains(op.code)
            || numbers(op.inputs, op.input_count).contains(where: { $0 >= tensors })
        {
            return "op \(index)"
        }
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
        if probe.tensor >= tensors || probe.rank > 8 || outside(probe.name) { return "probe \(index)" }
    }
    return nil
}
