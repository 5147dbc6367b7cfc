import BNNMFormat

/// Whether a stream is worth its memory.
extension Streams {
    /// Whether a stream needs hardly more memory than its members one by one, but for the buffers: tensors that only its
    /// first members read stay until its end, and nothing is written over them. Decisions, which are small, do not matter.
    func savesMemory(_ first: Int, _ last: Int) -> Bool {
        // What members from `index` on read, but each other's results, and what members up to there store besides.
        var (operands, besides) = (Int64(0), Int64(0))
        for index in first...last { operands &+= operandByteCount(index, first) }
        var (most, whole) = (Int64(0), operands)
        for index in first...last {
            let scope = scope(index)
            let before = index == first ? 0 : Int64(tensors[Int(operators[index &- 1].op.output)].byteCount)
            for position in 1..<scope.resultCount { besides &+= Int64(scope.result(position).byteCount) }
            let result = canOverwrite(scope) ? 0 : Int64(scope.output.byteCount)
            most = max(most, whole &+ before &+ besides &+ result)
            whole &-= operandByteCount(index, first)
        }
        return operands &+ besides &+ Int64(scope(last).output.byteCount) <= most &+ most / 16
    }

    /// Bytes of the tensors that a member reads as a whole, but constants.
    private func operandByteCount(_ index: Int, _ first: Int) -> Int64 {
        let scope = scope(index)
        var byteCount: Int64 = 0
        for position in (index == first ? 0 : 1)..<Int(scope.record.input_count) {
            if scope.input(position).constant == nil { byteCount &+= Int64(scope.input(position).byteCount) }
        }
        return byteCount
    }

    /// Whether an operator by itself would write its first result over an operand.
    private func canOverwrite(_ scope: OperatorScope) -> Bool {
        guard case .inPlace = Dispatch.sharing(scope.record, scope.output) else { return false }
        for position in 0..<Int(scope.record.input_count) where readCounts[scope.inputIndex(position)] == 1 {
            if scope.input(position).constant == nil, scope.input(position).elementCount == scope.output.elementCount {
                return true
            }
        }
        return false
    }
}
