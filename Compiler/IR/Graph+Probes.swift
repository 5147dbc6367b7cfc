// Probes of a graph: found by the value or the mask that they show, however many there are.

extension Graph {
    public mutating func addProbe(_ probe: Probe) {
        probes.append(probe)
        indexProbe(probes.count - 1)
    }

    /// Whether a probe shows the decisions in `value`.
    public func isProbed(_ value: ValueID) -> Bool { probeMentions[value].contains { $0.place == Self.valuePlace } }

    /// Changes the probes that show the decisions in `value`.
    public mutating func updateProbes(of value: ValueID, _ change: (inout Probe) throws -> Void) rethrows {
        for mention in probeMentions[value] where mention.place == Self.valuePlace {
            forgetProbe(mention.holder)
            defer { indexProbe(mention.holder) }
            try change(&probes[mention.holder])
        }
    }

    /// Removes the probes that are not `wanted`.
    public mutating func keepProbes(where wanted: (Probe) -> Bool) {
        probes = probes.filter(wanted)
        probeMentions.removeAll()
        for index in probes.indices { indexProbe(index) }
    }

    /// Makes probes and masks of `old` those of `new`, which holds the same decisions.
    mutating func moveProbes(from old: ValueID, to new: ValueID) {
        for mention in probeMentions[old] {
            if mention.place == Self.valuePlace {
                probes[mention.holder].value = new
            } else {
                probes[mention.holder].mask = new
            }
        }
        probeMentions.move(from: old, to: new)
    }

    private static let valuePlace = 0, maskPlace = 1

    private mutating func indexProbe(_ index: Int) {
        probeMentions.add(probes[index].value, MentionIndex.Mention(holder: index, place: Self.valuePlace))
        if let mask = probes[index].mask {
            probeMentions.add(mask, MentionIndex.Mention(holder: index, place: Self.maskPlace))
        }
    }

    private mutating func forgetProbe(_ index: Int) {
        probeMentions.remove(probes[index].value, MentionIndex.Mention(holder: index, place: Self.valuePlace))
        if let mask = probes[index].mask {
            probeMentions.remove(mask, MentionIndex.Mention(holder: index, place: Self.maskPlace))
        }
    }
}
