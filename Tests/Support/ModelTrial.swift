import CBNNM

/// Tries out bytes that may or may not be a model, through the C API and in memory of exactly their size, so that a
/// sanitizer sees every access beyond their end: opens them and, where that works, reads all that the model tells of
/// itself and runs it once on made-up inputs, reading all probes.
public final class ModelTrial {
    /// What became of the bytes.
    public enum Outcome: Equatable {
        /// Not opened. `explained`: whether there was a message, too.
        case refused(bnnm_status, explained: Bool)
        /// Opened, but it would take more memory than a test should.
        case tooLarge
        /// What creating a session said or, where that was OK, running it.
        case ran(bnnm_status)
    }

    /// The most bytes of one input, output, or arena that a trial allocates.
    private static let byteLimit = 1 << 22
    /// Where the header keeps the checksum of all other bytes (docs/format.md).
    public static let checksumOffset = 48

    public let bytes: UnsafeMutableRawBufferPointer

    public init(_ bytes: some Collection<UInt8>) {
        self.bytes = .allocate(byteCount: bytes.count, alignment: 64)
        self.bytes.copyBytes(from: bytes)
    }

    deinit { bytes.deallocate() }

    /// Opens the bytes and gives the model back at once.
    public func open() -> Outcome { opened { _ in .ran(BNNM_OK) } }

    /// Opens the bytes, creates a session and runs it once.
    public func run() -> Outcome { opened { Self.run($0) } }

    private func opened(_ use: (OpaquePointer?) -> Outcome) -> Outcome {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { message in
            message[0] = 0
            var options = bnnm_model_options()
            options.struct_size = MemoryLayout<bnnm_model_options>.size
            options.message = message.baseAddress
            options.message_capacity = message.count
            var model: OpaquePointer?
            let status = bnnm_model_open_memory(bytes.baseAddress, bytes.count, &options, &model)
            defer { bnnm_model_free(model) }
            return status == BNNM_OK ? use(model) : .refused(status, explained: message[0] != 0 && model == nil)
        }
    }

    private static func run(_ model: OpaquePointer?) -> Outcome {
        var arenaByteCount = 0
        let status = bnnm_session_arena_bytes(model, nil, &arenaByteCount)
        guard status == BNNM_OK else { return .ran(status) }
        guard readInfos(model) else { return .ran(BNNM_INVALID_ARGUMENT) }
        var ports: [bnnm_tensor_info] = []
        let inputCount = bnnm_model_input_count(model)
        for index in 0..<inputCount + bnnm_model_output_count(model) {
            var info = bnnm_tensor_info()
            info.struct_size = MemoryLayout<bnnm_tensor_info>.size
            let status =
                index < inputCount
                ? bnnm_model_input_info(model, index, &info)
                : bnnm_model_output_info(model, index - inputCount, &info)
            guard status == BNNM_OK else { return .ran(status) }
            ports.append(info)
        }
        guard arenaByteCount <= byteLimit, ports.allSatisfy({ $0.byte_count <= byteLimit }) else { return .tooLarge }
        return run(model, ports.map { Int($0.byte_count) }, inputCount: Int(inputCount))
    }

    /// Reads what the model says of itself and its layers, every character of the names; false: it refused to.
    private static func readInfos(_ model: OpaquePointer?) -> Bool {
        var whole = bnnm_model_info()
        whole.struct_size = MemoryLayout<bnnm_model_info>.size
        guard bnnm_model_get_info(model, &whole) == BNNM_OK else { return false }
        for name in [whole.name, whole.producer, whole.target, whole.batch_name] {
            guard let name else { return false }
            _ = String(cString: name)
        }
        for index in 0..<whole.layer_count {
            var layer = bnnm_layer_info()
            layer.struct_size = MemoryLayout<bnnm_layer_info>.size
            guard bnnm_model_layer_info(model, index, &layer) == BNNM_OK, let name = layer.name else { return false }
            _ = String(cString: name)
        }
        return true
    }

    private static func run(_ model: OpaquePointer?, _ byteCounts: [Int], inputCount: Int) -> Outcome {
        let buffers = byteCounts.map { count in
            let buffer = UnsafeMutableBufferPointer<Float>.allocate(capacity: count / 4)
            for index in buffer.indices { buffer.initializeElement(at: index, to: Float(index * 7 % 33) / 16 - 1) }
            return buffer
        }
        defer { for buffer in buffers { buffer.deallocate() } }
        let inputs = buffers.prefix(inputCount).map { bnnm_input(data: $0.baseAddress, byte_count: $0.count * 4) }
        let outputs = buffers.dropFirst(inputCount).map { bnnm_output(data: $0.baseAddress, byte_count: $0.count * 4) }

        var options = bnnm_session_options()
        options.struct_size = MemoryLayout<bnnm_session_options>.size
        var probes: [Int] = []
        for index in 0..<bnnm_model_probe_count(model) {
            var info = bnnm_probe_info()
            info.struct_size = MemoryLayout<bnnm_probe_info>.size
            let status = bnnm_model_probe_info(model, index, &info)
            guard status == BNNM_OK else { return .ran(status) }
            probes.append(Int(info.element_count))
        }
        options.probe = { user, probe, _, view in
            let counts = user?.assumingMemoryBound(to: Int.self)
            guard let count = counts?[Int(probe)] else { return }
            withUnsafeTemporaryAllocation(of: Int8.self, capacity: count) {
                _ = bnnm_probe_read(view, $0.baseAddress, count)
            }
        }
        return probes.withUnsafeMutableBufferPointer { counts in
            options.probe_user = UnsafeMutableRawPointer(counts.baseAddress)
            var session: OpaquePointer?
            let status = bnnm_session_create(model, &options, &session)
            defer { bnnm_session_free(session) }
            guard status == BNNM_OK else { return .ran(status) }
            return .ran(bnnm_session_run(session, 1, inputs, inputs.count, outputs, outputs.count))
        }
    }
}
