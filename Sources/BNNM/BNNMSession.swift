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
    /// (from 0), and its decisions in the ONNX value's order of elements: −1 and +1 (and 0, where the ONNX value is), or 0 and 1 as `isZeroOne` says. It
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
    ///   - instructionSets: that may be used; those that the CPU lacks are passed over. nil: all but AMX, for
    ///     which the operating system is asked where the set has it.
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

    /// Runs the model on its inputs, in the model's order, and gives its outputs, in the model's order, all of them
    /// float32. The same with shapes and types is `run(_:)` of `BNNMTensor`.
    ///
    /// - Parameters:
    ///   - inputs: float32 values, row-major in the ONNX model's order of dimensions; `executions` samples one behind
    ///     the other, `elementCount` values each.
    ///   - executions: the number of samples, where the batch dimension is open; else 1.
    /// - Throws: `BNNMError` with `.shapeMismatch` where number, type or size of the inputs does not fit, or an output is
    ///   not float32.
    public func run(_ inputs: [[Float]], executions: Int = 1) throws(BNNMError) -> [[Float]] {
        for (index, port) in model.outputs.enumerated() where port.elementType != .float32 {
            throw BNNMError(
                BNNM_SHAPE_MISMATCH,
                "output \(index) '\(port.name)' gives \(port.elementType) values, not float32: run with BNNMTensor")
        }
        return try run(values: inputs.map { .float32($0) }, executions: executions).map(\.floats)
    }

    /// Runs the model on values of the types of its inputs, in the model's order, and gives its outputs, likewise.
    ///
    /// - Parameters:
    ///   - inputs: of each input `executions` samples one behind the other, `elementCount` values each.
    ///   - executions: the number of samples, where the batch dimension is open; else 1.
    /// - Throws: `BNNMError` with `.shapeMismatch` where number, type or size of the inputs does not fit.
    public func run(values inputs: [BNNMValues], executions: Int = 1) throws(BNNMError) -> [BNNMValues] {
        guard executions >= 1, executions == 1 || model.info.openBatch != nil else {
            throw BNNMError(
                BNNM_SHAPE_MISMATCH,
                "executions must be \(model.info.openBatch == nil ? "1: the batch is fixed" : "at least 1"), not \(executions)"
            )
        }
        // Inputs are checked first, so that no outputs are allocated for a count that fits nothing.
        for (index, (input, port)) in zip(inputs, model.inputs).enumerated() {
            guard input.elementType == port.elementType else {
                throw BNNMError(
                    BNNM_SHAPE_MISMATCH,
                    "input \(index) '\(port.name)' takes \(port.elementType) values, not \(input.elementType)")
            }
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
        for port in model.outputs {
            let (_, overflow) = (8 * port.elementCount).multipliedReportingOverflow(by: executions)
            guard !overflow else { throw BNNMError(BNNM_SHAPE_MISMATCH, "executions must be less than \(executions)") }
        }
        let sources = inputs.map { ValueBuffer($0) }
        let results = model.outputs.map { ValueBuffer($0.elementType, count: $0.elementCount * executions) }
        defer { for buffer in sources + results { buffer.deallocate() } }
        let given = sources.map { bnnm_input(data: $0.bytes.baseAddress, byte_count: $0.bytes.count) }
        let wanted = results.map { bnnm_output(data: $0.bytes.baseAddress, byte_count: $0.bytes.count) }
        let status = bnnm_session_run(handle, executions, given, given.count, wanted, wanted.count)
        guard status == BNNM_OK else { throw BNNMError(status, String(cString: bnnm_session_message(handle))) }
        return results.map(\.values)
    }
}
