import BNNMFormat
import CBNNM

/// Decides which tensors share memory: a reshape's result is its input; an elementwise result, or an
/// epilogue's values, are written over an operand that nobody reads later; a model output is computed in the caller's buffer.
/// A stream's members run at the place of its last one; the memory of its first part stands before that one's scratch memory.
///
/// Takes a checked model, gives a storage for every tensor and, behind those, one for every operator's scratch memory.
struct StorageAssignment {
    let model: UnsafeMutablePointer<Model>
    /// Room for a storage of each tensor and each operator.
    let storages: UnsafeMutableBufferPointer<Storage>
    /// The storage of each tensor.
    let storageOfTensor: UnsafeMutableBufferPointer<Int>
    /// The operator during whose run each tensor is read last; −1: none; the number of operators: the caller, at the end.
    let lastRead: UnsafeMutableBufferPointer<Int>

    private var tensors: UnsafeMutableBufferPointer<Tensor> { model.pointee.tensors }
    private var operators: UnsafeMutableBufferPointer<Model.OperatorRecord> { model.pointee.operators }

    func assign(_ message: Message) throws(Failure) {
        findLastReads()
        for index in 0..<tensors.count {
            storageOfTensor[index] = index
            storages[index] = Storage(
                kind: .constant, byteCount: tensors[index].byteCount, firstUse: 0, lastUse: operators.count)
        }
        for port in 0..<bnnmf_input_count(model.pointee.view) {
            var record = bnnmf_port()
            bnnmf_get_input(model.pointee.view, port, &record)
            storages[Int(record.tensor)].kind = .input(Int(port))
        }
        for index in 0..<operators.count { try assign(operatorAt: index, message) }
        for port in 0..<bnnmf_output_count(model.pointee.view) {
            var record = bnnmf_port()
            bnnmf_get_output(model.pointee.view, port, &record)
            let storage = storageOfTensor[Int(record.tensor)]
            if case .arena = storages[storage].kind { storages[storage].kind = .output(Int(port)) }
        }
    }

    private func findLastReads() {
        for index in 0..<tensors.count { lastRead[index] = -1 }
        for index in 0..<operators.count {
            let scope = OperatorScope(model: UnsafePointer(model), index: index, message: Message(nil, capacity: 0))
            let runIndex = StreamMember.runIndex(of: index, operators)
            for position in 0..<Int(operators[index].op.input_count) { lastRead[scope.inputIndex(position)] = runIndex }
        }
        for index in 0..<operators.count {
            keepMasked(operators[index].firstProbe, told: StreamMember.runIndex(of: index, operators))
        }
        for port in 0..<bnnmf_output_count(model.pointee.view) {
            var record = bnnmf_port()
            bnnmf_get_output(model.pointee.view, port, &record)
            lastRead[Int(record.tensor)] = operators.count
        }
    }

    /// A probe with a mask is told when both its tensors are computed: until then, neither is overwritten.
    private func keepMasked(_ firstProbe: UInt32, told: Int) {
        var index = firstProbe
        while index != Model.none {
            var probe = bnnmf_probe()
            bnnmf_get_probe(model.pointee.view, index, &probe)
            if probe.mask != Model.none {
                lastRead[Int(probe.tensor)] = max(lastRead[Int(probe.tensor)], told &+ 1)
                lastRead[Int(probe.mask)] = max(lastRead[Int(probe.mask)], told &+ 1)
            }
            index = model.pointee.nextProbe[Int(index)]
        }
    }

    private func assign(operatorAt index: Int, _ message: Message) throws(Failure) {
        let scope = OperatorScope(model: UnsafePointer(model), index: index, message: message)
        let (op, member) = (scope.record, operators[index].member)
        let runIndex = StreamMember.runIndex(of: index, operators)
        for position in 0..<scope.resultCount {
            let result = scope.resultIndex(position)
            let lastUse = max(runIndex, lastRead[result])
            if position == 0, member.isFollowed {
                // Its rows are in buffers of the stream's parts.
                storages[result] = Storage(kind: .arena, byteCount: 0, firstUse: index, lastUse: lastUse)
            } else if position == 0, member.position == 0, let shared = sharedStorage(scope, op) {
                storageOfTensor[result] = shared
                storages[shared].lastUse = max(storages[shared].lastUse, lastUse)
            } else {
                storages[result] = Storage(
                    kind: .arena, byteCount: tensors[result].byteCount, firstUse: index, lastUse: lastUse)
            }
        }
        let scratch = Dispatch.scratchByteCount(op, scope.input(0), scope.output).flatMap { Int(exactly: $0) }
            .flatMap { sum($0, member.partByteCount) }
        guard let scratch else {
            throw scope.failure(BNNM_LIMIT_EXCEEDED) { $0.add("its memory must fit this machine's address space") }
        }
        storages[tensors.count &+ index] = Storage(
            kind: .arena, byteCount: scratch, firstUse: runIndex, lastUse: runIndex)
    }

    /// The storage of an operand that the first result is to use; nil: it needs its own.
    private func sharedStorage(_ scope: OperatorScope, _ op: bnnmf_op) -> Int? {
        switch Dispatch.sharing(op, scope.output) {
        case .none: return nil
        case .alias: return storageOfTensor[scope.inputIndex(0)]
        case .inPlace:
            for position in 0..<Int(op.input_count) where canOverwrite(position, scope, op) {
                return storageOfTensor[scope.inputIndex(position)]
            }
            return nil
        }
    }

    /// Whether the result may be written over an operand while the operands are read: the operand's memory is the
    /// arena's, nobody reads it later, and whatever else the operator reads there is read at the same position.
    private func canOverwrite(_ position: Int, _ scope: OperatorScope, _ op: bnnmf_op) -> Bool {
        let storage = storageOfTensor[scope.inputIndex(position)]
        guard case .arena = storages[storage].kind, storages[storage].lastUse == scope.index,
            scope.input(position).elementType == scope.output.elementType,
            scope.input(position).elementCount == scope.output.elementCount
        else { return false }
        for other in 0..<Int(op.input_count) where storageOfTensor[scope.inputIndex(other)] == storage {
            guard scope.input(other).elementCount == scope.output.elementCount else { return false }
        }
        return true
    }
}
