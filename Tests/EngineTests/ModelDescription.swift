import BNNM
import BNNMFormat
import Foundation

/// A model written down by a test: tensors, operators and blobs, as the compiler would hand them to the writer.
final class ModelDescription {
    var tensors: [bnnmf_tensor] = []
    var ops: [bnnmf_op] = []
    var probes: [bnnmf_probe] = []
    var batch: UInt32 = 0
    private var blobs: [bnnmf_blob] = []
    private var checks: [bnnmf_check] = []
    private var inputs: [bnnmf_port] = []
    private var outputs: [bnnmf_port] = []
    private var owned: [UnsafeMutableRawPointer] = []

    deinit { for memory in owned { memory.deallocate() } }

    private func text(_ string: String) -> UnsafePointer<CChar> {
        let bytes = Array(string.utf8CString)
        let memory = UnsafeMutableRawPointer.allocate(byteCount: bytes.count, alignment: 8)
        owned.append(memory)
        bytes.withUnsafeBytes { memory.copyMemory(from: $0.baseAddress!, byteCount: bytes.count) }
        return UnsafePointer(memory.assumingMemoryBound(to: CChar.self))
    }

    func blob<Element>(_ values: [Element]) -> UInt32 {
        let byteCount = values.count * MemoryLayout<Element>.stride
        let memory = UnsafeMutableRawPointer.allocate(byteCount: max(byteCount, 1), alignment: 64)
        owned.append(memory)
        values.withUnsafeBytes { if byteCount > 0 { memory.copyMemory(from: $0.baseAddress!, byteCount: byteCount) } }
        blobs.append(bnnmf_blob(data: memory, byte_count: UInt64(byteCount)))
        return UInt32(blobs.count - 1)
    }

    func tensor(_ type: bnnmf_element_type, _ dims: [Int], blob: UInt32 = .max, name: String = "") -> UInt32 {
        var tensor = bnnmf_tensor()
        tensor.name = text(name.isEmpty ? "t\(tensors.count)" : name)
        tensor.element_type = type.rawValue
        tensor.rank = UInt32(dims.count)
        withUnsafeMutableBytes(of: &tensor.dims) {
            for (axis, extent) in dims.enumerated() {
                $0.storeBytes(of: UInt32(extent), toByteOffset: axis * 4, as: UInt32.self)
            }
        }
        tensor.blob = blob
        tensors.append(tensor)
        return UInt32(tensors.count - 1)
    }

    func input(_ dims: [Int], name: String = "x", type: bnnmf_element_type = BNNMF_FLOAT32) -> UInt32 {
        let index = tensor(type, dims, name: name)
        inputs.append(bnnmf_port(name: text(name), tensor: index))
        return index
    }

    func output(_ tensor: UInt32, name: String = "y") { outputs.append(bnnmf_port(name: text(name), tensor: tensor)) }

    /// Adds an operator and its result.
    @discardableResult
    func op(
        _ code: bnnmf_op_code, _ inputs: [UInt32], _ type: bnnmf_element_type, _ dims: [Int],
        _ set: (inout bnnmf_op) -> Void = { _ in }
    ) -> UInt32 {
        var op = bnnmf_op()
        op.name = text("node\(ops.count)")
        op.code = code.rawValue
        op.input_count = UInt32(inputs.count)
        withUnsafeMutableBytes(of: &op.inputs) {
            for (position, input) in inputs.enumerated() {
                $0.storeBytes(of: input, toByteOffset: position * 4, as: UInt32.self)
            }
        }
        set(&op)
        op.output = tensor(type, dims)
        ops.append(op)
        return op.output
    }

    /// Adds results of the last operator behind its first.
    func moreResults(_ results: [(bnnmf_element_type, [Int])]) -> [UInt32] {
        let indices = results.map { tensor($0.0, $0.1) }
        ops[ops.count - 1].more_output_count = UInt32(indices.count)
        if indices.count > 0 { ops[ops.count - 1].more_outputs.0 = indices[0] }
        if indices.count > 1 { ops[ops.count - 1].more_outputs.1 = indices[1] }
        return indices
    }

    func probe(
        _ tensor: UInt32, _ dims: [Int], zeroOne: Bool = false, channelsFirst: Bool = false, mask: UInt32 = .max,
        maskDiffers: Bool = false, order: [(extent: Int, stride: Int)] = []
    ) {
        var probe = bnnmf_probe()
        probe.name = text("probe\(probes.count)")
        probe.tensor = tensor
        probe.mask = mask
        probe.mask_differs = maskDiffers ? 1 : 0
        probe.order_rank = UInt32(order.count)
        withUnsafeMutableBytes(of: &probe.order) {
            for (index, loop) in order.enumerated() {
                $0.bindMemory(to: bnnmf_loop.self)[index] = bnnmf_loop(
                    extent: UInt32(loop.extent), stride: UInt32(loop.stride))
            }
        }
        probe.encoding = zeroOne ? BNNMF_PROBE_ZERO_ONE.rawValue : BNNMF_PROBE_SIGNED.rawValue
        probe.channels_first = channelsFirst ? 1 : 0
        probe.rank = UInt32(dims.count)
        withUnsafeMutableBytes(of: &probe.dims) {
            for (axis, extent) in dims.enumerated() {
                $0.storeBytes(of: UInt32(extent), toByteOffset: axis * 4, as: UInt32.self)
            }
        }
        probes.append(probe)
    }

