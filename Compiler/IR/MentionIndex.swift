/// Where in a graph each value is mentioned, kept up to date as the graph changes, so that a rewriting step costs what it
/// changes and not the size of the graph: by nodes as operands, by graph outputs, by probes.
struct MentionIndex: Sendable {
    /// One mention: the number of the node, output or probe, and the place of the value in it.
    struct Mention: Comparable, Sendable {
        let holder: Int
        let place: Int

        static func < (a: Self, b: Self) -> Bool { (a.holder, a.place) < (b.holder, b.place) }
    }

    /// By the value's index; ascending.
    private var mentions: [[Mention]] = []

    /// Every mention of a value, ascending.
    subscript(value: Graph.ValueID) -> [Mention] { value.index < mentions.count ? mentions[value.index] : [] }

    mutating func add(_ value: Graph.ValueID, _ mention: Mention) {
        while mentions.count <= value.index { mentions.append([]) }
        let place = position(of: mention, among: mentions[value.index])
        mentions[value.index].insert(mention, at: place)
    }

    /// Precondition: the mention was added.
    mutating func remove(_ value: Graph.ValueID, _ mention: Mention) {
        mentions[value.index].remove(at: position(of: mention, among: mentions[value.index]))
    }

    /// Makes all mentions of `old` mentions of `new`.
    mutating func move(from old: Graph.ValueID, to new: Graph.ValueID) {
        guard old != new, old.index < mentions.count, !mentions[old.index].isEmpty else { return }
        while mentions.count <= new.index { mentions.append([]) }
        let moved = mentions[old.index]
        mentions[old.index] = []
        if moved.count * 8 > mentions[new.index].count {
            mentions[new.index] = (mentions[new.index] + moved).sorted()
        } else {
            for mention in moved { add(new, mention) }
        }
    }

    mutating func removeAll() { mentions.removeAll() }

    /// The place of a mention, or where it belongs.
    private func position(of mention: Mention, among list: [Mention]) -> Int {
        guard let last = list.last, last >= mention else { return list.count }
        var range = 0..<list.count
        while !range.isEmpty {
            let middle = (range.lowerBound + range.upperBound) / 2
            range = list[middle] < mention ? middle + 1..<range.upperBound : range.lowerBound..<middle
        }
        return range.lowerBound
    }
}
