import BNNMFormat
import BNNMIR

/// The C description of a model (`bnnmf_model`) built from a laid-out graph, and the owner of all memory it points to.
final class ModelDescription {
    private var strings: [UnsafeMutablePointer<CChar>] = []
    private var blobs: [UnsafeMutableRawBufferPointer] = []
    private var tensors: [bnnmf_tensor] = []
    private var ops: [bnnmf_op] = []
    private var inputs: [bnnmf_port] = []
    private var outputs: [bnnmf_port] = []
    private var probes: [bnnmf_probe] = []
    private var checks: [bnnmf_check] = []
    private var checkIndices: [UnsafeMutablePointer<UInt32>] = []
    private var tensorIndex: [Graph.ValueID: UInt32] = [:]
    private var info = bnnmf_model_info()
    let graph: Graph
    let target: WeightTarget

    init(_ graph: Graph, _ info: Packer.Info, checks: [Check] = []) throws {
        self.graph = graph
        target = info.target
        for input in graph.inputs {
            inputs.append(bnnmf_port(name: string(graph[input].name), tensor: try tensor(input)))
        }
        for id in graph.schedule() {
            var op = try OperatorPacker(self, graph[id]).pack()
            op.name = string(graph[id].name)
            ops.append(op)
        }
        for output in graph.outputs {
            outputs.append(bnnmf_port(name: string(output.name), tensor: try tensor(output.value)))
        }
        var packedProbes: [Graph.Probe] = []
        for probe in graph.probes {
            guard let index = tensorIndex[probe.value] else { continue }
            let record = try packed(probe, tensor: index)
            probes.append(record)
            packedProbes.append(probe)
        }
        self.checks = try checks.map { try packed($0, packedProbes) }
        self.info.name = string(info.name)
        self.info.producer = string(info.producer)
        self.info.target = string(info.target.rawValue)
        self.info.source_weight_bytes = info.sourceWeightBytes
        switch graph.batch {
        case .fixed:
            self.info.batch = 1
            self.info.batch_name = string("")
        case .symbolic(let name):
            self.info.batch = 0
            self.info.batch_name = string(name)
        }
    }

    deinit {
        for pointer in strings { pointer.deallocate() }
        for buffer in blobs { buffer.deallocate() }
        for pointer in checkIndices { pointer.deallocate() }
    }