    /// An execution with known results.
    /// - Parameter hashes: of the probes, all of them
    func check(inputs: [UInt32], outputs: [UInt32], hashes: [UInt32] = []) {
        func list(_ numbers: [UInt32]) -> UnsafePointer<UInt32> {
            let memory = UnsafeMutablePointer<UInt32>.allocate(capacity: max(numbers.count, 1))
            memory.initialize(from: numbers, count: numbers.count)
            owned.append(UnsafeMutableRawPointer(memory))
            return UnsafePointer(memory)
        }
        checks.append(bnnmf_check(inputs: list(inputs), outputs: list(outputs), hashes: list(hashes), tolerance: 0))
    }

    struct WriteError: Error { let message: String }

    /// Writes the model to a temporary file and hands its path to `body`.
    func withFile<Result>(_ body: (String) throws -> Result) throws -> Result {
        let path = NSTemporaryDirectory() + "bnnm-\(UUID().uuidString).bnnm"
        defer { try? FileManager.default.removeItem(atPath: path) }
        var model = bnnmf_model()
        model.info = bnnmf_model_info(
            name: text("test"), producer: text("tests"), target: text("portable"), source_weight_bytes: 1234,
            batch: batch, batch_name: text(batch == 0 ? "N" : ""))
        var message = [CChar](repeating: 0, count: 1024)
        let status = tensors.withUnsafeBufferPointer { tensors in
            ops.withUnsafeBufferPointer { ops in
                blobs.withUnsafeBufferPointer { blobs in
                    inputs.withUnsafeBufferPointer { inputs in
                        outputs.withUnsafeBufferPointer { outputs in
                            probes.withUnsafeBufferPointer { probes in
                                model.tensors = tensors.baseAddress
                                model.tensor_count = UInt32(tensors.count)
                                model.ops = ops.baseAddress
                                model.op_count = UInt32(ops.count)
                                model.blobs = blobs.baseAddress
                                model.blob_count = UInt32(blobs.count)
                                model.inputs = inputs.baseAddress
                                model.input_count = UInt32(inputs.count)
                                model.outputs = outputs.baseAddress
                                model.output_count = UInt32(outputs.count)
                                model.probes = probes.baseAddress
                                model.probe_count = UInt32(probes.count)
                                return checks.withUnsafeBufferPointer { checks in
                                    model.checks = checks.baseAddress
                                    model.check_count = UInt32(checks.count)
                                    return bnnmf_write_file(&model, path, &message, message.count)
                                }
                            }
                        }
                    }
                }
            }
        }
        guard status == BNNMF_OK else {
            throw WriteError(message: message.withUnsafeBufferPointer { String(cString: $0.baseAddress!) })
        }
        return try body(path)
    }

    func open() throws -> BNNMModel { try withFile { try BNNMModel(path: $0) } }

    func bytes() throws -> [UInt8] { try withFile { [UInt8](try Data(contentsOf: URL(fileURLWithPath: $0))) } }
}

func window(
    kernel: (Int, Int) = (1, 1), stride: (Int, Int) = (1, 1), dilation: (Int, Int) = (1, 1),
    pads: (Int, Int, Int, Int) = (0, 0, 0, 0)
) -> bnnmf_window {
    bnnmf_window(
        kernel_h: UInt32(kernel.0), kernel_w: UInt32(kernel.1), stride_h: UInt32(stride.0), stride_w: UInt32(stride.1),
        dilation_h: UInt32(dilation.0), dilation_w: UInt32(dilation.1), pad_top: UInt32(pads.0),
        pad_left: UInt32(pads.1), pad_bottom: UInt32(pads.2), pad_right: UInt32(pads.3))
}

extension ModelDescription {
    /// float32 → bits, +1 from 0 on.
    func sign(_ x: UInt32, _ dims: [Int]) -> UInt32 {
        let channels = dims.last!
        let points = blob([Float](repeating: 0, count: channels))
        return op(BNNMF_OP_BINARIZE, [x], BNNMF_BITS, dims) {
            $0.parameters.binarize = bnnmf_binarize(switch_points: points, switch_count: 1, period: UInt32(channels))
        }
    }

    func unpack(_ x: UInt32, _ dims: [Int]) -> UInt32 { op(BNNMF_OP_UNPACK, [x], BNNMF_FLOAT32, dims) }

    func clamp(_ x: UInt32, _ dims: [Int], _ minimum: Float, _ maximum: Float) -> UInt32 {
        op(BNNMF_OP_CLAMP, [x], BNNMF_FLOAT32, dims) {
            $0.parameters.clamp = bnnmf_clamp(minimum: minimum, maximum: maximum)
        }
    }

    func scaleShift(_ x: UInt32, _ dims: [Int], _ scale: [Float], _ shift: [Float]) -> UInt32 {
        let (a, b) = (blob(scale), blob(shift))
        return op(BNNMF_OP_SCALE_SHIFT, [x], BNNMF_FLOAT32, dims) {
            $0.parameters.scale_shift = bnnmf_scale_shift(scale: a, shift: b, period: UInt32(scale.count))
        }
    }

    func elementwise(_ function: bnnmf_function, _ a: UInt32, _ b: UInt32, _ dims: [Int]) -> UInt32 {
        op(BNNMF_OP_ELEMENTWISE, [a, b], BNNMF_FLOAT32, dims) {
            $0.parameters.elementwise = bnnmf_elementwise(function: function.rawValue)
        }
    }

    func reshape(_ x: UInt32, _ dims: [Int], _ type: bnnmf_element_type = BNNMF_FLOAT32) -> UInt32 {
        op(BNNMF_OP_RESHAPE, [x], type, dims)
    }
}
