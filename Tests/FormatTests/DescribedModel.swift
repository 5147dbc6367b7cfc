import BNNMFormat
import Foundation

/// A model description that tests build up record by record, and the owner of the memory that its records point to.
final class DescribedModel {
    var info = bnnmf_model_info()
    var tensors: [bnnmf_tensor] = []
    var ops: [bnnmf_op] = []
    var blobs: [bnnmf_blob] = []
    var inputs: [bnnmf_port] = []
    var outputs: [bnnmf_port] = []
    var probes: [bnnmf_probe] = []
    var checks: [bnnmf_check] = []
    private var strings: [UnsafeMutablePointer<CChar>] = []
    private var buffers: [UnsafeMutableRawBufferPointer] = []

    init() {
        info.name = string("sample")
        info.producer = string("bnnm 0.1.0")
        info.target = string("portable")
        info.batch_name = string("")
    }

    deinit {
        for string in strings { free(string) }
        for buffer in buffers { buffer.deallocate() }
    }

    func string(_ text: String) -> UnsafePointer<CChar> {
        strings.append(strdup(text))
        return UnsafePointer(strings.last!)
    }

    /// Adds a blob with a copy of `values`; its index.
    func blob<Element: BitwiseCopyable>(_ values: [Element]) -> UInt32 {
        values.withUnsafeBytes { source in
            let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: source.count, alignment: 8)
            copy.copyMemory(from: source)
            buffers.append(copy)
            blobs.append(bnnmf_blob(data: UnsafeRawPointer(copy.baseAddress), byte_count: UInt64(copy.count)))
        }
        return UInt32(blobs.count - 1)
    }

    /// Numbers that a record points to.
    func list(_ values: [UInt32]) -> UnsafePointer<UInt32> {
        let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: max(4 * values.count, 4), alignment: 8)
        values.withUnsafeBytes { copy.copyMemory(from: $0) }
        buffers.append(copy)
        return UnsafePointer(copy.bindMemory(to: UInt32.self).baseAddress!)
    }

    /// Adds a tensor; its index.
    @discardableResult
    func tensor(_ name: String, _ type: bnnmf_element_type, _ dims: [UInt32], blob: UInt32 = UInt32.max) -> UInt32 {
        var tensor = bnnmf_tensor()
        tensor.name = string(name)
        tensor.element_type = type.rawValue
        tensor.rank = UInt32(dims.count)
        fill(&tensor.dims, dims)
        tensor.blob = blob
        tensors.append(tensor)
        return UInt32(tensors.count - 1)
    }

    /// Adds an operator; `configure` sets its parameters.
    func op(
        _ code: bnnmf_op_code, _ inputs: [UInt32], _ output: UInt32, more: [UInt32] = [],
        _ configure: (inout bnnmf_op) -> Void = { _ in }
    ) {
        var op = bnnmf_op()
        op.name = string("op\(ops.count)")
        op.code = code.rawValue
        op.input_count = UInt32(inputs.count)
        op.output = output
        fill(&op.inputs, inputs)
        op.more_output_count = UInt32(more.count)
        fill(&op.more_outputs, more)
        configure(&op)
        ops.append(op)
    }

    func input(_ name: String, _ tensor: UInt32) { inputs.append(bnnmf_port(name: string(name), tensor: tensor)) }
    func output(_ name: String, _ tensor: UInt32) { outputs.append(bnnmf_port(name: string(name), tensor: tensor)) }

    func probe(
        _ name: String, _ tensor: UInt32, _ encoding: bnnmf_probe_encoding, channelsFirst: Bool, _ dims: [UInt32],
        mask: UInt32 = .max, maskDiffers: Bool = false, order: [(extent: UInt32, stride: UInt32)] = []
    ) {
        var probe = bnnmf_probe()
        probe.name = string(name)
        probe.tensor = tensor
        probe.mask = mask
        probe.mask_differs = maskDiffers ? 1 : 0
        probe.order_rank = UInt32(order.count)
        withUnsafeMutableBytes(of: &probe.order) {
            for (index, loop) in order.enumerated() {
                $0.bindMemory(to: bnnmf_loop.self)[index] = bnnmf_loop(extent: loop.extent, stride: loop.stride)
            }
        }
        probe.encoding = encoding.rawValue
        probe.channels_first = channelsFirst ? 1 : 0
        probe.rank = UInt32(dims.count)
        fill(&probe.dims, dims)
        probes.append(probe)
    }

    func check(_ inputs: [UInt32], _ outputs: [UInt32], _ hashes: [UInt32], tolerance: Float) {
        checks.append(
            bnnmf_check(inputs: list(inputs), outputs: list(outputs), hashes: list(hashes), tolerance: tolerance))
    }

    /// Calls `body` with the whole description.
    func withModel<Result>(_ body: (UnsafePointer<bnnmf_model>) -> Result) -> Result {
        tensors.withUnsafeBufferPointer { tensors in
            ops.withUnsafeBufferPointer { ops in
                blobs.withUnsafeBufferPointer { blobs in
                    inputs.withUnsafeBufferPointer { inputs in
                        outputs.withUnsafeBufferPointer { outputs in
                            probes.withUnsafeBufferPointer { probes in
                                checks.withUnsafeBufferPointer { checks in
                                    var model = bnnmf_model(
                                        info: info, tensors: tensors.baseAddress, ops: ops.baseAddress,
                                        blobs: blobs.baseAddress, inputs: inputs.baseAddress,
                                        outputs: outputs.baseAddress, probes: probes.baseAddress,
                                        checks: checks.baseAddress,
                                        tensor_count: UInt32(tensors.count), op_count: UInt32(ops.count),
                                        blob_count: UInt32(blobs.count), input_count: UInt32(inputs.count),
                                        output_count: UInt32(outputs.count), probe_count: UInt32(probes.count),
                                        check_count: UInt32(checks.count))
                                    return body(&model)
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

extension bnnmf_step {
    /// A step whose other parts are absent.
    static func of(
        _ kind: bnnmf_step_kind, a: UInt32 = .max, b: UInt32 = .max, operand: UInt32 = 0, function: UInt32 = 0,
        _ minimum: Float = -.infinity, _ maximum: Float = .infinity, epsilon: Float = 0
    ) -> bnnmf_step {
        bnnmf_step(
            kind: kind.rawValue, function: function, a: a, b: b, operand: operand, minimum: minimum, maximum: maximum,
            epsilon: epsilon)
    }
}

extension bnnmf_epilogue {
    /// An epilogue that stores nothing: none.
    static var none: bnnmf_epilogue { .of([], stores: 0) }

    static func of(
        _ steps: [bnnmf_step], stores: UInt32, points: UInt32 = .max, pointCount: UInt32 = 0,
        averageScale: UInt32 = .max, averageShift: UInt32 = .max
    ) -> bnnmf_epilogue {
        var epilogue = bnnmf_epilogue()
        epilogue.stores = stores
        epilogue.setSteps(steps)
        epilogue.switch_points = points
        epilogue.switch_count = pointCount
        epilogue.average_scale = averageScale
        epilogue.average_shift = averageShift
        return epilogue
    }

    var stepRecords: [bnnmf_step] {
        withUnsafeBytes(of: steps) { Array($0.bindMemory(to: bnnmf_step.self).prefix(Int(step_count))) }
    }

    mutating func setSteps(_ records: [bnnmf_step]) {
        step_count = UInt32(records.count)
        fill(&steps, records)
    }
}

/// Writes `values` to the front of a C array, which Swift sees as a tuple.
func fill<Numbers>(_ numbers: inout Numbers, _ values: [UInt32]) { copy(values, to: &numbers) }
func fill<Steps>(_ steps: inout Steps, _ values: [bnnmf_step]) { copy(values, to: &steps) }

private func copy<Array, Element: BitwiseCopyable>(_ values: [Element], to array: inout Array) {
    withUnsafeMutableBytes(of: &array) { bytes in
        for (index, value) in values.enumerated() {
            bytes.storeBytes(of: value, toByteOffset: index * MemoryLayout<Element>.stride, as: Element.self)
        }
    }
}

/// The first `count` numbers of a C array.
func numbers<Numbers>(_ array: Numbers, _ count: UInt32) -> [UInt32] {
    withUnsafeBytes(of: array) { bytes in
        (0..<Int(count)).map { bytes.loadUnaligned(fromByteOffset: $0 * 4, as: UInt32.self) }
    }
}
