/// Finds a small network that still fails.
extension RandomNetwork {
    /// The smallest network that `fails` as this one does, found greedily: steps are left out, first many and then few at
    /// a time, then samples, extents and widths are made less, for as long as anything helps.
    /// - Parameter fails: must be true of this network.
    public func shrunk(while fails: (RandomNetwork) throws -> Bool) rethrows -> RandomNetwork {
        var best = self
        var changed = true
        while changed {
            changed = false
            for candidate in best.smaller where try fails(candidate) {
                best = candidate
                changed = true
                break
            }
        }
        return best
    }

    /// Networks that are smaller in one respect, those that are much smaller first.
    private var smaller: [RandomNetwork] {
        var result: [RandomNetwork] = []
        var length = steps.count
        while length > 0 {
            for first in stride(from: 0, through: steps.count - length, by: max(1, length / 2)) {
                result.append(changed { $0.steps.removeSubrange(first..<first + length) })
            }
            length /= 2
        }
        if executions != nil { result.append(changed { $0.executions = nil }) }
        for axis in extents.indices {
            for extent in Set([1, extents[axis] / 2, extents[axis] - 1]).sorted()
            where extent >= 1 && extent < extents[axis] {
                result.append(changed { $0.extents[axis] = extent })
            }
        }
        for limit in [1, 2, 4, 8, 16, 32, 64] where limit < widthLimit {
            result.append(changed { $0.widthLimit = limit })
        }
        return result
    }

    private func changed(_ change: (inout RandomNetwork) -> Void) -> RandomNetwork {
        var network = self
        change(&network)
        return network
    }
}
