import CBNNM

/// How a trial runs a model: instruction set, threads, executions, and what fresh memory holds.
struct TrialSetting {
    var instructionSet: UInt32 = 0
    var threads: UInt32 = 1
    var executions = 1
    var filling: UInt8 = 0xA5
}

/// One session of a trial: creates it, runs it once on given bytes, reads every probe, and perhaps runs the model's own
/// checks; all buffers have exactly the sizes that the model announces.
struct TrialSession {
    let model: OpaquePointer?
    let facts: ModelFacts
    let setting: TrialSetting
    /// Where inputs come from: these bytes over and over.
    let source: UnsafeRawBufferPointer
    let allocator: TrialAllocator

    /// The outputs, or the first status other than OK.
    func run(checks: UInt32 = 0) -> Result<[[UInt8]], ModelFacts.Refusal> {
        let inputs = buffers(facts.inputByteCounts)
        let outputs = buffers(facts.outputByteCounts)
        defer { for buffer in inputs + outputs { buffer.deallocate() } }
        for (index, input) in inputs.enumerated() { fill(input, from: index) }

        var counts = facts.probeElementCounts
        let status = counts.withUnsafeMutableBufferPointer { counts in
            var options = options(counts)
            var session: OpaquePointer?
            let created = bnnm_session_create(model, &options, &session)
            defer { bnnm_session_free(session) }
            guard created == BNNM_OK else { return created }
            let given = inputs.map { bnnm_input(data: $0.baseAddress, byte_count: $0.count) }
            let wanted = outputs.map { bnnm_output(data: $0.baseAddress, byte_count: $0.count) }
            let ran = bnnm_session_run(session, setting.executions, given, given.count, wanted, wanted.count)
            guard ran == BNNM_OK else { return ran }
            for index in 0..<checks {
                var result = bnnm_check_result()
                result.struct_size = MemoryLayout<bnnm_check_result>.size
                let checked = bnnm_session_check(session, index, &result)
                guard checked == BNNM_OK else { return checked }
            }
            return BNNM_OK
        }
        return status == BNNM_OK ? .success(outputs.map { Array($0) }) : .failure(.init(status: status))
    }

    private func options(_ counts: UnsafeMutableBufferPointer<Int>) -> bnnm_session_options {
        var options = bnnm_session_options()
        options.struct_size = MemoryLayout<bnnm_session_options>.size
        options.allocator = allocator.functions
        options.threads = setting.threads
        options.isa_mask = setting.instructionSet
        options.probe_user = UnsafeMutableRawPointer(counts.baseAddress)
        options.probe = { user, probe, _, view in
            guard let count = user?.assumingMemoryBound(to: Int.self)[Int(probe)] else { return }
            let decisions = UnsafeMutablePointer<Int8>.allocate(capacity: count)
            defer { decisions.deallocate() }
            _ = bnnm_probe_read(view, decisions, count)
        }
        return options
    }

    private func buffers(_ byteCounts: [Int]) -> [UnsafeMutableRawBufferPointer] {
        byteCounts.map {
            let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: $0 * setting.executions, alignment: 16)
            buffer.initializeMemory(as: UInt8.self, repeating: setting.filling)
            return buffer
        }
    }

    /// Every execution gets the same bytes: any bits at all, among them NaN, infinities and booleans other than 0 and 1.
    /// Copied piece by piece: a fuzzer that watches every comparison would spend its time in a loop over bytes.
    private func fill(_ input: UnsafeMutableRawBufferPointer, from begin: Int) {
        guard !source.isEmpty, !input.isEmpty else { return }
        let byteCount = input.count / setting.executions
        var filled = 0, next = begin % source.count
        while filled < byteCount {
            let count = min(byteCount - filled, source.count - next)
            copy(source[next..<next + count], to: input, at: filled)
            filled += count
            next = 0
        }
        for execution in 1..<max(setting.executions, 1) {
            copy(UnsafeRawBufferPointer(input)[..<byteCount], to: input, at: execution * byteCount)
        }
    }

    private func copy(_ bytes: Slice<UnsafeRawBufferPointer>, to input: UnsafeMutableRawBufferPointer, at offset: Int) {
        UnsafeMutableRawBufferPointer(rebasing: input[offset...]).copyMemory(
            from: UnsafeRawBufferPointer(rebasing: bytes))
    }
}
