import BNNMFormat
import CBNNM

/// Embedded checks: executions with known results, compared decision by decision and output by output.

@c @implementation
public func bnnm_model_check_count(_ model: OpaquePointer?) -> UInt32 {
    Model.pointer(model).map { bnnmf_check_count($0.pointee.view) } ?? 0
}

@c @implementation
public func bnnm_session_check(
    _ session: OpaquePointer?, _ index: UInt32, _ result: UnsafeMutablePointer<bnnm_check_result>?
) -> bnnm_status {
    guard let pointer = Session.pointer(session), !pointer.pointee.isRunning,
        index < bnnmf_check_count(pointer.pointee.model.pointee.view), let result
    else { return BNNM_INVALID_ARGUMENT }
    var comparison = CheckComparison(model: UnsafePointer(pointer.pointee.model), index: index)
    let message = Message(pointer.pointee.message, capacity: Session.messageCapacity)
    let ran = status { () throws(Failure) in try comparison.run(session, pointer, message) }
    return ran == BNNM_OK ? writeInfo(result, comparison.result) : ran
}

/// One check while it runs: what was found so far.
struct CheckComparison {
    let model: UnsafePointer<Model>
    let index: UInt32
    private(set) var result: bnnm_check_result

    init(model: UnsafePointer<Model>, index: UInt32) {
        self.model = model
        self.index = index
        let view = model.pointee.view
        result = bnnm_check_result()
        result.first_differing_probe = UInt32.max
        result.probe_count = bnnmf_probe_count(view)
        result.output_count = bnnmf_output_count(view)
        result.tolerance = bnnmf_check_tolerance(view, index)
    }

    mutating func run(
        _ handle: OpaquePointer?, _ session: UnsafeMutablePointer<Session>, _ message: Message
    ) throws(Failure) {
        let buffers = try CheckBuffers(self, session.pointee.allocator, message)
        defer { buffers.deallocate() }
        let (probe, user) = (session.pointee.probe, session.pointee.probeUser)
        defer { (session.pointee.probe, session.pointee.probeUser) = (probe, user) }
        let ran = withUnsafeMutablePointer(to: &self) { comparison in
            session.pointee.probeUser = UnsafeMutableRawPointer(comparison)
            session.pointee.probe = { user, probe, _, view in
                guard let view else { return }
                user?.assumingMemoryBound(to: CheckComparison.self).pointee
                    .compare(probe, UnsafePointer<ProbeView>(view).pointee)
            }
            return bnnm_session_run(
                handle, 1, buffers.inputs, Int(buffers.inputCount), buffers.outputs, Int(buffers.outputCount))
        }
        guard ran == BNNM_OK else { throw Failure(status: ran) }
        for port in 0..<buffers.outputCount { compareOutput(port, buffers.outputs[Int(port)]) }
        result.passed = result.differing_probes == 0 && result.differing_outputs == 0 ? 1 : 0
    }

    private mutating func compare(_ probe: UInt32, _ view: ProbeView) {
        let hash = bnnmf_crc32c(0, view.bits, view.tensor.byteCount)
        guard hash != bnnmf_check_hash(model.pointee.view, index, probe) else { return }
        result.differing_probes &+= 1
        // Probes come in the order of execution, which is not that of their indices.
        if result.differing_probes == 1 { result.first_differing_probe = probe }
    }

    private mutating func compareOutput(_ port: UInt32, _ output: bnnm_output) {
        let view = model.pointee.view
        let expected = view.blob(bnnmf_check_output(view, index, port))
        let record = view.output(port)
        guard model.pointee.tensors[Int(record.tensor)].elementType == .float32 else {
            // Integers and truth values are as expected or not.
            let wanted = UnsafeRawBufferPointer(start: expected.data, count: Int(expected.byte_count))
            let found = UnsafeRawBufferPointer(start: output.data, count: output.byte_count)
            for (a, b) in zip(wanted, found) where a != b {
                result.differing_outputs &+= 1
                return
            }
            return
        }
        guard let wanted = expected.data?.assumingMemoryBound(to: Float.self),
            let found = output.data?.assumingMemoryBound(to: Float.self)
        else { return }
        var largest: Float = 0, difference: Float = 0, isComparable = true
        for element in 0..<Int(expected.byte_count / 4) {
            largest = max(largest, abs(wanted[element]))
            let distance = abs(wanted[element] - found[element])
            // Equal infinities and two NaNs are as expected.
            if wanted[element] == found[element] || wanted[element].isNaN && found[element].isNaN { continue }
            if distance.isFinite { difference = max(difference, distance) } else { isComparable = false }
        }
        let relative = largest > 0 ? difference / largest : difference
        result.largest_difference = max(result.largest_difference, relative)
        if !isComparable || !(relative <= result.tolerance) { result.differing_outputs &+= 1 }
    }
}

/// The inputs of a check, as they are in the file, and memory for its outputs: one block of the session's allocator.
private struct CheckBuffers {
    let inputs: UnsafeMutablePointer<bnnm_input>
    let outputs: UnsafeMutablePointer<bnnm_output>
    let inputCount: UInt32
    let outputCount: UInt32
    private let allocator: Allocator
    private let memory: UnsafeMutableRawPointer

    init(_ check: CheckComparison, _ allocator: Allocator, _ message: Message) throws(Failure) {
        let view = check.model.pointee.view
        inputCount = bnnmf_input_count(view)
        outputCount = bnnmf_output_count(view)
        self.allocator = allocator
        var layout = MemoryBlock()
        let inputsOffset = layout.reserve(bnnm_input.self, count: Int(inputCount))
        let outputsOffset = layout.reserve(bnnm_output.self, count: Int(outputCount))
        var valuesOffset = 0
        for port in 0..<outputCount {
            let bytes = view.blob(bnnmf_check_output(view, check.index, port)).byte_count
            let offset = layout.reserve(Int64.self, count: Int((bytes &+ 7) / 8))
            if port == 0 { valuesOffset = offset }
        }
        guard let byteCount = layout.byteCount else {
            throw message.failure(BNNM_LIMIT_EXCEEDED, "the check's outputs do not fit this machine's address space")
        }
        memory = try allocator.allocate(max(byteCount, 1), message)
        inputs = (memory + inputsOffset).bindMemory(to: bnnm_input.self, capacity: Int(inputCount))
        outputs = (memory + outputsOffset).bindMemory(to: bnnm_output.self, capacity: Int(outputCount))
        for port in 0..<inputCount {
            let values = view.blob(bnnmf_check_input(view, check.index, port))
            inputs[Int(port)] = bnnm_input(data: values.data, byte_count: Int(values.byte_count))
        }
        var values = memory + valuesOffset
        for port in 0..<outputCount {
            let bytes = Int(view.blob(bnnmf_check_output(view, check.index, port)).byte_count)
            outputs[Int(port)] = bnnm_output(data: values, byte_count: bytes)
            values += (bytes &+ 7) / 8 &* 8
        }
    }

    func deallocate() { allocator.deallocate(memory) }
}
