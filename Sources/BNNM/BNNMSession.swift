import CBNNM

/// What is needed to run a model: working memory and threads.
///
/// Belongs to one task or thread at a time and is not `Sendable`: the compiler lets a session move to another task only
/// where its creator keeps no hold of it. For work side by side, share the model and make a session in each task.
public final class BNNMSession {
    /// The model it runs, which it keeps alive.
    public let model: BNNMModel
    let handle: OpaquePointer
    private let watcher: Watcher?

    /// Called during a run, in its thread, with the decisions of a probe: which of `model.probes`, in which execution
    /// (from 0), and its decisions in the ONNX value's order of elements: −1 and +1, or 0 and 1 as `isZeroOne` says. It
    /// must not use the session.
    public typealias ProbeHandler = (_ probe: Int, _ execution: Int, _ decisions: [Int8]) -> Void

    /// Keeps the handler where the C callback finds it.
    private final class Watcher {
        let handler: ProbeHandler
        let counts: [Int]
        init(handler: @escaping ProbeHandler, counts: [Int]) {
            self.handler = handler
            self.counts = counts
        }
    }

    /// Makes ready to run: working memory (`model.info.arenaByteCount`) is allocated and threads are started here.
    ///
    /// - Parameters:
    ///   - threads: that share the work of one run, the caller's among them: 1 to 64. Results do not depend on it.
    ///   - instructionSets: that may be used; those that the CPU lacks are passed over. nil: all.
    ///   - onProbe: told of every binarizer's decisions; kept as long as the session lives.
    /// - Throws: `BNNMError` with `.invalidArgument`, `.unsupportedCPU`, `.outOfMemory` or `.threadFailed`.
    public init(
        _ model: BNNMModel, threads: Int = 1, instructionSets: InstructionSet? = nil, onProbe: ProbeHandler? = nil
    ) throws(BNNMError) {
        self.model = model
        let watcher = onProbe.map { Watcher(handler: $0, counts: model.probes.map(\.elementCount)) }
        self.watcher = watcher
        var session: OpaquePointer?
        guard threads >= 1, let threads = UInt32(exactly: threads), instructionSets?.rawValue != 0 else {
            throw BNNMError(BNNM_INVALID_ARGUMENT, "threads must be at least 1, and instructionSets not empty")
        }
        try BNNMError.check { message, capacity in
            var options = bnnm_session_options()
            options.struct_size = MemoryLayout<bnnm_session_options>.size
            options.message = message
            options.message_capacity = capacity
            options.threads = threads
            options.isa_mask = instructionSets?.rawValue ?? 0
            if let watcher {
                options.probe_user = Unmanaged.passUnretained(watcher).toOpaque()
                options.probe = { user, probe, execution, view in
                    guard let user else { return }
                    let watcher = Unmanaged<Watcher>.fromOpaque(user).takeUnretainedValue()
                    var decisions = [Int8](repeating: 0, count: watcher.counts[Int(probe)])
                    guard bnnm_probe_read(view, &decisions, decisions.count) == BNNM_OK else { return }
                    watcher.handler(Int(probe), execution, decisions)
                }
            }
            return bnnm_session_create(model.handle, &options, &session)
        }
        guard let session else { throw BNNMError(BNNM_OUT_OF_MEMORY, "") }
        handle = session
    }

    deinit { bnnm_session_free(handle) }

    /// The best instruction set that this session uses.
    public var instructionSet: InstructionSet { InstructionSet(rawValue: bnnm_session_isa(handle)) }

    /// The kernel that computes a layer, by its index in `model.layers`: "binary_conv2d_avx2"; nil where there is no
    /// such layer.
    public func kernel(ofLayer index: Int) -> String? {
        UInt32(exactly: index).flatMap { bnnm_session_layer_kernel(handle, $0) }.map { String(cString: $0) }
    }

    /// Runs the model on its inputs, in the model's order, and gives its outputs, in the model's order. The same with
    /// shapes is `run(_:)` of `BNNMTensor`.
    ///
    /// - Parameters:
    ///   - inputs: float32 values, row-major in the ONNX model's order of dimensions; `executions` samples one behind
    ///     the other, `elementCount` values each.
    ///   - executions: the number of samples, where the batch dimension is open; else 1.
    /// - Throws: `BNNMError` with `.shapeMismatch` where number or size of the inputs does not fit.
    public func run(_ inputs: [[Float]], executions: Int = 1) throws(BNNMError) -> [[Float]] {
        guard executions >= 1, executions == 1 || model.info.openBatch != nil else {
            throw BNNMError(
                BNNM_SHAPE_MISMATCH,
                "executions must be \(model.info.openBatch == nil ? "1: the batch is fixed" : "at least 1"), not \(executions)"
            )
        }
        // Inputs are checked first, so that no outputs are allocated for a count that fits nothing.
        for (index, (input, port)) in zip(inputs, model.inputs).enumerated() {
            let (expected, overflow) = port.elementCount.multipliedReportingOverflow(by: executions)
            guard !overflow, input.count == expected else {
                throw BNNMError(
                    BNNM_SHAPE_MISMATCH,
                    "input \(index) '\(port.name)' must have \(port.elementCount) values for each of \(executions) "
                        + "executions, not \(input.count) in all")
            }
        }
        guard inputs.count == model.inputs.count else {
            throw BNNMError(
                BNNM_SHAPE_MISMATCH, "the number of inputs must be \(model.inputs.count), not \(inputs.count)")
        }
        var outputs: [[Float]] = []
        for port in model.outputs {
            let (count, overflow) = port.elementCount.multipliedReportingOverflow(by: executions)
            guard !overflow else { throw BNNMError(BNNM_SHAPE_MISMATCH, "executions must be less than \(executions)") }
            outputs.append([Float](repeating: 0, count: count))
        }
        let status = Self.withBuffers(inputs, &outputs) { inputs, outputs in
            bnnm_session_run(
                handle, executions, inputs.baseAddress, inputs.count, outputs.baseAddress, outputs.count)
        }
        guard status == BNNM_OK else { throw BNNMError(status, String(cString: bnnm_session_message(handle))) }
        return outputs
    }

    /// Calls `body` with buffers that stand for the arrays: inputs are copied, outputs copied back.
    private static func withBuffers(
        _ inputs: [[Float]], _ outputs: inout [[Float]],
        _ body: (UnsafeBufferPointer<bnnm_input>, UnsafeBufferPointer<bnnm_output>) -> bnnm_status
    ) -> bnnm_status {
        let sources = inputs.map { values in
            let buffer = UnsafeMutableBufferPointer<Float>.allocate(capacity: values.count)
            _ = buffer.initialize(from: values)
            return buffer
        }
        let results = outputs.map { values in
            let buffer = UnsafeMutableBufferPointer<Float>.allocate(capacity: values.count)
            buffer.initialize(repeating: 0)
            return buffer
        }
        defer {
            for buffer in sources { buffer.deallocate() }
            for buffer in results { buffer.deallocate() }
        }
        let given = sources.map { bnnm_input(data: $0.baseAddress, byte_count: $0.count * MemoryLayout<Float>.stride) }
        let wanted = results.map {
            bnnm_output(data: $0.baseAddress, byte_count: $0.count * MemoryLayout<Float>.stride)
        }
        let status = given.withUnsafeBufferPointer { given in
            wanted.withUnsafeBufferPointer { wanted in body(given, wanted) }
        }
        if status == BNNM_OK { for index in outputs.indices { outputs[index] = Array(results[index]) } }
        return status
    }
}
