import BNNMFormat
import CBNNM

/// Checks what a caller hands to a run, before anything is computed: counts, sizes, alignment, overlaps.
struct BufferCheck {
    let model: UnsafePointer<Model>
    let executionCount: Int
    let message: Message

    func check(
        _ inputs: UnsafePointer<bnnm_input>?, _ inputCount: Int, _ outputs: UnsafePointer<bnnm_output>?,
        _ outputCount: Int
    ) throws(Failure) {
        let view = model.pointee.view
        guard executionCount >= 1 else {
            throw message.failure(BNNM_SHAPE_MISMATCH, "execution_count must be at least 1")
        }
        guard model.pointee.info.batch == 0 || executionCount == 1 else {
            throw message.failure(
                BNNM_SHAPE_MISMATCH, "execution_count must be 1: the model's batch dimension is fixed")
        }
        try checkCount("inputs", inputCount, Int(bnnmf_input_count(view)), isMissing: inputs == nil)
        try checkCount("outputs", outputCount, Int(bnnmf_output_count(view)), isMissing: outputs == nil)
        for index in 0..<inputCount {
            guard let buffer = inputs?[index] else { break }
            var port = bnnmf_port()
            bnnmf_get_input(view, UInt32(index), &port)
            try check("input ", index, buffer.data, buffer.byte_count, port)
        }
        for index in 0..<outputCount {
            guard let buffer = outputs?[index] else { break }
            var port = bnnmf_port()
            bnnmf_get_output(view, UInt32(index), &port)
            try check("output ", index, UnsafeRawPointer(buffer.data), buffer.byte_count, port)
        }
        try checkOverlaps(inputs, inputCount, outputs, outputCount)
    }

    private func checkCount(
        _ what: StaticString, _ found: Int, _ expected: Int, isMissing: Bool
    ) throws(Failure) {
        guard found == expected else {
            throw message.failure(BNNM_SHAPE_MISMATCH) {
                $0.add("the number of ")
                $0.add(what)
                $0.add(" must be ")
                $0.add(expected)
                $0.add(", not ")
                $0.add(found)
            }
        }
        guard expected == 0 || !isMissing else {
            throw message.failure(BNNM_INVALID_ARGUMENT) {
                $0.add(what)
                $0.add(" must not be NULL")
            }
        }
    }

    private func check(
        _ what: StaticString, _ index: Int, _ data: UnsafeRawPointer?, _ byteCount: Int, _ port: bnnmf_port
    ) throws(Failure) {
        func failure(_ status: bnnm_status, _ compose: (inout Message.Writer) -> Void) -> Failure {
            message.failure(status) {
                $0.add(what)
                $0.add(index)
                $0.add(" '")
                $0.add(cString: port.name)
                $0.add("': ")
                compose(&$0)
            }
        }
        let tensor = model.pointee.tensors[Int(port.tensor)]
        let one = tensor.byteCount
        let (expected, overflow) = one.multipliedReportingOverflow(by: executionCount)
        guard !overflow, byteCount == expected else {
            throw failure(BNNM_SHAPE_MISMATCH) {
                $0.add("byte_count must be ")
                $0.add(one)
                $0.add(" (")
                $0.add(tensor.elementType.name)
                $0.add(") for each of ")
                $0.add(executionCount)
                $0.add(" executions, not ")
                $0.add(byteCount)
                $0.add(" in all")
            }
        }
        // A tensor without elements needs no buffer.
        guard expected > 0 else { return }
        guard let data else {
            throw failure(BNNM_INVALID_ARGUMENT) { $0.add("data must not be NULL") }
        }
        let alignment = Int(tensor.elementType.byteCount)
        guard Int(bitPattern: data) & (alignment &- 1) == 0 else {
            throw failure(BNNM_INVALID_ARGUMENT) {
                $0.add("data must be aligned to ")
                $0.add(alignment)
                $0.add(" bytes, the size of ")
                $0.add(tensor.elementType.name)
            }
        }
    }

    private func checkOverlaps(
        _ inputs: UnsafePointer<bnnm_input>?, _ inputCount: Int, _ outputs: UnsafePointer<bnnm_output>?,
        _ outputCount: Int
    ) throws(Failure) {
        for index in 0..<outputCount {
            guard let output = outputs?[index] else { break }
            var overlaps = false
            for other in 0..<inputCount {
                guard let input = inputs?[other] else { break }
                overlaps =
                    overlaps
                    || isOverlap(UnsafeRawPointer(output.data), output.byte_count, input.data, input.byte_count)
            }
            for other in 0..<index {
                guard let second = outputs?[other] else { break }
                overlaps =
                    overlaps
                    || isOverlap(
                        UnsafeRawPointer(output.data), output.byte_count, UnsafeRawPointer(second.data),
                        second.byte_count)
            }
            guard !overlaps else {
                throw message.failure(BNNM_INVALID_ARGUMENT) {
                    $0.add("output ")
                    $0.add(index)
                    $0.add(": its buffer must overlap no other")
                }
            }
        }
    }

    private func isOverlap(_ a: UnsafeRawPointer?, _ aCount: Int, _ b: UnsafeRawPointer?, _ bCount: Int) -> Bool {
        let (x, y) = (UInt(bitPattern: a), UInt(bitPattern: b))
        guard aCount > 0, bCount > 0 else { return false }
        return x <= y ? y &- x < UInt(bitPattern: aCount) : x &- y < UInt(bitPattern: bCount)
    }
}