    /// Calls `body` with the whole description; pointers are valid during the call.
    func withModel<R>(_ body: (UnsafePointer<bnnmf_model>) -> R) -> R {
        let records = blobs.map { bnnmf_blob(data: UnsafeRawPointer($0.baseAddress), byte_count: UInt64($0.count)) }
        return tensors.withUnsafeBufferPointer { tensors in
            ops.withUnsafeBufferPointer { ops in
                records.withUnsafeBufferPointer { records in
                    inputs.withUnsafeBufferPointer { inputs in
                        outputs.withUnsafeBufferPointer { outputs in
                            probes.withUnsafeBufferPointer { probes in
                                checks.withUnsafeBufferPointer { checks in
                                    var model = bnnmf_model(
                                        info: info, tensors: tensors.baseAddress, ops: ops.baseAddress,
                                        blobs: records.baseAddress,
                                        inputs: inputs.baseAddress, outputs: outputs.baseAddress,
                                        probes: probes.baseAddress, checks: checks.baseAddress,
                                        tensor_count: UInt32(tensors.count), op_count: UInt32(ops.count),
                                        blob_count: UInt32(records.count), input_count: UInt32(inputs.count),
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

// MARK: - Records

extension ModelDescription {
    /// The tensor record of a value, made when first asked for; a constant's with its value.
    func tensor(_ id: Graph.ValueID) throws -> UInt32 {
        if let known = tensorIndex[id] { return known }
        let value = graph[id]
        var record = bnnmf_tensor()
        record.name = string(value.name)
        switch value.type.elementType {
        case .float32: record.element_type = BNNMF_FLOAT32.rawValue
        case .int32: record.element_type = BNNMF_INT32.rawValue
        case .int64: record.element_type = BNNMF_INT64.rawValue
        case .bool: record.element_type = BNNMF_BOOL.rawValue
        case .uint8: record.element_type = BNNMF_UINT8.rawValue
        case .binary: record.element_type = BNNMF_BITS.rawValue
        default:
            throw PackingError(
                description:
                    "value '\(value.name)' is \(value.type): the runtime has float32, int32, int64, bool, uint8 and binary tensors"
            )
        }
        record.rank = UInt32(value.type.rank)
        try fill(&record.dims, value.type.shape, of: value.name)
        record.blob = BNNMF_NONE
        if let constant = graph.constant(id) { record.blob = blob(of: constant) }
        tensors.append(record)
        tensorIndex[id] = UInt32(tensors.count - 1)
        return tensorIndex[id]!
    }

    /// A constant's elements in the form of its type.
    private func blob(of constant: Tensor) -> UInt32 {
        let integers = constant.integers ?? []
        return switch constant.elementType {
        case .int32: blob(integers.map { Int32(truncatingIfNeeded: $0) })
        case .int64: blob(integers)
        case .bool: blob(integers.map { UInt8($0 == 0 ? 0 : 1) })
        case .uint8: blob(integers.map { UInt8(truncatingIfNeeded: $0) })
        case .binary: blob(constant.packedBits)
        default: blob(constant.floats)
        }
    }

    /// Copies `values` into a new blob.
    func blob<Element: BitwiseCopyable>(_ values: [Element]) -> UInt32 {
        let buffer = values.withUnsafeBytes { source in
            let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: max(1, source.count), alignment: 64)
            buffer.copyMemory(from: source)
            return UnsafeMutableRawBufferPointer(rebasing: buffer[..<source.count])
        }
        blobs.append(buffer)
        return UInt32(blobs.count - 1)
    }

    private func packed(_ probe: Graph.Probe, tensor index: UInt32) throws -> bnnmf_probe {
        var record = bnnmf_probe()
        record.name = string(probe.name)
        record.tensor = index
        record.mask = try probe.mask.map { try tensor($0) } ?? BNNMF_NONE
        record.mask_differs = probe.maskDiffers ? 1 : 0
        record.encoding = (probe.encoding == .signed ? BNNMF_PROBE_SIGNED : BNNMF_PROBE_ZERO_ONE).rawValue
        try fillOrder(of: &record, probe)
        record.rank = UInt32(probe.shape.count)
        try fill(&record.dims, probe.shape, of: probe.name)
        return record
    }

    /// An image's order has a form of its own, which files of every version have.
    private func fillOrder(of record: inout bnnmf_probe, _ probe: Graph.Probe) throws {
        guard let movement = probe.movement else { return }
        let shape = movement.source
        if shape.count == 4, let image = Movement(of: shape)?.transposed(ImageLayout.toChannelsFirst),
            image.blocks == movement.blocks
        {
            record.channels_first = 1
            return
        }
        guard movement.blocks.count <= Int(BNNMF_MAX_RANK) else {
            throw PackingError(
                description:
                    "the decisions of '\(probe.name)' are in an order of \(movement.blocks.count) loops; \(BNNMF_MAX_RANK) are valid"
            )
        }
        record.order_rank = UInt32(movement.blocks.count)
        withUnsafeMutableBytes(of: &record.order) { order in
            for (index, block) in movement.blocks.enumerated() {
                let loop = bnnmf_loop(extent: UInt32(block.extent), stride: UInt32(block.stride))
                order.storeBytes(of: loop, toByteOffset: index * MemoryLayout<bnnmf_loop>.stride, as: bnnmf_loop.self)
            }
        }
    }

    private func packed(_ check: Check, _ probes: [Graph.Probe]) throws -> bnnmf_check {
        let hashes = try probes.map { probe -> UInt32 in
            guard let decisions = check.decisions[probe.name] else {
                throw PackingError(description: "a check has no decisions of '\(probe.name)'")
            }
            return Tensor(graph[probe.value].type, .integer(probe.inOwnOrder(decisions))).bitsHash
        }
        return bnnmf_check(
            inputs: indices(check.inputs.map { blob(of: $0) }), outputs: indices(check.outputs.map { blob(of: $0) }),
            hashes: indices(hashes), tolerance: check.tolerance)
    }

    private func indices(_ values: [UInt32]) -> UnsafePointer<UInt32> {
        let pointer = UnsafeMutablePointer<UInt32>.allocate(capacity: max(1, values.count))
        pointer.initialize(from: values, count: values.count)
        checkIndices.append(pointer)
        return UnsafePointer(pointer)
    }

    private func string(_ text: String) -> UnsafePointer<CChar> {
        let utf8 = Array(text.utf8) + [0]
        let pointer = UnsafeMutablePointer<CChar>.allocate(capacity: utf8.count)
        for (index, byte) in utf8.enumerated() { pointer[index] = CChar(bitPattern: byte) }
        strings.append(pointer)
        return UnsafePointer(pointer)
    }

    /// Writes a shape into a C array of dimensions.
    private func fill<Dimensions>(_ dims: inout Dimensions, _ shape: [Int], of name: String) throws {
        guard shape.count <= Int(BNNMF_MAX_RANK) else {
            throw PackingError(
                description: "value '\(name)' has \(shape.count) dimensions; at most \(BNNMF_MAX_RANK) are valid")
        }
        guard shape.allSatisfy({ $0 <= Int(Int32.max) }) else {
            throw PackingError(
                description: "value '\(name)' has shape \(shape); dimensions up to \(Int32.max) are valid")
        }
        withUnsafeMutableBytes(of: &dims) { bytes in
            let words = bytes.bindMemory(to: UInt32.self)
            for (index, dimension) in shape.enumerated() { words[index] = UInt32(dimension) }
        }
    }
}
