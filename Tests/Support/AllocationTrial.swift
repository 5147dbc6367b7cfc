import CBNNM

/// Refuses every single allocation of a model's life in turn: of opening it, of creating a session, of running it and
/// of its own checks.
///
/// Each refusal must give `BNNM_OUT_OF_MEMORY`, no handle, a message, and all memory back; and what was there before
/// must work as if nothing had happened. Running allocates nothing, so that there is nothing to refuse.
public final class AllocationTrial {
    /// What broke, if anything, and how many allocations were refused.
    public struct Outcome {
        public var refusedCount = 0
        public var fault: String?
    }

    private struct Fault: Error { let text: String }

    private let bytes: UnsafeMutableRawBufferPointer
    private let modelMemory = TrialAllocator()
    private let sessionMemory = TrialAllocator()
    private var refusedCount = 0

    /// - Parameter bytes: a model that runs
    public static func run(_ bytes: [UInt8]) -> Outcome {
        let trial = ModelTrial(bytes)
        let allocations = AllocationTrial(bytes: trial.bytes)
        do {
            try allocations.run()
            return Outcome(refusedCount: allocations.refusedCount)
        } catch {
            return Outcome(refusedCount: allocations.refusedCount, fault: "\(error)")
        }
    }

    private init(bytes: UnsafeMutableRawBufferPointer) { self.bytes = bytes }

    private func run() throws {
        for copy in [false, true] {
            let model = try refusing(modelMemory, "open, copy \(copy)", leaving: 0) { open(copy: copy, &$0) }
            let held = modelMemory.live
            do {
                defer { bnnm_model_free(model) }
                try useSessions(of: model)
                try require(modelMemory.live == held, "sessions changed what the model holds")
            }
            try require(modelMemory.live == 0, "a freed model left \(modelMemory.live) allocations")
        }
    }

    private func useSessions(of model: OpaquePointer?) throws {
        let facts = try ModelFacts(model)
        let session = try refusing(sessionMemory, "create", leaving: 0) { create(model, &$0) }
        let held = sessionMemory.live
        do {
            defer { bnnm_session_free(session) }
            let expected = try outputs(session, facts)
            for check in 0..<bnnm_model_check_count(model) {
                var result = bnnm_check_result()
                result.struct_size = MemoryLayout<bnnm_check_result>.size
                _ = try refusing(sessionMemory, "check \(check)", leaving: held) { _ in
                    bnnm_session_check(session, check, &result)
                }
                try require(result.passed == 1, "check \(check) failed after a refusal")
                try require(sessionMemory.live == held, "check \(check) kept memory")
            }
            try require(try outputs(session, facts) == expected, "outputs changed after refused allocations")
        }
        try require(sessionMemory.live == 0, "a freed session left \(sessionMemory.live) allocations")
    }

    /// Calls `body` until no allocation is left to refuse, and gives the handle that it then wrote.
    ///
    /// - Parameter live: how many allocations there are after a refusal
    private func refusing(
        _ memory: TrialAllocator, _ what: String, leaving live: Int, _ body: (inout OpaquePointer?) -> bnnm_status
    ) throws -> OpaquePointer? {
        defer { memory.refused = .max }
        for number in 1... {
            let before = memory.count
            memory.refused = before + number
            var handle: OpaquePointer?
            let status = body(&handle)
            if memory.count < memory.refused {
                try require(status == BNNM_OK, "\(what): status \(status.rawValue) though nothing was refused")
                return handle
            }
            refusedCount += 1
            let place = "\(what), allocation \(number)"
            try require(status == BNNM_OUT_OF_MEMORY, "\(place): status \(status.rawValue)")
            try require(handle == nil, "\(place): a handle in spite of the status")
            try require(memory.live == live, "\(place): \(memory.live) allocations are left, not \(live)")
        }
        return nil
    }

    private func open(copy: Bool, _ model: inout OpaquePointer?) -> bnnm_status {
        var options = bnnm_model_options()
        options.struct_size = MemoryLayout<bnnm_model_options>.size
        options.allocator = modelMemory.functions
        options.copy = copy ? 1 : 0
        return bnnm_model_open_memory(bytes.baseAddress, bytes.count, &options, &model)
    }

    private func create(_ model: OpaquePointer?, _ session: inout OpaquePointer?) -> bnnm_status {
        var options = bnnm_session_options()
        options.struct_size = MemoryLayout<bnnm_session_options>.size
        options.allocator = sessionMemory.functions
        options.threads = 2
        // Not the best kernels: the session then lays weights out for itself, in memory of its own.
        options.isa_mask = BNNM_ISA_GENERIC.rawValue
        return bnnm_session_create(model, &options, &session)
    }

    /// The outputs of one execution, which allocates nothing.
    private func outputs(_ session: OpaquePointer?, _ facts: ModelFacts) throws -> [[UInt8]] {
        let count = sessionMemory.count
        sessionMemory.refused = count + 1
        defer { sessionMemory.refused = .max }
        func buffer(_ byteCount: Int) -> UnsafeMutableRawBufferPointer {
            let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: byteCount, alignment: 16)
            buffer.initializeMemory(as: UInt8.self, repeating: 0x3F)
            return buffer
        }
        let inputs = facts.inputByteCounts.map(buffer)
        let outputs = facts.outputByteCounts.map(buffer)
        defer { for buffer in inputs + outputs { buffer.deallocate() } }
        let status = bnnm_session_run(
            session, 1, inputs.map { bnnm_input(data: $0.baseAddress, byte_count: $0.count) }, inputs.count,
            outputs.map { bnnm_output(data: $0.baseAddress, byte_count: $0.count) }, outputs.count)
        try require(status == BNNM_OK, "run: status \(status.rawValue)")
        try require(sessionMemory.count == count, "run allocated")
        return outputs.map { Array($0) }
    }

    private func require(_ holds: Bool, _ text: String) throws {
        if !holds { throw Fault(text: text) }
    }
}
